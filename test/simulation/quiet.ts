/**
 * When every unit of work is committed and nobody is busy, the store must hold exactly what is still to be done: what it has too
 * much would be done twice after a crash, what it lacks would never be done.
 */
import type { ActionExecution, PipelineState, RuleExecution } from '../../src/core/execution/execution.ts'
import type { Memory } from './memory-store.ts'
import type { Server } from './server.ts'

export function unrest(memory: Memory, { working, evaluating }: Server): readonly string[] {
  const states = memory.records.values().map(({ state }) => state)
  const actions = states.flatMap(runningActions)
  const rules = states.flatMap(runningRules)
  const byProvider = actions.filter(({ typeId }) => typeId.owner === 'AWS' && typeId.category !== 'Approval')
  const byWorker = actions.filter(({ typeId }) => typeId.owner === 'Custom')
  const orders = memory.outbox.values().map(({ command }) => {
    if (command.type === 'StartAction') return command.order.action.id
    if (command.type === 'StartRule') return command.order.rule.id
    return `${command.type} ${'actionExecutionId' in command ? command.actionExecutionId : ''}`
  })
  const timers = memory.timers.values().map(({ id }) => id)
  const openJobs = memory.jobs.values().filter(({ status }) => ['Queued', 'Dispatched', 'InProgress'].includes(status))
  return [
    ...same('providers', [...working.keys()], ids(byProvider)),
    ...same(
      'rules',
      [...evaluating.keys()],
      ids(rules).filter((id) => !timers.includes(`rule-check/${id}`)),
    ),
    ...same('the outbox', orders, [...working.keys(), ...evaluating.keys()]),
    ...same(
      'the open jobs',
      openJobs.map(({ id }) => id),
      ids(byWorker),
    ),
    ...same(
      'the timeouts',
      timers.filter((id) => !id.startsWith('rule-check/')),
      [...ids(actions).map((id) => `action-timeout/${id}`), ...ids(rules).map((id) => `rule-timeout/${id}`)],
    ),
  ]
}

const ids = (runs: readonly { readonly id: string }[]): readonly string[] => runs.map(({ id }) => id)

function same(what: string, real: readonly string[], expected: readonly string[]): readonly string[] {
  const lacking = expected.filter((id) => !real.includes(id))
  const surplus = real.filter((id) => !expected.includes(id))
  const twice = real.filter((id, place) => real.indexOf(id) !== place)
  return [
    ...(lacking.length > 0 ? [`${what} should have ${lacking.join(', ')}`] : []),
    ...(surplus.length > 0 ? [`${what} should not have ${surplus.join(', ')}`] : []),
    ...(twice.length > 0 ? [`${what} twice have ${twice.join(', ')}`] : []),
  ]
}

const runningActions = ({ executions }: PipelineState): readonly ActionExecution[] =>
  Object.values(executions)
    .flatMap(({ stages }) => Object.values(stages).flatMap(({ actions }) => Object.values(actions)))
    .filter(({ status }) => status === 'InProgress')

const runningRules = ({ executions }: PipelineState): readonly RuleExecution[] =>
  Object.values(executions)
    .flatMap(({ stages }) => Object.values(stages).flatMap(({ conditions = {} }) => Object.values(conditions)))
    .flatMap(({ rules }) => Object.values(rules))
    .filter(({ status }) => status === 'InProgress')
