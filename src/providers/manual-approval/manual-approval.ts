/** Approval / AWS / Manual: the orchestrator opened it when the action started; a person ends it (spec 7). */
import type { ActionProvider } from '../provider.ts'

export const manualApproval: ActionProvider['run'] = async () => ({ type: 'Pending' })
