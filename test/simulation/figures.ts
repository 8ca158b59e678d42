/** What a simulation comes to, in numbers. */
export interface Figures {
  executions: number
  /** decisions that changed a pipeline and became durable */
  transitions: number
  /** what was asked and reported, the refused and the ignored included */
  events: number
  /** crashes, refused and unanswered commits, repeated and late reports, clocks that were set */
  faults: number
  commits: number
  /** how often what happened: the statuses in which executions ended, the commands, the refusals, the faults */
  readonly counts: Record<string, number>
}

export const noFigures = (): Figures => ({
  executions: 0,
  transitions: 0,
  events: 0,
  faults: 0,
  commits: 0,
  counts: {},
})

export function count({ counts }: Figures, what: string, times = 1): void {
  counts[what] = (counts[what] ?? 0) + times
}

export function add(sum: Figures, { counts, executions, transitions, events, faults, commits }: Figures): void {
  sum.executions += executions
  sum.transitions += transitions
  sum.events += events
  sum.faults += faults
  sum.commits += commits
  for (const [what, times] of Object.entries(counts)) count(sum, what, times)
}
