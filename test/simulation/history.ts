/** What was ever seen of each run and execution: nothing that ended may change, and at the end nothing may be left. */
import type { ActionExecution, ActionOrder, PipelineState } from '../../src/core/execution/execution.ts'
import type { ActionOutcome } from '../../src/providers/provider.ts'
import type { Memory } from './memory-store.ts'
import { idOf } from './memory-pipelines.ts'
import { perform, type Stage } from './perform.ts'
import type { ReferenceModel } from './reference-model.ts'
import type { Outside } from './world-outside.ts'

export interface History {
  /** A provider is given an order: its run must not be over, unless it is to be abandoned right after. */
  begins(order: ActionOrder, memory: Memory): void
  save(before: PipelineState, after: PipelineState): void
  /** @returns whether there was anything to answer */
  answerEverything(stage: Stage): Promise<boolean>
  atTheEnd(memory: Memory, outside: Outside, models: ReadonlyMap<string, ReferenceModel>): readonly string[]
}

export function createHistory(wrong: (violation: string) => void): History {
  const runs = new Map<string, ActionExecution>()

  function see(run: ActionExecution): void {
    const before = runs.get(run.id)
    if (before !== undefined && before.status !== 'InProgress' && before.status !== run.status)
      wrong(`${run.action} of ${run.executionId} was ${before.status} and is ${run.status} now`)
    runs.set(run.id, run)
  }

  return {
    begins({ pipeline, action: { id, action, executionId } }, memory) {
      const status = memory.actions.committed.get(`${idOf(pipeline)}/${id}`)?.value.status
      const isToBeAbandoned = memory.outbox.committed
        .values()
        .some(({ command }) => command.type === 'AbandonAction' && command.actionExecutionId === id)
      if (status !== 'InProgress' && !isToBeAbandoned)
        wrong(`${action} of ${executionId} was started though it is ${status ?? 'unknown'}`)
    },

    save(before, after) {
      for (const run of after.replacedActions ?? []) see(run)
      for (const id of Object.keys(after.executions)) {
        const execution = after.executions[id]
        if (execution === undefined || execution === before.executions[id]) continue
        for (const { actions } of Object.values(execution.stages)) for (const run of Object.values(actions)) see(run)
      }
    },

    async answerEverything(stage) {
      const { working, evaluating } = stage.server()
      const before = stage.memory.outbox.committed.values().length
      let answered = working.size + evaluating.size > 0
      for (let left = working.size; left > 0; left -= 1) await perform(stage, { type: 'result', of: 0 })
      for (let left = evaluating.size; left > 0; left -= 1) await perform(stage, { type: 'rule', of: 0, says: 'met' })
      await stage.settle()
      const open = stage.memory.jobs.committed
        .values()
        .filter(({ status }) => status === 'Queued' || status === 'InProgress')
      for (let left = open.length; left > 0; left -= 1) {
        await perform(stage, { type: 'job', of: 0 })
        await stage.settle()
      }
      // answered or not: an answer may have been lost in a crash
      for (const { pipeline, stage: named, action, token, run } of stage.outside.approvals) {
        if (stage.memory.actions.committed.get(`${idOf(pipeline)}/${run}`)?.value.status !== 'InProgress') continue
        answered = true
        stage.outside.say(run, 'ok')
        stage.send(pipeline, {
          type: 'ApprovalAnswered',
          stage: named,
          action,
          token,
          status: 'Approved',
          summary: '',
          by: 'ana',
        })
      }
      await stage.settle()
      if (answered || open.length > 0) return true
      const wait = stage.time.untilNext()
      const isWaiting = stage.memory.timers.committed.values().length > 0 || before > 0
      if (wait === undefined || !isWaiting) return false
      await stage.time.pass(wait, () => stage.settle())
      return true
    },

    atTheEnd(memory, outside, models) {
      const found: string[] = []
      for (const { pipeline, value } of memory.executions.values()) {
        const expected = models.get(pipeline)?.find(value.id)
        if (value.status !== expected?.status)
          found.push(`${value.id} is ${value.status} in history, and should be ${expected?.status ?? 'unknown'}`)
        if (value.status === 'InProgress' || value.status === 'Stopping') found.push(`${value.id} never ended`)
      }
      for (const [pipeline, { executions }] of models) {
        for (const { id } of executions)
          if (memory.executions.get(`${pipeline}/${id}`) === undefined) found.push(`${id} is not in history`)
      }
      for (const { value } of memory.actions.values()) {
        const { id, action, executionId, status, error } = value
        const said = outside.said.get(id)
        if (status !== runs.get(id)?.status)
          found.push(`${action} of ${executionId} is ${status} in history, and was ${runs.get(id)?.status}`)
        if (status === 'InProgress') found.push(`${action} of ${executionId} never ended`)
        if (status === 'Succeeded' && !said?.has('ok'))
          found.push(`${action} of ${executionId} succeeded, but nobody said so`)
        const reports = outside.reports.filter(({ actionExecutionId }) => actionExecutionId === id)
        if (
          status === 'Succeeded' &&
          value.token === undefined &&
          !reports.some(({ outcome }) => isRecorded(outcome, value))
        )
          found.push(`${action} of ${executionId} succeeded with what nobody said`)
        const byItself = /timed out|expired|variable reference .* could not be resolved/.test(error?.message ?? '')
        if (status === 'Failed' && !said?.has('no') && !byItself)
          found.push(`${action} of ${executionId} failed, but nobody said so`)
      }
      for (const { value } of memory.rules.values())
        if (value.status === 'InProgress') found.push(`the rule ${value.rule} of ${value.executionId} never ended`)
      return found
    },
  }
}

const isRecorded = (outcome: ActionOutcome, { outputVariables, revision }: ActionExecution): boolean =>
  outcome.type === 'Succeeded' &&
  outcome.outputVariables?.['said'] === outputVariables?.['said'] &&
  outcome.revision?.revisionId === revision?.revisionId
