/** What may happen to a pipeline, chosen at random: the vocabulary of the model test. */
import * as fc from 'fast-check'
import type { ExecutionMode, RuleEvent } from '../../../src/core/execution/execution.ts'
import { action, ANA, approval, DAY, pipeline, rule, type PipelineDetails, type World } from './harness.ts'

/** chooses one of what there is at that moment */
export type Pick = number
export type Step =
  | { readonly type: 'start'; readonly automatic: boolean }
  | { readonly type: 'result'; readonly of: Pick; readonly ok: boolean }
  | { readonly type: 'report'; readonly of: Pick; readonly kind: 'ActionTimedOut' | 'ActionAcknowledged' }
  | { readonly type: 'repeat'; readonly of: Pick }
  | { readonly type: 'answer'; readonly of: Pick; readonly status: 'Approved' | 'Rejected' }
  | { readonly type: 'stop'; readonly of: Pick; readonly abandon: boolean }
  | { readonly type: 'retry'; readonly of: Pick; readonly stage: Pick; readonly mode: 'FAILED_ACTIONS' | 'ALL_ACTIONS' }
  | { readonly type: 'rule'; readonly of: Pick; readonly outcome: RuleEvent['type'] }
  | { readonly type: 'override'; readonly of: Pick; readonly stage: Pick; readonly entry: boolean }
  | { readonly type: 'rollback'; readonly of: Pick; readonly stage: Pick }
  | { readonly type: 'start from'; readonly of: Pick; readonly stage: Pick }
  | { readonly type: 'rollback across'; readonly of: Pick; readonly stage: Pick }
  | { readonly type: 'retry one' | 'skip'; readonly of: Pick; readonly stage: Pick; readonly action: Pick }
  | { readonly type: 'transition'; readonly stage: Pick; readonly open: boolean }
  | { readonly type: 'update'; readonly mode: ExecutionMode; readonly shape: Pick }
  | { readonly type: 'wait'; readonly days: number }

export const pick = fc.nat({ max: 1000 })
const mode = fc.constantFrom<ExecutionMode>('SUPERSEDED', 'QUEUED', 'PARALLEL')
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('start' as const), automatic: fc.boolean() }) },
  {
    weight: 20,
    arbitrary: fc.record({
      type: fc.constant('result' as const),
      of: pick,
      ok: fc.integer({ min: 0, max: 4 }).map(Boolean),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('report' as const),
      of: pick,
      kind: fc.constantFrom('ActionTimedOut' as const, 'ActionAcknowledged' as const),
    }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('repeat' as const), of: pick }) },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('answer' as const),
      of: pick,
      status: fc.constantFrom('Approved' as const, 'Approved' as const, 'Rejected' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('stop' as const), of: pick, abandon: fc.boolean() }) },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('retry' as const),
      of: pick,
      stage: pick,
      mode: fc.constantFrom('FAILED_ACTIONS' as const, 'ALL_ACTIONS' as const),
    }),
  },
  {
    weight: 14,
    arbitrary: fc.record({
      type: fc.constant('rule' as const),
      of: pick,
      outcome: fc.constantFrom<RuleEvent['type']>(
        'RuleSucceeded',
        'RuleSucceeded',
        'RuleSucceeded',
        'RuleFailed',
        'RuleErrored',
        'RuleWaiting',
        'RuleDue',
        'RuleTimedOut',
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('override' as const), of: pick, stage: pick, entry: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('rollback' as const), of: pick, stage: pick }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('start from' as const), of: pick, stage: pick }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('rollback across' as const), of: pick, stage: pick }) },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constantFrom('retry one' as const, 'skip' as const),
      of: pick,
      stage: pick,
      action: pick,
    }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('transition' as const), stage: pick, open: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('update' as const), mode, shape: pick }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 40 }) }) },
)

/** Groups, approvals, automatic retries and rollbacks, conditions with every result, a reference that is not always resolved, a stage that comes and goes, artifacts. */
export const SHAPES: readonly NonNullable<PipelineDetails['stages']>[] = [
  { Src: ['S'], Build: ['B'], Deploy: ['D'] },
  {
    Src: ['S', 'S2'],
    Build: {
      actions: ['B1', 'B2', 'B3', 'B4', 'B5', 'B6']
        .map((name) => action({ name }))
        .concat(action({ name: 'Late', runOrder: 7 })),
      onFailure: { result: 'RETRY' },
    },
    Gate: [approval('Ask')],
    Deploy: ['D', approval('Confirm', { runOrder: 2 })],
  },
  {
    Src: ['S'],
    Build: [{ name: 'B', namespace: 'BV' }],
    Deploy: {
      actions: [action({ name: 'D', configuration: { Key: '#{BV.k}' } }), action({ name: 'E' })],
      onFailure: { result: 'RETRY', retryConfiguration: { retryMode: 'ALL_ACTIONS' } },
    },
  },
  {
    Src: ['S'],
    Build: { actions: [action({ name: 'B', namespace: 'BV' })], onFailure: { result: 'ROLLBACK' } },
    Deploy: {
      actions: [action({ name: 'D', configuration: { Key: '#{BV.k}' } }), action({ name: 'E', runOrder: 2 })],
      onFailure: { result: 'ROLLBACK' },
    },
  },
  {
    Src: {
      actions: [action({ name: 'S' }, true)],
      onSuccess: { conditions: [{ result: 'FAIL', rules: [rule('Sound')] }] },
    },
    Build: {
      actions: [action({ name: 'B', namespace: 'BV' })],
      beforeEntry: { conditions: [{ result: 'SKIP', rules: [rule('Needed')] }] },
      onFailure: { result: 'RETRY', conditions: [{ result: 'FAIL', rules: [rule('Sad')] }] },
    },
    Deploy: {
      actions: [action({ name: 'D' }), action({ name: 'E', runOrder: 2 })],
      beforeEntry: {
        conditions: [
          { result: 'FAIL', rules: [rule('Open'), rule('Known', { configuration: { Variable: '#{BV.k}' } })] },
        ],
      },
      onSuccess: { conditions: [{ result: 'ROLLBACK', rules: [rule('Healthy'), rule('Fast')] }] },
      onFailure: { conditions: [{ result: 'ROLLBACK', rules: [rule('Burning')] }] },
    },
  },
  {
    Src: ['S'],
    Build: {
      actions: [action({ name: 'B' })],
      beforeEntry: { conditions: [{ result: 'FAIL', rules: [rule('Open')] }] },
      onSuccess: { conditions: [{ result: 'FAIL', rules: [rule('Good')] }] },
      onFailure: { conditions: [{ result: 'RETRY', rules: [rule('Again')] }] },
    },
    Deploy: ['D'],
  },
  {
    Src: [{ name: 'S', outputArtifacts: [{ name: 'Source' }] }],
    Build: [
      { name: 'B', inputArtifacts: [{ name: 'Source' }], outputArtifacts: [{ name: 'App' }] },
      { name: 'Sign', runOrder: 2, inputArtifacts: [{ name: 'App' }], outputArtifacts: [{ name: 'Signed' }] },
    ],
    Test: ['T', 'T2'],
    Deploy: [
      { name: 'D', inputArtifacts: [{ name: 'App' }] },
      { name: 'E', runOrder: 2 },
    ],
  },
]

export const at = <Item>(items: readonly Item[], index: Pick): Item | undefined =>
  items[index % Math.max(items.length, 1)]

interface Running {
  readonly executionId: string
  readonly actionExecutionId: string
}

/** All that the provider side knows: what was ordered and not yet over. */
export function runningJobs({ state }: World, isWanted: (category: string) => boolean): readonly Running[] {
  return Object.values(state.executions)
    .flatMap(({ stages }) => Object.values(stages).flatMap(({ actions }) => Object.values(actions)))
    .filter(({ status, typeId }) => status === 'InProgress' && isWanted(typeId.category))
    .map(({ executionId, id }) => ({ executionId, actionExecutionId: id }))
}

export const runningRules = ({ state }: World) =>
  Object.values(state.executions)
    .flatMap(({ stages }) => Object.values(stages))
    .flatMap(({ conditions = {} }) => Object.values(conditions))
    .flatMap(({ rules }) => Object.values(rules))
    .filter(({ status }) => status === 'InProgress')
    .map(({ executionId, id }) => ({ executionId, ruleExecutionId: id }))

export type Untimed = Parameters<World['send']>[0]

export function eventOf(
  w: World,
  taken: Step,
  started: readonly string[],
  sent: readonly Untimed[],
): Untimed | undefined {
  const stages = w.state.declaration.stages.map(({ name }) => name)
  switch (taken.type) {
    case 'start':
      return {
        type: 'ExecutionRequested',
        executionId: `E${started.length + 1}`,
        trigger: { type: 'StartPipelineExecution' },
        variables: {},
        sourceRevisions: [],
        automatic: taken.automatic,
      }
    case 'result': {
      const job = at(
        runningJobs(w, (category) => category !== 'Approval'),
        taken.of,
      )
      if (job === undefined) return undefined
      return taken.ok
        ? { type: 'ActionSucceeded', ...job, ...(taken.of % 2 === 0 ? { outputVariables: { k: 'v' } } : {}) }
        : { type: 'ActionFailed', ...job, error: { code: 'JobFailed', message: 'no' } }
    }
    case 'report': {
      const job = at(
        runningJobs(w, () => true),
        taken.of,
      )
      return job && { type: taken.kind, ...job }
    }
    case 'repeat':
      return at(sent, taken.of)
    case 'answer': {
      const job = at(
        runningJobs(w, (category) => category === 'Approval'),
        taken.of,
      )
      const run = job && w.runs.get(job.actionExecutionId)
      if (run?.token === undefined) return undefined
      const { stage, action, token } = run
      return { type: 'ApprovalAnswered', stage, action, token, status: taken.status, summary: '', by: ANA }
    }
    case 'stop':
      return { type: 'StopRequested', executionId: at(started, taken.of) ?? 'E0', abandon: taken.abandon, by: ANA }
    case 'retry': {
      const executionId = at(Object.keys(w.state.executions), taken.of) ?? 'E0'
      return { type: 'RetryRequested', executionId, stage: at(stages, taken.stage) ?? '', mode: taken.mode, by: ANA }
    }
    case 'rule': {
      const job = at(runningRules(w), taken.of)
      if (job === undefined) return undefined
      const { outcome } = taken
      return outcome === 'RuleFailed' || outcome === 'RuleErrored'
        ? { type: outcome, ...job, error: { code: 'JobFailed', message: 'no' } }
        : { type: outcome, ...job }
    }
    case 'override': {
      const executionId = at(Object.keys(w.state.executions), taken.of) ?? 'E0'
      const condition = taken.entry ? 'beforeEntry' : 'onSuccess'
      return { type: 'OverrideRequested', executionId, stage: at(stages, taken.stage) ?? '', condition, by: ANA }
    }
    case 'rollback': {
      const targetExecutionId = at(started, taken.of) ?? 'E0'
      return {
        type: 'RollbackRequested',
        executionId: `E${started.length + 1}`,
        stage: at(stages, taken.stage) ?? '',
        targetExecutionId,
        ...(started.length === 0 ? {} : { target: w.execution(targetExecutionId) }),
        by: ANA,
      }
    }
    case 'start from': {
      const fromExecutionId = at(started, taken.of) ?? 'E0'
      const from = started.length === 0 ? undefined : w.execution(fromExecutionId)
      const fromDeclaration = from && w.declarationOf(from.pipelineVersion)
      return {
        type: 'StartFromStageRequested',
        executionId: `E${started.length + 1}`,
        stage: at(stages, taken.stage) ?? '',
        fromExecutionId,
        ...(from && { from }),
        ...(fromDeclaration && { fromDeclaration }),
        gone: [],
        reason: 'why not',
        by: ANA,
      }
    }
    case 'rollback across': {
      const targetExecutionId = at(started, taken.of) ?? 'E0'
      return {
        type: 'CrossVersionRollbackRequested',
        executionId: `E${started.length + 1}`,
        stage: at(stages, taken.stage) ?? '',
        targetExecutionId,
        ...(started.length === 0 ? {} : { target: w.execution(targetExecutionId) }),
        by: ANA,
      }
    }
    case 'retry one':
    case 'skip': {
      const executionId = at(Object.keys(w.state.executions), taken.of) ?? 'E0'
      const stage = at(w.state.declaration.stages, taken.stage)
      const of = { executionId, stage: stage?.name ?? '', action: at(stage?.actions ?? [], taken.action)?.name ?? '' }
      return taken.type === 'skip'
        ? { type: 'ActionSkipRequested', ...of, reason: 'why not', by: ANA }
        : { type: 'ActionRetryRequested', ...of, by: ANA }
    }
    case 'transition': {
      const stage = at(stages, taken.stage) ?? ''
      return taken.open
        ? { type: 'TransitionEnabled', stage, direction: 'Inbound', by: ANA }
        : { type: 'TransitionDisabled', stage, direction: 'Inbound', reason: 'not now', by: ANA }
    }
    case 'update': {
      const stages = at(SHAPES, taken.shape) ?? {}
      return {
        type: 'PipelineUpdated',
        declaration: pipeline({ mode: taken.mode, stages, version: w.state.version + 1 }),
      }
    }
    case 'wait':
      w.wait(taken.days * DAY)
      return undefined
    default:
      return taken satisfies never
  }
}
