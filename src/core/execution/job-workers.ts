import { findActionType } from '../catalog/action-types.ts'
import type { ActionExecution } from './state.ts'

/** Types that are not built in are run by whoever polls for their jobs. */
export const isForJobWorkers = ({ typeId }: Pick<ActionExecution, 'typeId'>): boolean =>
  typeId.owner !== 'AWS' && findActionType(typeId) === undefined
