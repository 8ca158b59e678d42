/** The instants at which the picture changed: where a slider stops, and what it says there. */
import type { DoorChange } from './at-instant.ts'
import type { History } from './facts-from-history.ts'
import type { Instant } from './model.ts'

export interface Mark {
  readonly at: Instant
  readonly kind: 'started' | 'ended' | 'failed' | 'action' | 'door'
  readonly label: string
}

/** Oldest first; changes of one millisecond are one mark, named after the weightiest of them. */
export function marksOf(
  { executions, runs, rules }: Omit<History, 'doors'>,
  doors: readonly DoorChange[],
): readonly Mark[] {
  const marks: Mark[] = [
    ...executions.flatMap(({ id, startedAt, updatedAt, status }): readonly Mark[] => [
      { at: startedAt, kind: 'started', label: `${id.slice(0, 8)} started` },
      ...(updatedAt === undefined || status === 'InProgress' || status === 'Stopping'
        ? []
        : [
            {
              at: updatedAt,
              kind: status === 'Failed' ? ('failed' as const) : ('ended' as const),
              label: `${id.slice(0, 8)}: ${status}`,
            },
          ]),
    ]),
    ...runs.flatMap(({ stage, action, run }): readonly Mark[] => [
      ...(run.startedAt === undefined
        ? []
        : [{ at: run.startedAt, kind: 'action' as const, label: `${stage}: ${action} started` }]),
      ...(run.updatedAt === undefined || run.status === 'InProgress'
        ? []
        : [
            {
              at: run.updatedAt,
              kind: run.status === 'Failed' ? ('failed' as const) : ('action' as const),
              label: `${stage}: ${action} ${run.status.toLowerCase()}`,
            },
          ]),
    ]),
    ...rules.map(({ stage, rule, status, updatedAt }): Mark => ({
      at: updatedAt,
      kind: 'action',
      label: `${stage}: rule ${rule} ${status.toLowerCase()}`,
    })),
    ...doors.map(({ stage, at, door }): Mark => ({
      at,
      kind: 'door',
      label: `${stage}: transition ${door.isOpen ? 'opened' : 'closed'}`,
    })),
  ]
  const weightiest = new Map<Instant, Mark>()
  for (const mark of marks) {
    const known = weightiest.get(mark.at)
    if (known === undefined || WEIGHT[mark.kind] > WEIGHT[known.kind]) weightiest.set(mark.at, mark)
  }
  return [...weightiest.values()].toSorted((a, b) => a.at - b.at)
}

const WEIGHT = { action: 0, door: 1, started: 2, ended: 3, failed: 4 } as const satisfies Record<Mark['kind'], number>

/** @returns the mark after (or before) the instant; undefined behind the last (before the first) */
export function nextMark(marks: readonly Mark[], at: Instant, direction: 'forward' | 'back'): Mark | undefined {
  return direction === 'forward' ? marks.find((mark) => mark.at > at) : marks.findLast((mark) => mark.at < at)
}
