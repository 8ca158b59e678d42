/**
 * Rules that do the work of an action: a build, or commands. The action's own provider runs them, under the id of the rule's run, so
 * that it is as idempotent and as abortable as for actions.
 */
import type { ActionOrder, RuleOrder } from '../core/execution/execution.ts'
import type { ActionCategory } from '../core/pipeline/declaration.ts'
import type { ActionOutcome, ActionProvider } from '../providers/provider.ts'
import type { RuleOutcome } from '../rules/rule.ts'
import { runAction, type RunDependencies } from './run-action.ts'

export interface RulesByActionDependencies extends RunDependencies {
  readonly providers: readonly ActionProvider[]
}

/** @returns how to run it; undefined: there is no such action, or it cannot serve as a rule */
export function ruleByAction(
  dependencies: RulesByActionDependencies,
  { rule }: RuleOrder,
): ((order: RuleOrder, signal: AbortSignal) => Promise<RuleOutcome | undefined>) | undefined {
  const category = CATEGORY[rule.typeId.provider]
  const provider = dependencies.providers.find(({ types }) =>
    types.some((type) => type.category === category && type.provider === rule.typeId.provider),
  )
  if (category === undefined || provider === undefined) return undefined
  return async (order, signal) => {
    const outcome = await runAction(dependencies, provider, actionOrder(order, category), signal)
    return outcome && outcomeOf(outcome)
  }
}

const CATEGORY: Readonly<Record<string, ActionCategory | undefined>> = { CodeBuild: 'Test', Commands: 'Compute' }

function actionOrder({ rule, ...order }: RuleOrder, category: ActionCategory): ActionOrder {
  const { rule: name, typeId, condition: _, ...run } = rule
  return {
    ...order,
    action: { ...run, action: name, typeId: { ...typeId, category }, outputArtifacts: [] },
    sourceRevisions: [],
  }
}

/** A build that fails says that the rule is not met; anything else says that it could not be evaluated. */
function outcomeOf(outcome: ActionOutcome): RuleOutcome {
  const { externalExecutionId, externalExecutionUrl, summary } = outcome.progress ?? {}
  const progress = {
    ...(externalExecutionId !== undefined && { externalExecutionId }),
    ...(externalExecutionUrl !== undefined && { externalExecutionUrl }),
    ...(summary !== undefined && { summary }),
  }
  switch (outcome.type) {
    case 'Succeeded':
      return { type: 'Succeeded', progress }
    case 'Failed':
      return { type: outcome.error.code === 'JobFailed' ? 'Failed' : 'Errored', error: outcome.error, progress }
    case 'Pending':
      return { type: 'Waiting', progress }
    default:
      return outcome satisfies never
  }
}
