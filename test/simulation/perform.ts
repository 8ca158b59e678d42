/** What each kind of step does. A step that finds nothing to choose from does nothing. */
import type {
  PipelineExecution,
  PipelineKey,
  PipelineState,
  StageExecution,
} from '../../src/core/execution/execution.ts'
import type { CustomJobDocument, EngineEvent } from '../../src/engine/engine.ts'
import type { ActionOutcome } from '../../src/providers/provider.ts'
import type { RuleOutcome } from '../../src/rules/rule.ts'
import { declare, type CrashAt, type Happening, type Pick, type Step } from './cases.ts'
import type { Fate, Memory } from './memory-store.ts'
import { idOf } from './memory-pipelines.ts'
import type { Server } from './server.ts'
import type { SimulatedTime } from './time.ts'
import type { Outside, Report } from './world-outside.ts'

export interface Stage {
  readonly memory: Memory
  readonly time: SimulatedTime
  readonly outside: Outside
  readonly server: () => Server
  /** of the pipelines, whether they are there or not */
  readonly keys: readonly PipelineKey[]
  readonly newId: () => string
  send(key: PipelineKey, event: EngineEvent, also?: Parameters<Server['engine']['send']>[2]): void
  /** commits so many units of work, or all */
  settle(units?: number): Promise<void>
  /** what becomes of the next unit of work */
  next(fate: Fate): void
  crash(at: CrashAt): Promise<void>
}

type Of<Type extends Happening['type']> = Extract<Happening, { type: Type }>
type Asked = (typeof ASKED)[number]
type Commands = {
  readonly [Type in Asked]: (stage: Stage, step: Of<Type> & Step, state: PipelineState) => void
}
type Others = {
  readonly [Type in Exclude<Happening['type'], Asked>]: (
    stage: Stage,
    step: Of<Type> & Step,
    key: PipelineKey,
  ) => void | Promise<void>
}

/** What callers ask of a pipeline; where there is none, nothing is asked. */
const ASKED = ['start', 'stop', 'retry', 'rollback', 'override', 'disable', 'enable', 'update'] as const
const isAsked = (type: Happening['type']): type is Asked => (ASKED as readonly string[]).includes(type)

export async function perform(stage: Stage, step: Step): Promise<void> {
  const key = at(stage.keys, step.pipeline ?? 0)
  if (key === undefined) return
  if (!isAsked(step.type)) {
    await (OTHERS[step.type] as (stage: Stage, step: Step, key: PipelineKey) => unknown)(stage, step, key)
    return
  }
  const record = stage.memory.records.committed.get(idOf(key))
  if (record !== undefined)
    (COMMANDS[step.type] as (stage: Stage, step: Step, state: PipelineState) => unknown)(stage, step, record.state)
}

export const at = <Value>(values: readonly Value[], pick: Pick): Value | undefined => values[pick % values.length]

/** Most picks are among the newest: they are the ones that something can still happen to. */
const recent = (stage: Stage, { key }: PipelineState, pick: Pick): string =>
  at(
    stage.memory.executions.committed
      .values()
      .filter(({ pipeline }) => pipeline === idOf(key))
      .slice(pick % 7 === 0 ? 0 : -8)
      .map(({ value }) => value.id),
    pick,
  ) ?? 'nobody'

const stageOf = ({ declaration: { stages } }: PipelineState, pick: Pick): string => at(stages, pick)?.name ?? ''

/** An execution and a stage; three times of four one that the command may well be meant for. */
function aim(
  stage: Stage,
  state: PipelineState,
  { of, stage: named }: { readonly of: Pick; readonly stage: Pick },
  isMeant: (run: StageExecution, name: string, execution: PipelineExecution) => boolean,
): { readonly executionId: string; readonly stage: string } {
  const meant = stage.memory.executions.committed
    .values()
    .filter(({ pipeline }) => pipeline === idOf(state.key))
    .flatMap(({ value }) =>
      Object.entries(value.stages)
        .filter(([name, run]) => isMeant(run, name, value))
        .map(([name]) => ({ executionId: value.id, stage: name })),
    )
  return (
    (of % 4 === 0 ? undefined : at(meant.slice(-4), named)) ?? {
      executionId: recent(stage, state, of),
      stage: stageOf(state, named),
    }
  )
}

const BY = 'arn:aws:iam::111122223333:user/ana'

const COMMANDS: Commands = {
  start(stage, { automatic = false, withoutVariable, token, revision }, { key, declaration }) {
    const [source] = declaration.stages[0]?.actions ?? []
    stage.send(key, {
      type: 'ExecutionRequested',
      executionId: stage.newId(),
      trigger: { type: automatic ? 'CloudWatchEvent' : 'StartPipelineExecution' },
      variables: withoutVariable ? {} : { Target: 'here' },
      sourceRevisions: [],
      automatic,
      ...(token !== undefined && { clientRequestToken: `token-${token}` }),
      ...(revision !== undefined &&
        source && { onlyIfNew: { actionName: source.name, revisionId: `revision-${revision % 4}` } }),
    })
  },
  stop(stage, { of, abandon = false }, state) {
    const live = Object.values(state.executions).filter(
      ({ status }) => status === 'InProgress' || status === 'Stopping',
    )
    const executionId = (of % 4 === 0 ? undefined : at(live, of)?.id) ?? recent(stage, state, of)
    stage.send(state.key, { type: 'StopRequested', executionId, abandon, by: BY })
  },
  retry(stage, { all, ...step }, state) {
    const aimed = aim(stage, state, step, ({ status, actions }) =>
      status === 'InProgress'
        ? Object.values(actions).some((run) => run.status === 'Failed')
        : status === 'Failed' || status === 'Stopped',
    )
    stage.send(state.key, { type: 'RetryRequested', ...aimed, mode: all ? 'ALL_ACTIONS' : 'FAILED_ACTIONS', by: BY })
  },
  /** As the operation does it: the target is read from history first. */
  rollback(stage, { to, stage: named }, state) {
    const [first] = state.declaration.stages
    const aimed = aim(
      stage,
      state,
      { of: to, stage: named },
      ({ status }, name, { pipelineVersion }) =>
        status === 'Succeeded' && name !== first?.name && pipelineVersion === state.version,
    )
    const target = stage.memory.executions.committed.get(`${idOf(state.key)}/${aimed.executionId}`)?.value
    stage.send(state.key, {
      type: 'RollbackRequested',
      executionId: stage.newId(),
      stage: aimed.stage,
      targetExecutionId: aimed.executionId,
      ...(target && { target }),
      by: BY,
    })
  },
  override(stage, { success, ...step }, state) {
    const condition = success ? 'onSuccess' : 'beforeEntry'
    const statuses = step.of % 8 === 1 ? ['Succeeded', 'Overridden', 'Cancelled'] : ['InProgress', 'Failed', 'Errored']
    const aimed = aim(stage, state, step, ({ conditions }) => statuses.includes(conditions?.[condition]?.status ?? ''))
    stage.send(state.key, { type: 'OverrideRequested', ...aimed, condition, by: BY })
  },
  disable(stage, { stage: named, outbound }, state) {
    const direction = outbound ? 'Outbound' : 'Inbound'
    stage.send(state.key, { type: 'TransitionDisabled', stage: stageOf(state, named), direction, reason: 'no', by: BY })
  },
  enable(stage, { stage: named, outbound }, state) {
    const direction = outbound ? 'Outbound' : 'Inbound'
    stage.send(state.key, { type: 'TransitionEnabled', stage: stageOf(state, named), direction, by: BY })
  },
  /** One that is overtaken by another update is that operation's to refuse. */
  update(stage, { to }, { key, version }) {
    const declaration = declare(key.name, version + 1, to)
    stage.send(key, { type: 'PipelineUpdated', declaration })
  },
}

const OTHERS: Others = {
  delete(stage, _step, key) {
    stage
      .server()
      .engine.delete(key)
      .catch(() => undefined)
  },
  create(stage, { to, idle }, key) {
    const variables = idle || to.needsVariable ? undefined : {}
    const declaration = declare(key.name, 1, to)
    stage
      .server()
      .engine.create({ key, declaration, tags: {}, startedBy: BY, variables })
      .catch(() => undefined)
  },
  answer(stage, { of, reject, late }) {
    const { approvals } = stage.outside
    const open = late ? approvals : approvals.filter(({ run }) => !stage.outside.said.has(run))
    const approval = at(open.slice(-8), of)
    if (approval === undefined) return
    const { pipeline, stage: named, action, token, run } = approval
    stage.outside.say(run, reject ? 'no' : 'ok')
    const status = reject ? 'Rejected' : 'Approved'
    stage.send(pipeline, { type: 'ApprovalAnswered', stage: named, action, token, status, summary: '', by: BY })
  },
  result(stage, { of, fails, silent }) {
    const work = at([...stage.server().working.values()], of)
    if (work === undefined) return
    const { id, executionId, typeId } = work.order.action
    const fetched = typeId.category === 'Source' ? { revision: { revisionId: `revision-${of % 4}` } } : {}
    const outcome = { ...outcomeOf(fails, silent), ...(!fails && !silent && fetched) }
    stage.outside.say(id, fails ? 'no' : 'ok')
    stage.outside.outcomes.set(id, outcome)
    stage.outside.reports.push({ pipeline: work.order.pipeline, executionId, actionExecutionId: id, outcome })
    work.end(outcome)
  },
  /** A worker's report ends its job in the same commit; one for a job that is over is refused. */
  job(stage, { of, fails, silent }) {
    const job = at(openJobs(stage.memory), of)
    if (job === undefined) return
    const { order } = job.document as CustomJobDocument
    const outcome = outcomeOf(fails, silent)
    stage.outside.say(order.action.id, fails ? 'no' : 'ok')
    const { pipeline, executionId, action } = order
    stage.outside.reports.push({ pipeline, executionId, actionExecutionId: action.id, outcome })
    const { jobs } = stage.server()
    stage.send(pipeline, eventOf(executionId, action.id, outcome), async (tx) => {
      if (!(await jobs.endIn(tx, job.id, fails ? 'Failed' : 'Succeeded'))) throw new Error('the job is over')
    })
  },
  acknowledge(stage, { of }) {
    const job = at(openJobs(stage.memory), of)
    if (job === undefined) return
    const { executionId, action, pipeline } = (job.document as CustomJobDocument).order
    stage.send(pipeline, { type: 'ActionAcknowledged', executionId, actionExecutionId: action.id }, async (tx) => {
      const current = await tx.jobs.get(job.id)
      if (current?.status === 'Queued') await tx.jobs.put({ ...current, status: 'InProgress', nonce: 'n' })
    })
  },
  rule(stage, { of, says }) {
    const work = at([...stage.server().evaluating.values()], of)
    if (work === undefined) return
    const outcome = ruleOutcome(says, stage.time.now())
    if (outcome.type !== 'Waiting') stage.outside.ruleOutcomes.set(work.order.rule.id, outcome)
    work.end(outcome)
  },
  /** A worker's report ends its job too, if the first did not. */
  again(stage, { of, fails = false }, key) {
    const reported = of % 2 === 0 ? at(stage.outside.reports.slice(-30), of) : late(stage, key, of)
    if (reported === undefined || isImpossible(stage, reported)) return
    const { pipeline, executionId, actionExecutionId, outcome } = reported
    stage.outside.reports.push(reported)
    stage.outside.say(actionExecutionId, fails || outcome.type === 'Failed' ? 'no' : 'ok')
    const event = eventOf(executionId, actionExecutionId, fails ? outcomeOf(fails) : outcome)
    const { jobs } = stage.server()
    stage.send(pipeline, event, async (tx) => void (await jobs.endIn(tx, actionExecutionId, 'Succeeded')))
  },
  wait: (stage, { ms, commits }) => stage.time.pass(ms, () => stage.settle(commits)),
  clock: (stage, { ms }) => stage.time.set(ms),
  crash: (stage, { at: point }) => stage.crash(point),
  refuse: (stage) => stage.next('refused'),
  disown: (stage) => stage.next('disowned'),
  overtake({ memory }, _step, key) {
    const record = memory.records.committed.get(idOf(key))
    if (record === undefined) return
    memory.records.put(idOf(key), { ...record, revision: record.revision + 1 })
    memory.records.commit()
  },
}

const BROKEN = { code: 'JobFailed', message: 'it broke' } as const

const outcomeOf = (fails = false, silent = false): ActionOutcome =>
  fails
    ? { type: 'Failed', error: BROKEN }
    : { type: 'Succeeded', ...(!silent && { outputVariables: { said: 'this' } }) }

/** Work on a run goes on somewhere, whether anybody still waits for it or not. */
function late(stage: Stage, pipeline: PipelineKey, pick: Pick): Report | undefined {
  const runs = stage.memory.actions.committed.values().filter((row) => row.pipeline === idOf(pipeline))
  const run = at(runs.slice(-30), pick)?.value
  if (run === undefined) return undefined
  return { pipeline, executionId: run.executionId, actionExecutionId: run.id, outcome: outcomeOf() }
}

const eventOf = (executionId: string, actionExecutionId: string, outcome: ActionOutcome): EngineEvent =>
  outcome.type === 'Succeeded'
    ? {
        type: 'ActionSucceeded',
        executionId,
        actionExecutionId,
        ...(outcome.outputVariables && { outputVariables: outcome.outputVariables }),
        ...(outcome.revision && { revision: outcome.revision }),
      }
    : { type: 'ActionFailed', executionId, actionExecutionId, error: BROKEN }

/** What a provider of ours says reaches the engine when it is saved and not before, and no worker knows of a job that is not queued. */
function isImpossible({ memory }: Stage, { pipeline, actionExecutionId }: Report): boolean {
  const run = memory.actions.committed.get(`${idOf(pipeline)}/${actionExecutionId}`)?.value
  if (run?.status !== 'InProgress') return false
  return run.typeId.owner === 'AWS' || memory.jobs.committed.get(actionExecutionId) === undefined
}

const RULE_SAYS = {
  met: () => ({ type: 'Succeeded' }),
  unmet: () => ({ type: 'Failed', error: BROKEN }),
  broken: () => ({ type: 'Errored', error: BROKEN }),
  wait: (now) => ({ type: 'Waiting', until: now + 5 * 60_000 }),
} as const satisfies Record<Of<'rule'>['says'], (now: number) => RuleOutcome>

const ruleOutcome = (says: Of<'rule'>['says'], now: number): RuleOutcome => RULE_SAYS[says](now)

const openJobs = ({ jobs }: Memory) =>
  jobs.committed.values().filter(({ status }) => status === 'Queued' || status === 'InProgress')
