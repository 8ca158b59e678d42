/**
 * What AWS's rules say, a second time: written from the chapters 1.8 and 2 to 5 of the specification without a look at `src/core`,
 * slow and plain. What can happen next is found by trying everything until nothing moves any more. Where the specification leaves a
 * choice, the comment says what was chosen.
 */
import type {
  ActionDeclaration,
  Condition,
  PipelineDeclaration,
  StageDeclaration,
} from '../../src/core/pipeline/declaration.ts'
import type { Answer, ReferenceEvent, RetryMode } from './reference-events.ts'
import {
  abandonAll,
  hasFailed,
  hasPassed,
  isActive,
  isEngaged,
  isRunning,
  newStage,
  type GateName,
  type ModelExecution,
  type ModelGate,
  type ModelRun,
  type ModelStage,
} from './reference-state.ts'

export interface ReferenceLimits {
  readonly concurrentExecutions: number
  readonly concurrentActions: number
}

type Event<Type extends ReferenceEvent['type']> = Extract<ReferenceEvent, { type: Type }>

const OK: Answer = {}
const no = (...codes: readonly string[]): Answer => ({ codes })
const DAY = 24 * 60 * 60_000
const FULL = 'ConcurrentPipelineExecutionsLimitExceededException'
const NOT_LATEST = 'NotLatestPipelineExecutionException'

export class ReferenceModel {
  declaration: PipelineDeclaration
  readonly versions = new Map<number, PipelineDeclaration>()
  readonly executions: ModelExecution[] = []
  /** closed inbound transitions and since when */
  readonly closed = new Map<string, number>()
  /** in front of each stage, in order of arrival */
  readonly lines = new Map<string, ModelExecution[]>()
  /** the last to enter each stage */
  readonly latest = new Map<string, ModelExecution>()
  readonly stoppedInbound = new Map<string, ModelExecution>()
  private readonly tokens = new Map<string, { readonly id: string; readonly at: number }>()
  /** source action -> the revision seen last */
  private readonly seen = new Map<string, string>()
  private newest: ModelExecution | undefined
  /** those in progress, oldest first */
  private live: ModelExecution[] = []
  private now = 0
  private readonly limits: ReferenceLimits

  constructor(declaration: PipelineDeclaration, limits: ReferenceLimits) {
    this.declaration = declaration
    this.limits = limits
    this.versions.set(declaration.version, declaration)
  }

  apply(event: ReferenceEvent): Answer {
    this.now = event.at
    const answer = this.happen(event)
    if (answer.codes === undefined) while (this.active().some((execution) => this.moved(execution))) continue
    return answer
  }

  active(): readonly ModelExecution[] {
    this.live = this.live.filter(isActive)
    return this.live
  }

  find(id: string): ModelExecution | undefined {
    return this.executions.findLast((execution) => execution.id === id)
  }

  holder(stage: string): ModelExecution | undefined {
    return this.active().find(
      ({ mode, place }) => mode !== 'PARALLEL' && place?.inside === true && place.stage === stage,
    )
  }

  // ---- what happens ----------------------------------------------------------------------------------------------------

  private happen(event: ReferenceEvent): Answer {
    switch (event.type) {
      case 'ExecutionRequested':
        return this.start(event)
      case 'ActionSucceeded':
      case 'ActionFailed':
      case 'ActionTimedOut':
      case 'ActionAcknowledged':
      case 'ActionProgressed':
        return this.report(event)
      case 'RuleSucceeded':
      case 'RuleFailed':
      case 'RuleErrored':
      case 'RuleTimedOut':
      case 'RuleWaiting':
      case 'RuleDue':
        return this.reportRule(event)
      case 'ApprovalAnswered':
        return this.answerApproval(event)
      case 'TransitionDisabled':
      case 'TransitionEnabled':
        return this.transition(event)
      case 'StopRequested':
        return this.stop(event)
      case 'RetryRequested':
        return this.retry(event)
      case 'OverrideRequested':
        return this.override(event)
      case 'RollbackRequested':
        return this.rollBackByHand(event)
      case 'PipelineUpdated':
        return this.update(event.declaration)
      default:
        return event satisfies never
    }
  }

  /** 2.11 */
  private start(event: Event<'ExecutionRequested'>): Answer {
    const { executionId, variables, clientRequestToken: token, automatic, onlyIfNew } = event
    const known = token === undefined ? undefined : this.tokens.get(token)
    if (known !== undefined && this.now - known.at < DAY) return OK
    // 5.2, 5.6: not again for the revision that was seen last
    if (onlyIfNew !== undefined && this.seen.get(onlyIfNew.actionName) === onlyIfNew.revisionId) return OK
    const missing = (this.declaration.variables ?? []).some(
      ({ name, defaultValue }) => defaultValue === undefined && variables[name] === undefined,
    )
    const full = this.isFull()
    if (!automatic && (missing || full)) {
      return no(...(missing ? ['ValidationException'] : []), ...(full ? [FULL] : []))
    }
    const execution = this.begin(executionId, undefined)
    this.newest = execution
    if (token !== undefined) {
      // what has expired by then is forgotten for good, also when the clock is set back afterwards
      for (const [old, { at }] of this.tokens) if (this.now - at >= DAY) this.tokens.delete(old)
      this.tokens.set(token, { id: executionId, at: this.now })
    }
    if (onlyIfNew !== undefined) this.seen.set(onlyIfNew.actionName, onlyIfNew.revisionId)
    // a trigger has nobody to tell: the execution is recorded as Failed (2.4, 2.11)
    if (missing || full) execution.status = 'Failed'
    else this.arrive(execution, this.stagesOf(execution)[0]?.name ?? '')
    return OK
  }

  private begin(id: string, rollback: ModelExecution['rollback']): ModelExecution {
    const execution: ModelExecution = {
      id,
      number: this.executions.length + 1,
      version: this.declaration.version,
      mode: this.declaration.executionMode,
      rollback,
      status: 'InProgress',
      place: undefined,
      stages: new Map(),
      attempt: 1,
      stopped: undefined,
      updatedUnder: false,
      outputs: new Map(rollback?.target.outputs),
    }
    this.executions.push(execution)
    this.live.push(execution)
    return execution
  }

  /** Reports come late and twice: what is said about a run that is over is not heard. */
  private report(
    event: Event<'ActionSucceeded' | 'ActionFailed' | 'ActionTimedOut' | 'ActionAcknowledged' | 'ActionProgressed'>,
  ): Answer {
    for (const execution of this.active()) {
      for (const [name, run] of this.currentStage(execution)?.runs ?? []) {
        if (run.id !== event.actionExecutionId || !isRunning(run)) continue
        const action = this.declaredStage(execution, execution.place?.stage ?? '').actions.find((a) => a.name === name)
        if (event.type === 'ActionFailed' || event.type === 'ActionTimedOut') run.status = 'Failed'
        if (event.type === 'ActionAcknowledged') run.acknowledged = true
        // 7: an approval ends by an answer, a rejection, a timeout; that its message went out is no answer
        if (event.type !== 'ActionSucceeded' || action?.actionTypeId.category === 'Approval') return OK
        run.status = 'Succeeded'
        // chosen: what the newest execution fetches by itself is no news either
        if (event.revision !== undefined && execution === this.newest && execution.attempt === 1)
          this.seen.set(name, event.revision.revisionId)
        // 4.1: after a retry the newest successful run's outputs win
        if (action?.namespace !== undefined)
          execution.outputs.set(action.namespace, new Set(Object.keys(event.outputVariables ?? {})))
        return OK
      }
    }
    return OK
  }

  private reportRule({
    ruleExecutionId,
    type,
  }: Event<'RuleSucceeded' | 'RuleFailed' | 'RuleErrored' | 'RuleTimedOut' | 'RuleWaiting' | 'RuleDue'>): Answer {
    if (type === 'RuleWaiting' || type === 'RuleDue') return OK
    for (const execution of this.active()) {
      for (const gate of this.currentStage(execution)?.gates.values() ?? []) {
        const run = [...gate.rules.values()].find(({ id }) => id === ruleExecutionId)
        if (run === undefined || !isRunning(run)) continue
        run.status = type === 'RuleSucceeded' ? 'Succeeded' : 'Failed'
        if (type === 'RuleErrored') run.errored = true
      }
    }
    return OK
  }

  /** 7 */
  private answerApproval({ stage, action, token, status }: Event<'ApprovalAnswered'>): Answer {
    for (const execution of this.executions) {
      const run = execution.stages.get(stage)?.runs.get(action)
      if (run?.token !== token) continue
      if (isRunning(run)) {
        run.status = status === 'Approved' ? 'Succeeded' : 'Failed'
        run.answered = true
        return OK
      }
      // who asks about an execution that is over may be told either: its token is no open one too
      if (run.answered) {
        return isActive(execution)
          ? no('ApprovalAlreadyCompletedException')
          : no(...this.unknownApproval(stage, action), 'ApprovalAlreadyCompletedException')
      }
    }
    return no(...this.unknownApproval(stage, action))
  }

  private unknownApproval(stage: string, action: string): readonly string[] {
    const declaredStage = this.declaration.stages.find(({ name }) => name === stage)
    const declared = declaredStage?.actions.find(({ name }) => name === action)
    return [
      'InvalidApprovalTokenException',
      ...(declaredStage === undefined ? ['StageNotFoundException'] : []),
      ...(declared === undefined ? ['ActionNotFoundException'] : []),
      ...(declared !== undefined && declared.actionTypeId.category !== 'Approval' ? ['ValidationException'] : []),
    ]
  }

  /** 2.6 */
  private transition({ type, stage: named, direction }: Event<'TransitionDisabled' | 'TransitionEnabled'>): Answer {
    const names = this.declaration.stages.map(({ name }) => name)
    if (!names.includes(named)) return no('StageNotFoundException')
    const stage = direction === 'Inbound' ? named : names[names.indexOf(named) + 1]
    if (stage === undefined) return no('ValidationException')
    const since = this.closed.get(stage)
    if (type === 'TransitionDisabled') {
      this.closed.set(stage, since ?? this.now)
      return OK
    }
    if (since === undefined) return OK
    // 30-day rule: it waited at the disabled transition for more than 30 days
    for (const execution of this.active()) {
      const { place } = execution
      if (place === undefined || place.inside || place.stage !== stage) continue
      if (this.now - Math.max(place.since, since) > 30 * DAY) this.end(execution, 'Failed')
    }
    this.closed.delete(stage)
    return OK
  }

  /** 2.7 */
  private stop({ executionId, abandon }: Event<'StopRequested'>): Answer {
    const execution = this.find(executionId)
    if (execution === undefined) return no('PipelineExecutionNotStoppableException')
    if (!isActive(execution)) {
      // S47 says that the second abandon is a duplicate; that it is over by then is true too
      return execution.status === 'Stopped' && execution.stopped === 'abandon' && abandon
        ? no('DuplicatedStopRequestException', 'PipelineExecutionNotStoppableException')
        : no('PipelineExecutionNotStoppableException')
    }
    if (execution.status === 'Stopping' && !abandon) return no('DuplicatedStopRequestException')
    execution.stopped = abandon ? 'abandon' : 'wait'
    const { place } = execution
    if (place !== undefined && !place.inside) {
      this.end(execution, 'Stopped')
      if (execution.mode !== 'PARALLEL') this.stoppedInbound.set(place.stage, execution)
      return OK
    }
    execution.status = 'Stopping'
    const stage = this.currentStage(execution)
    if (stage === undefined) return OK
    stage.status = 'Stopping'
    endGates(stage, abandon ? 'Abandoned' : 'Cancelled')
    if (abandon) abandonAll(stage.runs.values())
    return OK
  }

  /** 2.8 */
  private retry({ executionId, stage: name, mode }: Event<'RetryRequested'>): Answer {
    const reasons = this.declaration.stages.some((stage) => stage.name === name) ? [] : ['StageNotFoundException']
    const execution = this.find(executionId)
    const stage = execution?.stages.get(name)
    if (execution === undefined || stage === undefined) return no(...reasons, NOT_LATEST)
    const refused = [...reasons, ...this.notTheirs(execution, name, 'StageNotRetryableException')]
    if (!this.canRetry(execution, stage, name, mode)) {
      // of a PARALLEL execution that is over and has nothing to retry, nothing needs to be remembered
      const forgotten = execution.mode === 'PARALLEL' && !isActive(execution)
      refused.push('StageNotRetryableException', ...(forgotten ? [NOT_LATEST] : []))
    }
    if (!isActive(execution) && this.isFull()) refused.push(FULL)
    if (refused.length > 0) return no(...refused)
    stage.retriesByHand += 1
    this.resume(execution, stage, name, mode)
    return OK
  }

  /** Why the stage is not this execution's to go on with. */
  private notTheirs(execution: ModelExecution, stage: string, outdated: string): readonly string[] {
    const latest = execution.mode === 'PARALLEL' || this.latest.get(stage) === execution
    return [
      ...(execution.status === 'Superseded' || !latest ? [NOT_LATEST] : []),
      // nobody can be the latest of a structure that is gone
      ...(execution.version === this.declaration.version ? [] : [outdated, NOT_LATEST]),
    ]
  }

  private canRetry(execution: ModelExecution, stage: ModelStage, name: string, mode: RetryMode): boolean {
    const runs = [...stage.runs.values()]
    const gates = [...stage.gates.values()]
    const anotherRetryRuns = stage.status === 'InProgress' && stage.retriesByHand + stage.retriesByItself > 0
    // chosen: nothing is started again in a stage that is being stopped, nor while it is asked a condition
    if (stage.status === 'Stopping' || stage.status === 'Skipped' || anotherRetryRuns) return false
    if (gates.some(({ status }) => status === 'InProgress')) return false
    if (mode === 'ALL_ACTIONS' && runs.some(isRunning)) return false
    // a stopped stage also has the groups that never ran to go on with
    const unfinished = stage.status === 'Stopped' && runs.length < this.declaredStage(execution, name).actions.length
    const unmet = stage.status !== 'InProgress' && gates.some((gate) => !hasPassed(gate))
    return runs.some(hasFailed) || unfinished || unmet
  }

  /** A condition of the entry that was met need not be met again; whatever comes after the actions is asked anew. */
  private resume(execution: ModelExecution, stage: ModelStage, name: string, mode: RetryMode): void {
    for (const [action, run] of Array.from(stage.runs)) {
      if (mode === 'ALL_ACTIONS' || hasFailed(run)) stage.runs.delete(action)
    }
    for (const [gate, asked] of Array.from(stage.gates)) {
      if (gate !== 'beforeEntry' || !hasPassed(asked)) stage.gates.delete(gate)
    }
    execution.attempt += 1
    this.reopen(execution, stage, name)
  }

  private reopen(execution: ModelExecution, stage: ModelStage, name: string): void {
    stage.status = 'InProgress'
    execution.status = 'InProgress'
    execution.stopped = undefined
    execution.place = { stage: name, inside: true, since: this.now }
    if (!this.live.includes(execution)) this.live.push(execution)
  }

  /** 3.2 */
  private override({ executionId, stage: name, condition }: Event<'OverrideRequested'>): Answer {
    const refused = this.declaration.stages.some((stage) => stage.name === name) ? [] : ['StageNotFoundException']
    const execution = this.find(executionId)
    const stage = execution?.stages.get(name)
    if (execution === undefined || stage === undefined) return no(...refused, NOT_LATEST)
    refused.push(...this.notTheirs(execution, name, 'ConditionNotOverridableException'))
    const gate = stage.gates.get(condition)
    const skips = this.declaredStage(execution, name)[condition]?.conditions[0]?.result === 'SKIP'
    const isOpen = gate !== undefined && (gate.status === 'InProgress' || isEngaged(gate))
    const goesOn = stage.status === 'InProgress' || stage.status === 'Failed'
    if (!isOpen || skips || !goesOn) {
      const forgotten = execution.mode === 'PARALLEL' && !isActive(execution)
      refused.push('ConditionNotOverridableException', ...(forgotten ? [NOT_LATEST] : []))
    }
    if (!isActive(execution) && this.isFull()) refused.push(FULL)
    if (refused.length > 0 || gate === undefined) return no(...refused)
    abandonAll(gate.rules.values())
    gate.status = 'Overridden'
    // what followed from the failure is taken back
    abandonAll(stage.gates.get('onFailure')?.rules.values() ?? [])
    stage.gates.delete('onFailure')
    this.reopen(execution, stage, name)
    return OK
  }

  /** 2.9 */
  private rollBackByHand({ executionId, stage, targetExecutionId }: Event<'RollbackRequested'>): Answer {
    const refused: string[] = []
    const { stages, executionMode, pipelineType, version } = this.declaration
    if (!stages.some(({ name }) => name === stage)) refused.push('StageNotFoundException')
    const target = this.find(targetExecutionId)
    if (target === undefined) refused.push('PipelineExecutionNotFoundException')
    if (target !== undefined && target.version !== version) refused.push('PipelineExecutionOutdatedException')
    const unable =
      stages[0]?.name === stage ||
      executionMode === 'PARALLEL' ||
      pipelineType === 'V1' ||
      this.holder(stage) !== undefined ||
      target?.rollback !== undefined ||
      target?.stages.get(stage)?.status !== 'Succeeded'
    if (unable) refused.push('UnableToRollbackStageException')
    if (refused.length > 0 || target === undefined) return no(...refused)
    this.enter(this.begin(executionId, { stage, target }), stage)
    return OK
  }

  /** 1.8 */
  private update(declaration: PipelineDeclaration): Answer {
    const names = new Set(declaration.stages.map(({ name }) => name))
    for (const execution of this.active()) {
      if (execution.mode === 'PARALLEL' || execution.place === undefined) continue
      if (!execution.place.inside) {
        this.end(execution, 'Cancelled')
        continue
      }
      execution.updatedUnder = true
      const stage = this.currentStage(execution)
      const { actions } = this.declaredStage(execution, execution.place.stage)
      if (stage !== undefined) endGates(stage, 'Cancelled')
      for (const [action, run] of stage?.runs ?? []) {
        const type = actions.find((each) => each.name === action)?.actionTypeId
        const nobodyAtWork =
          type?.category === 'Approval' || (type?.owner === 'Custom' && run.acknowledged === undefined)
        if (nobodyAtWork) abandonAll([run])
      }
    }
    this.declaration = declaration
    this.versions.set(declaration.version, declaration)
    for (const memory of [this.closed, this.lines, this.latest, this.stoppedInbound]) {
      for (const stage of Array.from(memory.keys())) if (!names.has(stage)) memory.delete(stage)
    }
    // a stage that was gone and is back is still locked by who never left it
    for (const name of names) {
      const inside = this.holder(name)
      if (inside !== undefined) this.latest.set(name, inside)
    }
    return OK
  }

  // ---- what follows ----------------------------------------------------------------------------------------------------

  /** Does one thing for the execution. @returns false when there is nothing to do */
  private moved(execution: ModelExecution): boolean {
    const { place } = execution
    if (place === undefined || !isActive(execution)) return false
    if (!place.inside) return this.entered(execution, place.stage)
    const stage = this.currentStage(execution)
    if (stage === undefined) return false
    const runs = [...stage.runs.values()]
    const isBusy = runs.some(isRunning)
    if (execution.status === 'Stopping') return !isBusy && this.leave(execution, stage, 'Stopped')
    if (execution.updatedUnder) return !isBusy && this.leave(execution, stage, 'Cancelled')
    const declared = this.declaredStage(execution, place.stage)
    if (runs.length === 0) {
      const entry = this.ask(execution, stage, 'beforeEntry', declared.beforeEntry?.conditions[0])
      if (entry === 'ASKED') return true
      if (entry === 'WAIT') return false
      if (entry === 'SKIP') return this.goOn(execution, stage, place.stage, 'Skipped')
      if (entry !== 'PASS') return this.fail(execution, stage, declared)
    }
    if (runs.some(hasFailed)) return !isBusy && this.fail(execution, stage, declared)
    return this.runNext(execution, stage, declared)
  }

  /** 1.7, 2.2 */
  private runNext(execution: ModelExecution, stage: ModelStage, declared: StageDeclaration): boolean {
    const left = declared.actions.filter(({ name }) => stage.runs.get(name)?.status !== 'Succeeded')
    if (left.length === 0) {
      const success = this.ask(execution, stage, 'onSuccess', declared.onSuccess?.conditions[0])
      if (success === 'ASKED') return true
      if (success === 'WAIT') return false
      if (success === 'PASS') return this.goOn(execution, stage, declared.name, 'Succeeded')
      if (success === 'ROLLBACK') return this.failAndRollBack(execution, stage, declared.name)
      return this.fail(execution, stage, declared)
    }
    const group = Math.min(...left.map(({ runOrder }) => runOrder))
    const next = left.filter(({ name, runOrder }) => runOrder === group && !stage.runs.has(name))
    const running = left.filter(({ name }) => stage.runs.get(name)?.status === 'InProgress').length
    const slots = execution.mode === 'PARALLEL' ? this.limits.concurrentActions - running : next.length
    if (next.length === 0 || slots <= 0) return false
    // actions of one group start together: the one that cannot be started does not keep its sisters from starting
    for (const action of next.slice(0, slots)) this.startAction(execution, stage, action)
    return true
  }

  /** 4.1: a reference that cannot be resolved fails the action. */
  private startAction(
    { outputs }: ModelExecution,
    stage: ModelStage,
    { name, configuration }: ActionDeclaration,
  ): void {
    const references = Object.values(configuration).flatMap((value) => [...value.matchAll(/#\{([^.}]+)\.([^}]+)\}/g)])
    const unresolved = references.some(([, namespace = '', key = '']) => outputs.get(namespace)?.has(key) !== true)
    stage.runs.set(name, { status: unresolved ? 'Failed' : 'InProgress' })
  }

  /**
   * 3.1: all rules of a condition start together; it has failed as soon as one has, and the rest is abandoned.
   * @returns what to do; `ASKED` when something has changed just now
   */
  private ask(
    execution: ModelExecution,
    stage: ModelStage,
    name: GateName,
    condition: Condition | undefined,
  ): 'PASS' | 'WAIT' | 'ASKED' | 'FAIL' | 'SKIP' | 'ROLLBACK' | 'RETRY' {
    // 2.9: conditions are not evaluated for rollbacks
    if (condition === undefined || execution.rollback !== undefined) return 'PASS'
    const gate = stage.gates.get(name)
    if (gate === undefined) {
      const rules = condition.rules.map((rule): [string, ModelRun] => [rule.name, { status: 'InProgress' }])
      stage.gates.set(name, { status: 'InProgress', rules: new Map(rules) })
      return 'ASKED'
    }
    if (gate.status === 'InProgress') return judge(gate) ? 'ASKED' : 'WAIT'
    return isEngaged(gate) ? (condition.result ?? 'FAIL') : 'PASS'
  }

  /** 2.8, 2.9, 3.1: a retry by itself comes first, and once; conditions are asked when the stage has failed for good. */
  private fail(execution: ModelExecution, stage: ModelStage, { name, onFailure }: StageDeclaration): boolean {
    if (onFailure === undefined || execution.rollback !== undefined) return this.leave(execution, stage, 'Failed')
    const { result, retryConfiguration, conditions = [] } = onFailure
    const retryAgain = (): true => {
      stage.retriesByItself += 1
      this.resume(execution, stage, name, retryConfiguration?.retryMode ?? 'FAILED_ACTIONS')
      return true
    }
    if (result === 'RETRY' && stage.retriesByItself === 0) return retryAgain()
    if (conditions.length === 0) {
      return result === 'ROLLBACK'
        ? this.failAndRollBack(execution, stage, name)
        : this.leave(execution, stage, 'Failed')
    }
    const answer = this.ask(execution, stage, 'onFailure', conditions[0])
    if (answer === 'ASKED') return true
    if (answer === 'WAIT') return false
    if (answer === 'RETRY' && stage.retriesByItself === 0) return retryAgain()
    if (answer === 'ROLLBACK') return this.failAndRollBack(execution, stage, name)
    return this.leave(execution, stage, 'Failed')
  }

  /** 2.9: to the most recent execution that succeeded here, of type STANDARD, in the current version; before whoever waits. */
  private failAndRollBack(failed: ModelExecution, stage: ModelStage, name: string): true {
    this.leave(failed, stage, 'Failed')
    const target = this.executions.findLast(
      ({ rollback, version, mode, stages }) =>
        rollback === undefined &&
        mode !== 'PARALLEL' &&
        version === this.declaration.version &&
        stages.get(name)?.status === 'Succeeded',
    )
    if (target !== undefined && failed.mode !== 'PARALLEL')
      this.enter(this.begin('', { stage: name, target, after: failed }), name)
    return true
  }

  /** To the next stage, or to the end; a rollback is about its one stage only. */
  private goOn(execution: ModelExecution, stage: ModelStage, name: string, status: 'Succeeded' | 'Skipped'): true {
    stage.status = status
    execution.place = undefined
    const stages = this.stagesOf(execution)
    const next = stages[stages.findIndex((each) => each.name === name) + 1]
    if (next === undefined || execution.rollback !== undefined) this.end(execution, 'Succeeded')
    else this.arrive(execution, next.name)
    return true
  }

  private leave(execution: ModelExecution, stage: ModelStage, status: 'Failed' | 'Stopped' | 'Cancelled'): true {
    stage.status = status
    this.end(execution, status)
    return true
  }

  private arrive(execution: ModelExecution, stage: string): void {
    execution.place = { stage, inside: false, since: this.now }
    if (execution.mode === 'PARALLEL') return
    this.stoppedInbound.delete(stage)
    const line = [...(this.lines.get(stage) ?? []), execution]
    this.lines.set(stage, line)
    if (execution.mode !== 'SUPERSEDED') return
    // 2.3: one waiting place, and the newer of two has it, by age
    for (const older of line.toSorted((a, b) => a.number - b.number).slice(0, -1)) this.end(older, 'Superseded')
  }

  private entered(execution: ModelExecution, stage: string): boolean {
    if (this.closed.has(stage)) return false
    if (execution.mode !== 'PARALLEL') {
      const [first, ...others] = this.lines.get(stage) ?? []
      if (first !== execution || this.holder(stage) !== undefined) return false
      this.lines.set(stage, others)
    }
    this.enter(execution, stage)
    return true
  }

  private enter(execution: ModelExecution, stage: string): void {
    if (execution.mode !== 'PARALLEL') this.latest.set(stage, execution)
    execution.place = { stage, inside: true, since: this.now }
    execution.stages.set(stage, newStage())
  }

  private end(execution: ModelExecution, status: ModelExecution['status']): void {
    for (const [stage, line] of this.lines) {
      if (line.includes(execution))
        this.lines.set(
          stage,
          line.filter((other) => other !== execution),
        )
    }
    execution.status = status
    execution.place = undefined
    execution.updatedUnder = false
  }

  // ---- who is where ----------------------------------------------------------------------------------------------------

  private currentStage({ place, stages }: ModelExecution): ModelStage | undefined {
    return place?.inside === true ? stages.get(place.stage) : undefined
  }

  /** 2.4, 2.5 */
  private isFull(): boolean {
    return this.declaration.executionMode !== 'SUPERSEDED' && this.active().length >= this.limits.concurrentExecutions
  }

  private stagesOf({ version }: ModelExecution): readonly StageDeclaration[] {
    return this.versions.get(version)?.stages ?? []
  }

  private declaredStage(execution: ModelExecution, name: string): StageDeclaration {
    return this.stagesOf(execution).find((stage) => stage.name === name) ?? { name, actions: [] }
  }
}

function judge(gate: ModelGate): boolean {
  const rules = [...gate.rules.values()]
  const failed = rules.filter(({ status }) => status === 'Failed')
  if (failed.length === 0 && rules.some(isRunning)) return false
  abandonAll(rules)
  gate.status = failed.length === 0 ? 'Succeeded' : failed.some(({ errored }) => errored) ? 'Errored' : 'Failed'
  return true
}

function endGates(stage: ModelStage, status: 'Cancelled' | 'Abandoned'): void {
  for (const gate of stage.gates.values()) {
    if (gate.status !== 'InProgress') continue
    gate.status = status
    abandonAll(gate.rules.values())
  }
}
