/** The picture as it is now, from the answers of CodePipeline's own API. */
import type {
  ActionExecutionDetail,
  PipelineExecutionSummary,
  RuleExecutionDetail,
  StageConditionState,
  StageState,
} from '@aws-sdk/client-codepipeline'
import type { StageConditionKey } from '../../core/pipeline/declaration.ts'
import { assemble, keyOf, type Condition, type Entered, type Facts } from './assemble.ts'
import type { DeclaredPipeline } from './declared.ts'
import { factsFromHistory, relevant, type History } from './facts-from-history.ts'
import { defined, doorOf, isActive, runOfDetail, runOfState, tokenOf } from './from-api.ts'
import { lookOfExecution } from './looks.ts'
import type { ActionRun, Door, Picture, Place } from './model.ts'
import { byExecution, placeOf, type RuleRun } from './whereabouts.ts'

export interface Answers {
  /** GetPipelineState */
  readonly stageStates: readonly StageState[]
  /** ListPipelineExecutions, newest first; all that are in progress must be among them */
  readonly executions: readonly PipelineExecutionSummary[]
  /** ListActionExecutions, newest first; the more of them, the more is known of who ran what */
  readonly actionExecutions: readonly ActionExecutionDetail[]
  /** ListRuleExecutions; only read in PARALLEL mode, which no stage has a state of */
  readonly ruleExecutions?: readonly RuleExecutionDetail[]
}

export const pictureNow = (pipeline: DeclaredPipeline, answers: Answers): Picture =>
  assemble(
    pipeline,
    pipeline.mode === 'PARALLEL' ? factsFromHistory(pipeline, historyOf(answers)) : factsFromStates(pipeline, answers),
  )

/** In the modes that lock stages GetPipelineState is the truth; the lists add names and times to it. */
function factsFromStates(pipeline: DeclaredPipeline, { stageStates, executions, actionExecutions }: Answers): Facts {
  const details = new Map(actionExecutions.map((detail) => [detail.actionExecutionId, runOfDetail(detail)]))
  const entered = new Map<string, Entered>()
  const places = new Map<string, Place>()
  const runs = new Map<string, readonly ActionRun[]>()
  const conditions = new Map<string, Condition>()
  for (const state of stageStates) {
    const stage = state.stageName ?? ''
    const { latestExecution: latest, retryStageMetadata: retry } = state
    if (latest?.pipelineExecutionId !== undefined) {
      const executionId = latest.pipelineExecutionId
      const retries = (retry?.autoStageRetryAttempt ?? 0) + (retry?.manualStageRetryAttempt ?? 0)
      entered.set(stage, { executionId, status: latest.status ?? '', retries })
      places.set(executionId, isActive(latest.status) ? { at: 'inside', stage } : { at: 'ended', stage })
    }
    for (const action of state.actionStates ?? []) {
      const run = runOfState(action, details.get(action.latestExecution?.actionExecutionId))
      // who is in the stage now began lately: what is not among the newest runs is not theirs
      const isOld = run?.executionId === undefined && isActive(latest?.status) && run?.status !== 'InProgress'
      if (run !== undefined) runs.set(keyOf(stage, action.actionName ?? ''), [isOld ? { ...run, isOld } : run])
    }
    for (const [key, condition] of conditionsOfState(state)) conditions.set(keyOf(stage, key), condition)
  }
  // whoever waits has left the stages before: said last, because it outweighs what they say
  for (const { stageName: stage = '', inboundExecutions = [] } of stageStates) {
    for (const [position, { pipelineExecutionId: id, status }] of inboundExecutions.entries()) {
      if (id !== undefined && isActive(status)) places.set(id, { at: 'waiting', stage, position })
    }
  }
  // no stage knows of a PARALLEL execution that outlived its mode, nor of one that began between two of the answers
  const elsewhere = ({ pipelineExecutionId = '', executionType, startTime }: PipelineExecutionSummary): Place =>
    placeOf(pipeline, byExecution(runsOfDetails(actionExecutions)).get(pipelineExecutionId) ?? new Map(), [], {
      isOver: false,
      isRollback: executionType === 'ROLLBACK',
      startedAt: startTime?.getTime() ?? 0,
    })
  const tokens = executions.toReversed().flatMap((summary) => {
    const place = places.get(summary.pipelineExecutionId ?? '')
    if (place === undefined) return isActive(summary.status) ? [tokenOf(summary, elsewhere(summary))] : []
    return [tokenOf(summary, isActive(summary.status) || place.at !== 'inside' ? place : ended(place))]
  })
  const doors = new Map<string, Door>(
    stageStates.map(({ stageName = '', inboundTransitionState }) => [stageName, doorOf(inboundTransitionState)]),
  )
  const { mode, version } = pipeline
  return { mode, version, doors, entered, runs, conditions, tokens: relevant(tokens, entered) }
}

const ended = ({ stage }: Place & { at: 'inside' }): Place => ({ at: 'ended', stage })

function conditionsOfState(state: StageState): readonly (readonly [StageConditionKey, Condition])[] {
  const states: readonly (readonly [StageConditionKey, StageConditionState | undefined])[] = [
    ['beforeEntry', state.beforeEntryConditionState],
    ['onSuccess', state.onSuccessConditionState],
    ['onFailure', state.onFailureConditionState],
  ]
  return states.flatMap(([key, condition]) => {
    const status = condition?.latestExecution?.status
    if (status === undefined) return []
    const changed = condition?.conditionStates?.[0]?.latestExecution?.lastStatusChange
    return [[key, { status, ...defined({ since: changed?.getTime(), summary: condition?.latestExecution?.summary }) }]]
  })
}

export const historyOf = ({ stageStates, executions, actionExecutions, ruleExecutions = [] }: Answers): History => ({
  executions: executions.map((summary) => {
    const { place: _place, startedAt = 0, ...token } = tokenOf(summary, { at: 'ended' })
    const status = summary.status ?? 'InProgress'
    return { ...token, look: lookOfExecution(status), status, startedAt }
  }),
  runs: runsOfDetails(actionExecutions),
  rules: ruleExecutions.map(ruleRunOf),
  doors: new Map(
    stageStates.map(({ stageName = '', inboundTransitionState }) => [stageName, doorOf(inboundTransitionState)]),
  ),
})

const runsOfDetails = (details: readonly ActionExecutionDetail[]): History['runs'] =>
  details.map((detail) => ({
    stage: detail.stageName ?? '',
    action: detail.actionName ?? '',
    run: runOfDetail(detail),
  }))

const ruleRunOf = (detail: RuleExecutionDetail): RuleRun => {
  const { executionResult } = detail.output ?? {}
  const { code, message } = executionResult?.errorDetails ?? {}
  return {
    executionId: detail.pipelineExecutionId ?? '',
    stage: detail.stageName ?? '',
    rule: detail.ruleName ?? '',
    status: detail.status ?? 'InProgress',
    startedAt: detail.startTime?.getTime() ?? 0,
    updatedAt: detail.lastUpdateTime?.getTime() ?? 0,
    errored: code !== undefined && code !== 'JobFailed',
    ...defined({ summary: message ?? executionResult?.externalExecutionSummary }),
  }
}
