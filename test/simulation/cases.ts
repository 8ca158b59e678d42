/**
 * A simulated history, as data: the pipelines there are and what happens to them, one step after the other. A case is all that a run
 * depends on, so that one that fails can be made smaller, printed, and kept as a test.
 */
import type {
  ActionDeclaration,
  Condition,
  ExecutionMode,
  PipelineDeclaration,
  RuleDeclaration,
  StageDeclaration,
} from '../../src/core/pipeline/declaration.ts'

export interface Case {
  readonly pipelines: readonly PipelineSketch[]
  readonly steps: readonly Step[]
}

export interface PipelineSketch {
  readonly mode: ExecutionMode
  readonly stages: readonly StageSketch[]
  /** a pipeline variable without a default: starts that do not give it a value are refused */
  readonly needsVariable?: true
}

export interface StageSketch {
  readonly name: string
  readonly actions: readonly ActionSketch[]
  readonly onFailure?: 'RETRY' | 'RETRY_ALL' | 'ROLLBACK'
  readonly entry?: ConditionSketch<'FAIL' | 'SKIP'>
  readonly success?: ConditionSketch<'FAIL' | 'ROLLBACK'>
  readonly failure?: ConditionSketch<'FAIL' | 'ROLLBACK' | 'RETRY'>
}

export interface ConditionSketch<Result> {
  readonly result: Result
  readonly rules: number
}

export interface ActionSketch {
  readonly name: string
  /** who ends it: a provider of ours, a job worker, a person */
  readonly by: 'provider' | 'worker' | 'person'
  /** its runOrder; absent: 1 */
  readonly group?: number
  /** its configuration refers to what the first source action may or may not have said */
  readonly refers?: true
  readonly timeoutInMinutes?: number
}

/** Chooses one of what there is at that moment; the same number in another history may choose something else. */
export type Pick = number

export type Happening =
  // what callers ask for
  | {
      readonly type: 'start'
      readonly automatic?: true
      readonly withoutVariable?: true
      readonly token?: Pick
      /** of the first source action: starts only if it was not seen before */
      readonly revision?: Pick
    }
  | { readonly type: 'stop'; readonly of: Pick; readonly abandon?: true }
  | { readonly type: 'retry'; readonly of: Pick; readonly stage: Pick; readonly all?: true }
  | { readonly type: 'rollback'; readonly to: Pick; readonly stage: Pick }
  | { readonly type: 'override'; readonly of: Pick; readonly stage: Pick; readonly success?: true }
  | { readonly type: 'disable' | 'enable'; readonly stage: Pick; readonly outbound?: true }
  | { readonly type: 'update'; readonly to: PipelineSketch }
  | { readonly type: 'delete' }
  /** one that is there already is refused */
  | { readonly type: 'create'; readonly to: PipelineSketch; readonly idle?: true }
  /** `late`: whatever approval was asked for at any time, answered or not */
  | { readonly type: 'answer'; readonly of: Pick; readonly reject?: true; readonly late?: true }
  // what the world says
  | { readonly type: 'result'; readonly of: Pick; readonly fails?: true; readonly silent?: true }
  | { readonly type: 'job'; readonly of: Pick; readonly fails?: true; readonly silent?: true }
  | { readonly type: 'acknowledge'; readonly of: Pick }
  | { readonly type: 'rule'; readonly of: Pick; readonly says: 'met' | 'unmet' | 'broken' | 'wait' }
  // faults of delivery: a report that was delivered before, or one about a run that may be over
  | { readonly type: 'again'; readonly of: Pick; readonly fails?: true }
  // time passes; or the clock is set, by an operator or by NTP, and no time passes
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'clock'; readonly ms: number }
  // faults of the machine
  | { readonly type: 'crash'; readonly at: CrashAt }
  | { readonly type: 'refuse' }
  | { readonly type: 'disown' }
  /** somebody else wrote the pipeline: what is cached is stale */
  | { readonly type: 'overtake' }

/**
 * `now`: whatever was not committed is gone. `shutdown`: no crash but an orderly stop, and a start. `unanswered`: the next unit of work is durable, but nobody hears of it. The others: the
 * engine's own crash points, the next time one is reached.
 */
export type CrashAt =
  | 'now'
  | 'shutdown'
  | 'unanswered'
  | 'after-commit'
  | 'before-dispatch'
  | 'after-provider'
  | 'before-outcome-commit'

export type Step = Happening & {
  /** which pipeline; absent: the first */
  readonly pipeline?: Pick
  /** how many units of work are committed before the next step; absent: all there are */
  readonly commits?: number
}

/** What a step does to the machine rather than to a pipeline. */
export const FAULTS: ReadonlySet<Happening['type']> = new Set([
  'again',
  'clock',
  'crash',
  'refuse',
  'disown',
  'overtake',
])

export const SOURCE = { category: 'Source', owner: 'AWS', provider: 'CodeCommit', version: '1' } as const
export const BUILD = { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' } as const
export const APPROVAL = { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' } as const
const WORKER = { category: 'Build', owner: 'Custom', provider: 'Robot', version: '1' } as const
export const RULE = { category: 'Rule', owner: 'AWS', provider: 'LambdaInvoke', version: '1' } as const

const TYPES = { provider: BUILD, worker: WORKER, person: APPROVAL }

export function declare(
  name: string,
  version: number,
  { mode, stages, needsVariable }: PipelineSketch,
): PipelineDeclaration {
  return {
    name,
    roleArn: 'arn:aws:iam::111122223333:role/pipeline',
    artifactStore: { type: 'S3', location: 'artifacts' },
    version,
    executionMode: mode,
    pipelineType: 'V2',
    stages: stages.map(declareStage),
    ...(needsVariable && { variables: [{ name: 'Target' }] }),
  }
}

function declareStage(
  { name, actions, onFailure, entry, success, failure }: StageSketch,
  index: number,
): StageDeclaration {
  return {
    name,
    actions: actions.map((action, place) => declareAction(action, index === 0, place)),
    ...(entry && { beforeEntry: { conditions: [condition(`${name}-enter`, entry)] } }),
    ...(success && { onSuccess: { conditions: [condition(`${name}-done`, success)] } }),
    ...((onFailure !== undefined || failure !== undefined) && {
      onFailure: {
        ...(onFailure !== undefined && { result: onFailure === 'ROLLBACK' ? 'ROLLBACK' : 'RETRY' }),
        ...(onFailure === 'RETRY_ALL' && { retryConfiguration: { retryMode: 'ALL_ACTIONS' } }),
        ...(failure && { conditions: [condition(`${name}-failed`, failure)] }),
      },
    }),
  }
}

const condition = (name: string, { result, rules }: ConditionSketch<NonNullable<Condition['result']>>): Condition => ({
  result,
  rules: Array.from({ length: rules }, (_, number): RuleDeclaration => ({
    name: `${name}-${number + 1}`,
    ruleTypeId: RULE,
    configuration: {},
    inputArtifacts: [],
  })),
})

const declareAction = (
  { name, by, group = 1, refers, timeoutInMinutes }: ActionSketch,
  isSource: boolean,
  place: number,
): ActionDeclaration => ({
  name,
  actionTypeId: isSource ? SOURCE : TYPES[by],
  runOrder: group,
  configuration: refers && !isSource ? { Key: '#{Fetched.said}' } : {},
  inputArtifacts: [],
  outputArtifacts: [],
  ...(isSource && place === 0 && { namespace: 'Fetched' }),
  ...(timeoutInMinutes !== undefined && { timeoutInMinutes }),
})
