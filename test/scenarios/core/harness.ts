/**
 * Drives the pure orchestrator the way the scenarios of the specification are written: the tester starts executions and decides
 * when each action ends. Time is virtual, ids are numbered, and the invariants are checked after every step.
 */
import assert from 'node:assert/strict'
import {
  createPipelineState,
  decide,
  type ActionExecution,
  type Command,
  type StateChangeEvent,
  type DecideOptions,
  type ExecutionMode,
  type PipelineEvent,
  type PipelineExecution,
  type PipelineState,
  type RuleExecution,
  type StageExecution,
  type StageState,
} from '../../../src/core/execution/execution.ts'
import { violations } from '../../../src/core/execution/invariants.ts'
import type {
  ActionDeclaration,
  PipelineDeclaration,
  RuleDeclaration,
  StageDeclaration,
} from '../../../src/core/pipeline/declaration.ts'

export const MINUTE = 60_000
export const DAY = 24 * 60 * MINUTE
export const ANA = 'arn:aws:iam::111122223333:user/ana'

type ActionDetails = Partial<ActionDeclaration> & { readonly name: string }
type StageDetails =
  | readonly (string | ActionDetails)[]
  | (Partial<StageDeclaration> & { readonly actions: readonly ActionDeclaration[] })

export interface PipelineDetails extends Partial<Omit<PipelineDeclaration, 'stages'>> {
  readonly mode?: ExecutionMode
  readonly stages?: Readonly<Record<string, StageDetails>>
}

/** The specification's pipeline P3 unless told otherwise: `Src → Build → Deploy`, one custom action a stage, no artifacts. */
export function pipeline({ mode = 'SUPERSEDED', stages = P3, ...rest }: PipelineDetails = {}): PipelineDeclaration {
  return {
    name: 'shop',
    roleArn: 'arn:aws:iam::111122223333:role/pipeline',
    artifactStore: { type: 'S3', location: 'artifacts' },
    version: 1,
    executionMode: mode,
    pipelineType: 'V2',
    stages: Object.entries(stages).map(([name, details], index) => stage(name, details, index === 0)),
    ...rest,
  }
}

const P3 = { Src: ['S'], Build: ['B'], Deploy: ['D'] }

function stage(name: string, details: StageDetails, isFirst: boolean): StageDeclaration {
  return 'actions' in details
    ? { ...details, name }
    : { name, actions: details.map((each) => action(typeof each === 'string' ? { name: each } : each, isFirst)) }
}

export const action = (details: ActionDetails, isSource = false): ActionDeclaration => ({
  actionTypeId: isSource
    ? { category: 'Source', owner: 'Custom', provider: 'TSrc', version: '1' }
    : { category: 'Build', owner: 'Custom', provider: 'TJob', version: '1' },
  runOrder: 1,
  configuration: {},
  inputArtifacts: [],
  outputArtifacts: [],
  ...details,
})

export const approval = (name: string, details: Partial<ActionDeclaration> = {}): ActionDetails => ({
  ...details,
  name,
  actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' },
})

/** A rule that anybody may end; with the name of a real provider, because validation is not asked here. */
export const rule = (name: string, details: Partial<RuleDeclaration> = {}): RuleDeclaration => ({
  name,
  ruleTypeId: { category: 'Rule', owner: 'AWS', provider: 'VariableCheck', version: '1' },
  configuration: {},
  inputArtifacts: [],
  ...details,
})

/** A caller was told no. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly code: string
  constructor(code: string, message: string) {
    super(`${code}: ${message}`)
    this.code = code
  }
}

type Sent<Type extends PipelineEvent['type']> = Extract<PipelineEvent, { type: Type }>
type Untimed = PipelineEvent extends infer Event ? (Event extends PipelineEvent ? Omit<Event, 'at'> : never) : never

export type World = ReturnType<typeof world>

export function world(declaration: PipelineDeclaration = pipeline(), options: Pick<DecideOptions, 'limits'> = {}) {
  const key = { account: '111122223333', region: 'eu-west-1', name: declaration.name }
  let now = Date.UTC(2026, 2, 2, 10)
  let state: PipelineState = createPipelineState({ key, declaration, at: now })
  let ids = 0
  const declarations = new Map([[declaration.version, declaration]])
  const commands: Command[] = []
  const executions = new Map<string, PipelineExecution>()
  const runs = new Map<string, ActionExecution>()
  const ruleRuns = new Map<string, RuleExecution>()
  const decideOptions: DecideOptions = {
    ...options,
    newId: () => `00000000-0000-4000-8000-${`${(ids += 1)}`.padStart(12, '0')}`,
    newKey: () => `k${`${(ids += 1)}`.padStart(6, '0')}`,
  }

  /** One event, a second after the last. @returns the commands it caused @throws Refused */
  function send(event: Untimed): readonly Command[] {
    now += 1000
    const decision = decide(state, { ...event, at: now }, decideOptions)
    if (!decision.accepted) throw new Refused(decision.rejection.code, decision.rejection.message)
    state = decision.state
    assert.deepEqual(violations(state), [], `after ${JSON.stringify(event)}`)
    commands.push(...decision.commands)
    reply = decision.reply
    declarations.set(state.version, state.declaration)
    save()
    return decision.commands
  }
  let reply: { readonly executionId?: string; readonly started?: boolean } | undefined

  /** What a store does: it writes what it finds in the state after each decision. */
  function save(): void {
    for (const run of state.replacedActions ?? []) runs.set(run.id, run)
    for (const run of state.replacedRules ?? []) ruleRuns.set(run.id, run)
    for (const execution of Object.values(state.executions)) {
      executions.set(execution.id, execution)
      for (const { actions, conditions = {} } of Object.values(execution.stages)) {
        for (const run of Object.values(actions)) runs.set(run.id, run)
        for (const { rules } of Object.values(conditions)) {
          for (const run of Object.values(rules)) ruleRuns.set(run.id, run)
        }
      }
    }
  }

  function running(name: string, executionId: string): { executionId: string; actionExecutionId: string } {
    const found = runsOf(name, executionId).findLast(({ status }) => status === 'InProgress')
    assert.ok(found, `${name} of ${executionId} is not running; running: ${jobs().join(', ')}`)
    return { executionId, actionExecutionId: found.id }
  }

  /** every run of the rule in this execution, oldest first */
  function rulesOf(name: string, executionId: string): readonly RuleExecution[] {
    return [...ruleRuns.values()].filter((run) => run.rule === name && run.executionId === executionId)
  }

  function runningRule(name: string, executionId: string): { executionId: string; ruleExecutionId: string } {
    const found = rulesOf(name, executionId).findLast(({ status }) => status === 'InProgress')
    assert.ok(found, `the rule ${name} of ${executionId} is not running`)
    return { executionId, ruleExecutionId: found.id }
  }

  /** every run of the action in this execution, oldest first, those that a retry replaced included */
  function runsOf(name: string, executionId: string): readonly ActionExecution[] {
    return [...runs.values()].filter((run) => run.action === name && run.executionId === executionId)
  }

  /** `E1/D` for each action that was given to its provider and has not ended */
  function jobs(): readonly string[] {
    return Object.values(state.executions)
      .flatMap(({ stages }) => Object.values(stages).flatMap(({ actions }) => Object.values(actions)))
      .filter(({ status }) => status === 'InProgress')
      .map((run) => `${run.executionId}/${run.action}`)
  }

  function execution(id: string): PipelineExecution {
    const found = executions.get(id)
    assert.ok(found, `there is no execution ${id}`)
    return found
  }

  return {
    send,
    running,
    runsOf,
    jobs,
    execution,
    commands,
    runs,
    ruleRuns,
    rulesOf,
    runningRule,
    options: decideOptions,
    get state() {
      return state
    },
    get now() {
      return now
    },
    get reply() {
      return reply
    },
    wait(ms: number) {
      now += ms
    },
    /** a caller starts an execution */
    start(executionId: string, details: Partial<Sent<'ExecutionRequested'>> = {}) {
      return send({
        trigger: { type: 'StartPipelineExecution', detail: ANA },
        variables: {},
        sourceRevisions: [],
        automatic: false,
        ...details,
        type: 'ExecutionRequested',
        executionId,
      })
    },
    ok(name: string, executionId: string, details: Partial<Sent<'ActionSucceeded'>> = {}) {
      return send({ ...details, type: 'ActionSucceeded', ...running(name, executionId) })
    },
    fail(name: string, executionId: string, message = `${name} broke`) {
      return send({ type: 'ActionFailed', ...running(name, executionId), error: { code: 'JobFailed', message } })
    },
    met(name: string, executionId: string) {
      return send({ type: 'RuleSucceeded', ...runningRule(name, executionId) })
    },
    unmet(name: string, executionId: string, message = `${name} is not met`) {
      return send({ type: 'RuleFailed', ...runningRule(name, executionId), error: { code: 'JobFailed', message } })
    },
    override(executionId: string, stageName: string, condition: 'beforeEntry' | 'onSuccess') {
      return send({ type: 'OverrideRequested', executionId, stage: stageName, condition, by: ANA })
    },
    acknowledge(name: string, executionId: string) {
      return send({ type: 'ActionAcknowledged', ...running(name, executionId) })
    },
    /** starts an execution and lets these actions succeed */
    pass(executionId: string, ...names: readonly string[]) {
      this.start(executionId)
      for (const name of names) this.ok(name, executionId)
    },
    stop(executionId: string, details: { abandon?: boolean; reason?: string } = {}) {
      return send({ type: 'StopRequested', executionId, abandon: false, by: ANA, ...details })
    },
    retry(executionId: string, stageName: string, mode: 'FAILED_ACTIONS' | 'ALL_ACTIONS' = 'FAILED_ACTIONS') {
      return send({ type: 'RetryRequested', executionId, stage: stageName, mode, by: ANA })
    },
    rollback(executionId: string, stageName: string, targetExecutionId: string) {
      const target = executions.get(targetExecutionId)
      return send({
        type: 'RollbackRequested',
        executionId,
        stage: stageName,
        targetExecutionId,
        ...(target === undefined ? {} : { target }),
        by: ANA,
      })
    },
    /** one after the other, as our own API passes it on: what history knows comes with the event */
    startFrom(
      executionId: string,
      stageName: string,
      fromExecutionId: string,
      { gone = [], ...details }: { gone?: readonly string[]; clientRequestToken?: string } = {},
    ) {
      const from = executions.get(fromExecutionId)
      const fromDeclaration = from && declarations.get(from.pipelineVersion)
      return send({
        type: 'StartFromStageRequested',
        executionId,
        stage: stageName,
        fromExecutionId,
        ...(from && { from }),
        ...(fromDeclaration && { fromDeclaration }),
        gone,
        reason: 'the build is fine',
        by: ANA,
        ...details,
      })
    },
    retryAction(executionId: string, stageName: string, name: string) {
      return send({ type: 'ActionRetryRequested', executionId, stage: stageName, action: name, by: ANA })
    },
    skip(executionId: string, stageName: string, name: string, reason = 'flaky') {
      return send({ type: 'ActionSkipRequested', executionId, stage: stageName, action: name, reason, by: ANA })
    },
    rollbackAcross(executionId: string, stageName: string, targetExecutionId: string) {
      const target = executions.get(targetExecutionId)
      return send({
        type: 'CrossVersionRollbackRequested',
        executionId,
        stage: stageName,
        targetExecutionId,
        ...(target && { target }),
        by: ANA,
      })
    },
    /** of a version that the pipeline has or had */
    declarationOf: (version: number) => declarations.get(version),
    /** the executions of this type, from history, oldest first */
    executionsOf: (type: PipelineExecution['type']) => [...executions.values()].filter((each) => each.type === type),
    disable(stageName: string, direction: 'Inbound' | 'Outbound' = 'Inbound', reason = 'not now') {
      return send({ type: 'TransitionDisabled', stage: stageName, direction, reason, by: ANA })
    },
    enable(stageName: string, direction: 'Inbound' | 'Outbound' = 'Inbound') {
      return send({ type: 'TransitionEnabled', stage: stageName, direction, by: ANA })
    },
    answer(executionId: string, stageName: string, name: string, status: 'Approved' | 'Rejected', summary = 'seen') {
      const { token } = runsOf(name, executionId).at(-1) ?? {}
      return send({
        type: 'ApprovalAnswered',
        stage: stageName,
        action: name,
        token: token ?? '',
        status,
        summary,
        by: ANA,
      })
    },
    update(details: PipelineDetails = {}) {
      return send({ type: 'PipelineUpdated', declaration: pipeline({ ...details, version: state.version + 1 }) })
    },
    /** the statuses of these executions, from history */
    statuses: (...ids: readonly string[]) => ids.map((id) => execution(id).status),
    stage(name: string): StageState {
      const found = state.stages[name]
      assert.ok(found, `there is no stage ${name}`)
      return found
    },
    stageRun(executionId: string, name: string): StageExecution {
      const found = execution(executionId).stages[name]
      assert.ok(found, `${executionId} never entered ${name}`)
      return found
    },
    lastRun(name: string, executionId: string): ActionExecution {
      const found = runsOf(name, executionId).at(-1)
      assert.ok(found, `${name} of ${executionId} never started`)
      return found
    },
    /** @param message what the refusal says, with the code in front; absent: anything */
    refuses(code: string, attempt: () => unknown, message?: RegExp) {
      const before = state
      assert.throws(attempt, (error) => {
        assert.ok(error instanceof Refused && error.code === code, String(error))
        if (message !== undefined) assert.match(error.message, message)
        return true
      })
      assert.equal(state, before)
    },
  }
}

/** `pipeline E1 STARTED`, `stage E1 Build STARTED`, `action E1 B STARTED`: the events among the commands, in order */
export const published = (commands: readonly Command[]): readonly string[] =>
  details(commands).map((detail) => {
    const [object, ...name] =
      detail['action'] === undefined
        ? detail['stage'] === undefined
          ? ['pipeline']
          : ['stage', detail['stage']]
        : ['action', detail['action']]
    return [object, detail['execution-id'], ...name, detail['state']].join(' ')
  })

/** the details of the events that AWS publishes too */
export const details = (commands: readonly Command[]): readonly Readonly<Record<string, unknown>>[] =>
  eventsOf(commands).flatMap(({ source, detail }) => (source === 'aws.codepipeline' ? [detail] : []))

export const eventsOf = (commands: readonly Command[]): readonly StateChangeEvent[] =>
  commands.flatMap((command) => (command.type === 'PublishEvent' ? [command.event] : []))

/** `E1/D` for each order to start an action */
export const ordered = (commands: readonly Command[]): readonly string[] =>
  orders(commands).map(({ executionId, action: { action } }) => `${executionId}/${action}`)

export const orders = (commands: readonly Command[]) =>
  commands.flatMap((command) => (command.type === 'StartAction' ? [command.order] : []))

/** `E1/Check` for each order to start a rule */
export const asked = (commands: readonly Command[]): readonly string[] =>
  commands.flatMap((command) =>
    command.type === 'StartRule' ? [`${command.order.executionId}/${command.order.rule.rule}`] : [],
  )
