/** What must be true of every state that `decide` returns. Tests and the simulator ask after each step; production need not. */
import { hasPassed } from './conditions.ts'
import { own } from './record.ts'
import type { ExecutionId, PipelineExecution, PipelineState, StageExecution } from './state.ts'
import { isActive, isDone, isRunning, locksStages, runningActions, runningRules } from './status.ts'

/** @returns a sentence for each broken rule; empty when all is well */
export function violations(state: PipelineState): readonly string[] {
  return [
    ...Object.keys(state.stages).flatMap((stage) => lockViolations(state, stage)),
    ...Object.keys(state.stages).flatMap((stage) => lineViolations(state, stage)),
    ...Object.values(state.executions).flatMap((execution) =>
      isActive(execution) ? activeViolations(state, execution) : endedViolations(state, execution),
    ),
    ...Object.values(state.executions).flatMap(rollbackViolations),
    ...Object.values(state.executions).flatMap((execution) => extensionViolations(state, execution)),
    ...identityViolations(state),
  ]
}

/** One holder a stage, and it is inside; everyone inside holds. */
function lockViolations(state: PipelineState, stage: string): readonly string[] {
  const { holder, latest, stoppedInbound, rollbackTarget } = own(state.stages, stage) ?? { waiting: [] }
  const target = rollbackTarget === undefined ? undefined : own(state.executions, rollbackTarget)
  const inside = Object.values(state.executions).filter(
    ({ at, mode }) => at?.place === 'inside' && at.stage === stage && locksStages(mode),
  )
  return broken([
    [inside.length > 1, `${names(inside)} are inside ${stage} together`],
    [inside[0]?.id !== holder, `${stage} is held by ${holder}, but ${names(inside)} is inside`],
    [holder !== undefined && latest !== holder, `${holder} holds ${stage}, but ${latest} was the last to enter`],
    [latest !== undefined && own(state.executions, latest) === undefined, `${latest}, the latest of ${stage}, is gone`],
    [
      stoppedInbound !== undefined && own(state.executions, stoppedInbound)?.status !== 'Stopped',
      `the stopped inbound ${stoppedInbound} of ${stage} is not stopped`,
    ],
    [
      rollbackTarget !== undefined &&
        (target?.type !== 'STANDARD' ||
          target.pipelineVersion !== state.version ||
          own(target.stages, stage)?.status !== 'Succeeded'),
      `${stage} would be rolled back to ${rollbackTarget}, which is no success of this version there`,
    ],
  ])
}

/** Who waits is in progress, once, and has a reason to wait. Times say nothing of the order: clocks are set back. */
function lineViolations(state: PipelineState, stage: string): readonly string[] {
  const { holder, waiting } = own(state.stages, stage) ?? { waiting: [] }
  const line = waiting.map((id) => own(state.executions, id))
  return broken([
    [new Set(waiting).size < waiting.length, `somebody waits twice in front of ${stage}`],
    [
      state.declaration.executionMode === 'SUPERSEDED' && waiting.length > 1,
      `${waiting.join(' and ')} wait in front of ${stage} in SUPERSEDED mode`,
    ],
    [
      holder === undefined && waiting.length > 0 && isOpen(state, stage),
      `${waiting.join(' and ')} wait in front of ${stage}, which is free`,
    ],
    ...line.map((execution, place): Rule => [
      execution?.status !== 'InProgress' || execution.at?.place !== 'waiting' || execution.at.stage !== stage,
      `${waiting[place]} is in the line of ${stage} but does not wait there`,
    ]),
    ...line.map((execution, place): Rule => [
      execution !== undefined && !locksStages(execution.mode),
      `${waiting[place]} is PARALLEL and must not stand in the line of ${stage}`,
    ]),
  ])
}

/** Everyone in progress is somewhere, and something will move it on. */
function activeViolations(state: PipelineState, execution: PipelineExecution): readonly string[] {
  const { id, at, status, pipelineVersion } = execution
  const structure =
    pipelineVersion === state.version ? state.declaration : own(state.olderVersions, `${pipelineVersion}`)
  if (at === undefined) return [`${id} is ${status} but nowhere`]
  if (structure === undefined) return [`${id} runs on version ${pipelineVersion}, which is gone`]
  if (at.place === 'waiting') {
    return locksStages(execution.mode)
      ? broken([
          [own(state.stages, at.stage)?.waiting.includes(id) !== true, `${id} waits for ${at.stage} outside the line`],
        ])
      : broken([[isOpen(state, at.stage), `${id} waits for ${at.stage}, though nothing holds it`]])
  }
  const stage = own(execution.stages, at.stage)
  if (stage === undefined) return [`${id} is inside ${at.stage} without having entered`]
  return [
    ...broken([
      [stage.status !== status, `${id} is ${status}, its stage ${at.stage} ${stage.status}`],
      [
        runningActions(stage).length + runningRules(stage).length === 0,
        `${id} is inside ${at.stage}, but nothing runs there`,
      ],
      [status === 'Stopping' && execution.stop === undefined, `${id} is stopping without a request`],
    ]),
    ...Object.entries(execution.stages)
      .filter(([name]) => name !== at.stage)
      .flatMap(([name, other]) => idleViolations(id, name, other)),
    ...orderViolations(id, stage, structure.stages.find(({ name }) => name === at.stage)?.actions ?? []),
    ...conditionViolations(id, at.stage, stage),
  ]
}

/** Nobody who is over holds a place or has work going on. */
function endedViolations(state: PipelineState, execution: PipelineExecution): readonly string[] {
  const { id, status, at } = execution
  const places = Object.entries(state.stages).filter(([, { holder, waiting }]) => holder === id || waiting.includes(id))
  return [
    ...broken([
      [at !== undefined, `${id} is ${status} but still at ${at?.stage}`],
      [places.length > 0, `${id} is ${status} but still has a place at ${places.map(([name]) => name).join(', ')}`],
      [execution.draining !== undefined, `${id} is ${status} but still draining`],
    ]),
    ...Object.entries(execution.stages).flatMap(([name, stage]) => idleViolations(id, name, stage)),
  ]
}

function idleViolations(id: ExecutionId, name: string, stage: StageExecution): readonly string[] {
  return broken([
    [runningActions(stage).length > 0, `an action of ${id} runs in ${name}, where ${id} is not`],
    [runningRules(stage).length > 0, `a rule of ${id} runs in ${name}, where ${id} is not`],
    [
      stage.status === 'InProgress' || stage.status === 'Stopping',
      `${name} is ${stage.status} for ${id}, which left it`,
    ],
  ])
}

/** One condition at a time; it runs as long as its rules do; and nothing starts before the entry was passed. */
function conditionViolations(id: ExecutionId, name: string, stage: StageExecution): readonly string[] {
  const conditions = Object.entries(stage.conditions ?? {})
  const open = conditions.filter(([, { status }]) => status === 'InProgress')
  const rules = conditions.flatMap(([, condition]) => Object.values(condition.rules))
  const { beforeEntry } = stage.conditions ?? {}
  return broken([
    [open.length > 1, `${id} is asked ${open.map(([key]) => key).join(' and ')} of ${name} together`],
    [open.length > 0 && runningActions(stage).length > 0, `actions and conditions of ${id} run in ${name} together`],
    [
      beforeEntry !== undefined && !hasPassed(beforeEntry) && Object.keys(stage.actions).length > 0,
      `${id} started actions in ${name} without having been let in`,
    ],
    ...conditions.map(([key, condition]): Rule => [
      Object.values(condition.rules).some(isRunning) !== (condition.status === 'InProgress'),
      `${key} of ${name} is ${condition.status} for ${id}, whatever its rules do`,
    ]),
    ...rules.map((run): Rule => [
      run.status === 'Failed' && run.error === undefined,
      `the rule run ${run.id} failed without saying why`,
    ]),
  ])
}

/** A rollback runs its one stage, locks it, and waits for nobody. */
function rollbackViolations({ id, type, mode, at, rollback, stages }: PipelineExecution): readonly string[] {
  if (type === 'STANDARD') return broken([[rollback !== undefined, `${id} is no rollback but has a target`]])
  return broken([
    [rollback === undefined, `the rollback ${id} has no target`],
    [Object.keys(stages).length !== 1, `the rollback ${id} ran ${Object.keys(stages).join(' and ')}`],
    [at?.place === 'waiting', `the rollback ${id} waits for ${at?.stage}`],
    [!locksStages(mode), `the rollback ${id} is PARALLEL`],
    [
      Object.values(stages).some(({ conditions }) => conditions !== undefined),
      `the rollback ${id} was asked a condition`,
    ],
  ])
}

/** Nobody claims that something ran which did not, and no plan to skip outlives the action's turn. */
function extensionViolations(
  state: PipelineState,
  { id, type, status, extension, stages, plannedSkips = {}, pipelineVersion }: PipelineExecution,
): readonly string[] {
  const declared = pipelineVersion === state.version ? state.declaration.stages : []
  const first = declared.findIndex(({ name }) => extension?.type === 'StartFromStage' && name === extension.stage)
  const runs = Object.values(stages).flatMap(({ actions }) => Object.values(actions))
  return broken([
    [extension?.type === 'RollbackAcrossVersions' && type !== 'ROLLBACK', `${id} is said to be a rollback`],
    ...declared
      .slice(0, Math.max(first, 0))
      .map(({ name }): Rule => [own(stages, name) !== undefined, `${id} started behind ${name}, and still ran it`]),
    ...runs.map((run): Rule => [
      own(plannedSkips, `${run.stage}/${run.action}`) !== undefined,
      `${run.action} of ${id} began, though it was to be skipped`,
    ]),
    ...runs.map((run): Rule => [
      run.skipped !== undefined && (run.status !== 'Abandoned' || run.outputArtifacts.length > 0),
      `${run.action} of ${id} was skipped, and is ${run.status} with outputs`,
    ]),
    ...runs.map((run): Rule => [
      run.status === 'Abandoned' && run.skipped === undefined && status === 'Succeeded',
      `${id} is Succeeded, though ${run.action} was abandoned`,
    ]),
  ])
}

/** A group starts only when every action of the groups before it has succeeded or was skipped. */
function orderViolations(
  id: ExecutionId,
  { actions }: StageExecution,
  declared: readonly { readonly name: string; readonly runOrder: number }[],
): readonly string[] {
  const unfinished = declared.filter(({ name }) => !isDone(own(actions, name)))
  const current = Math.min(...unfinished.map(({ runOrder }) => runOrder))
  const early = declared.filter(({ name, runOrder }) => runOrder > current && own(actions, name) !== undefined)
  return early.map(({ name }) => `${name} of ${id} started before its turn`)
}

function identityViolations(state: PipelineState): readonly string[] {
  const executions = Object.values(state.executions)
  const runs = executions.flatMap(({ stages }) =>
    Object.values(stages).flatMap(({ actions }) => Object.values(actions)),
  )
  const ages = executions.map(({ age }) => age)
  return broken([
    [new Set(runs.map(({ id }) => id)).size < runs.length, 'two action runs have the same id'],
    [new Set(ages).size < ages.length, 'two executions have the same age'],
    [ages.some((age) => age >= state.nextAge), 'an execution has an age that was not given yet'],
    ...runs.map((run): Rule => [
      own(own(state.executions, run.executionId)?.stages ?? {}, run.stage)?.actions[run.action] !== run,
      `the run ${run.id} is not filed under its execution, stage and action`,
    ]),
    ...runs.map((run): Rule => [
      run.status === 'Failed' && run.error === undefined,
      `the run ${run.id} failed without saying why`,
    ]),
  ])
}

const isOpen = (state: PipelineState, stage: string): boolean => own(state.transitions, stage)?.enabled ?? true

type Rule = readonly [isBroken: boolean, sentence: string]

const broken = (rules: readonly Rule[]): readonly string[] =>
  rules.filter(([isBroken]) => isBroken).map(([, sentence]) => sentence)

const names = (executions: readonly PipelineExecution[]): string =>
  executions.map(({ id }) => id).join(' and ') || 'nobody'
