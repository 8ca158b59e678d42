/** What followers were told: of each run, stage and execution its beginning, its end and nothing else, in this order. */
import type { Memory } from './memory-store.ts'

export function untold(memory: Memory): readonly string[] {
  const told = new Map<string, string[]>()
  /** actions that an update kept from starting: they have no run */
  const dropped = new Set<string>()
  const journal = memory.events.entries().toSorted(([a], [b]) => a - b)
  for (const [, { detailType, detail }] of journal) {
    if (detail['action'] !== undefined && detail['action-execution-id'] === undefined && detail['state'] === 'CANCELED')
      dropped.add(`${text(detail['action'])} in ${text(detail['stage'])} of ${text(detail['execution-id'])}`)
    const subject = SUBJECTS[detailType]?.(detail)
    if (subject !== undefined) told.set(subject, [...(told.get(subject) ?? []), String(detail['state'])])
  }
  const found: string[] = []
  for (const [subject, states] of told) {
    if (!isWhole(subject, states)) found.push(`followers of ${subject} were told ${states.join(', ')}`)
  }
  for (const { pipeline, value } of memory.executions.values()) {
    expectLast(value.id, value.status)
    for (const [name, { status }] of Object.entries(value.stages)) expectLast(`${name} of ${value.id}`, status)
    const declared = memory.declarations.get(`${pipeline}/${value.pipelineVersion}`)?.stages ?? []
    for (const { name: stage, actions } of declared) {
      const run = value.stages[stage]
      for (const { name } of actions) {
        const isDropped = run?.status === 'Cancelled' && run.actions[name] === undefined
        const subject = `${name} in ${stage} of ${value.id}`
        if (isDropped !== dropped.has(subject))
          found.push(`followers were told otherwise whether ${subject} was dropped`)
      }
    }
  }
  for (const { value } of memory.actions.values()) expectLast(`run ${value.id}`, value.status)
  return found

  function expectLast(subject: string, status: string): void {
    const last = told.get(subject)?.at(-1)
    if (last !== TOLD[status]) found.push(`${subject} is ${status}, and followers were told ${last ?? 'nothing'}`)
  }
}

type Detail = Readonly<Record<string, unknown>>

const SUBJECTS: Readonly<Record<string, ((detail: Detail) => string | undefined) | undefined>> = {
  'CodePipeline Pipeline Execution State Change': (detail) => text(detail['execution-id']),
  'CodePipeline Stage Execution State Change': (detail) =>
    `${text(detail['stage'])} of ${text(detail['execution-id'])}`,
  'CodePipeline Action Execution State Change': (detail) => {
    const id = text(detail['action-execution-id'])
    return id && `run ${id}`
  },
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const TOLD: Readonly<Record<string, string>> = {
  Succeeded: 'SUCCEEDED',
  Skipped: 'SUCCEEDED',
  Failed: 'FAILED',
  Stopped: 'STOPPED',
  Cancelled: 'CANCELED',
  Superseded: 'SUPERSEDED',
  Abandoned: 'ABANDONED',
}

const ENDS = new Set(Object.values(TOLD))

/** STARTED; then an end, and each RESUMED another; STOPPING at most once between. */
function isWhole(subject: string, [first, ...rest]: readonly string[]): boolean {
  if (first !== 'STARTED') return false
  let isOver = false
  for (const state of rest) {
    if (state === 'RESUMED') {
      // a retry may also be asked for while other actions of the stage still run; of the actions it makes new runs
      if (subject.startsWith('run ')) return false
      isOver = false
    } else if (isOver) return false
    else if (ENDS.has(state)) isOver = true
    else if (state !== 'STOPPING') return false
  }
  return isOver
}
