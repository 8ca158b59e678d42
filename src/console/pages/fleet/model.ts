/** What the list of pipelines says of each: pure, from the answers of the API. */
import type { Reason } from '../../../core/execution/explain/explanation.ts'
import type { ExecutionOverview, PipelineOverview } from '../../../core/execution/overview.ts'
import { revisionMessage } from '../../ui/revision.ts'

/** blocked: in progress, but somebody has to do something */
export type FleetState = 'failed' | 'blocked' | 'running' | 'succeeded' | 'stopped' | 'never ran'

export const FLEET_STATES = ['failed', 'blocked', 'running', 'succeeded', 'stopped', 'never ran'] as const

/** One finished execution, as a bar of the sparkline. */
export interface PastRun {
  readonly id: string
  readonly ms: number
  readonly status: string
}

export interface FleetRow {
  readonly name: string
  readonly mode: string
  readonly state: FleetState
  /** the newest execution */
  readonly latest: ExecutionOverview | undefined
  readonly message: string | undefined
  readonly running: number
  readonly past: readonly PastRun[]
  /** of the finished ones in `past`, 0 to 1 */
  readonly successRate: number | undefined
  readonly reason: Reason | undefined
  readonly tags: Readonly<Record<string, string>>
  /** when something happened last, ms since the epoch */
  readonly moved: number
}

const BLOCKING: ReadonlySet<Reason['kind']> = new Set([
  'ApprovalNeeded',
  'TransitionDisabled',
  'WaitingForJobWorker',
  'ConditionFailed',
])

export function fleetRow({ name, executionMode, executions, reasons, tags, updated }: PipelineOverview): FleetRow {
  const [latest] = executions
  const reason = reasons.find(({ kind }) => kind !== 'Succeeded' && kind !== 'Running')
  const past = executions.filter(isFinished).map(pastRun).reverse()
  return {
    name,
    mode: executionMode,
    state: stateOf(latest, reason),
    latest,
    message: revisionMessage(latest?.revisionSummary),
    running: executions.filter(({ status }) => status === 'InProgress' || status === 'Stopping').length,
    past,
    successRate:
      past.length === 0 ? undefined : past.filter(({ status }) => status === 'Succeeded').length / past.length,
    reason,
    tags,
    moved: latest?.updated ?? updated,
  }
}

/** Superseded and cancelled ones say nothing about the pipeline's health. */
const isFinished = ({ status }: ExecutionOverview): boolean =>
  status === 'Succeeded' || status === 'Failed' || status === 'Stopped'

const pastRun = ({ id, status, started, updated }: ExecutionOverview): PastRun => ({
  id,
  status,
  ms: updated - started,
})

function stateOf(latest: ExecutionOverview | undefined, reason: Reason | undefined): FleetState {
  if (latest === undefined) return 'never ran'
  const { status } = latest
  if (status === 'InProgress' || status === 'Stopping')
    return reason !== undefined && BLOCKING.has(reason.kind) ? 'blocked' : 'running'
  if (status === 'Failed') return 'failed'
  return status === 'Succeeded' ? 'succeeded' : 'stopped'
}

export interface FleetFilter {
  readonly words: readonly string[]
  readonly states: readonly string[]
  readonly tags: readonly string[]
  readonly starred: boolean
}

/** `shop state:failed tag:team=web is:starred`: words are looked for in name, message and reason; all must fit. */
export function parseFilter(text: string): FleetFilter {
  const parts = text
    .toLowerCase()
    .split(/\s+/)
    .filter((part) => part !== '')
  const after = (prefix: string): string[] =>
    parts.filter((part) => part.startsWith(prefix)).map((part) => part.slice(prefix.length))
  return {
    words: parts.filter((part) => !/^(?:state|tag|is):/.test(part)),
    states: after('state:'),
    tags: after('tag:'),
    starred: after('is:').includes('starred'),
  }
}

export function fits(
  row: FleetRow,
  { words, states, tags, starred }: FleetFilter,
  stars: ReadonlySet<string>,
): boolean {
  const text = [row.name, row.message, row.reason?.message, row.latest?.revisionId].join('\n').toLowerCase()
  return (
    words.every((word) => text.includes(word)) &&
    (states.length === 0 || states.includes(row.state.replace(' ', '-'))) &&
    tags.every((tag) =>
      Object.entries(row.tags).some(([key, value]) => tagFits(tag, key.toLowerCase(), value.toLowerCase())),
    ) &&
    (!starred || stars.has(row.name))
  )
}

const tagFits = (wanted: string, key: string, value: string): boolean => wanted === key || wanted === `${key}=${value}`

export type Grouping = 'none' | 'state' | `tag:${string}`

export interface FleetGroup {
  /** empty: no grouping */
  readonly title: string
  readonly rows: readonly FleetRow[]
}

/** Starred first, then whoever moved last; by name when that is equal. */
export function arrange(
  rows: readonly FleetRow[],
  grouping: Grouping,
  stars: ReadonlySet<string>,
): readonly FleetGroup[] {
  const sorted = rows.toSorted(
    (one, other) =>
      Number(stars.has(other.name)) - Number(stars.has(one.name)) ||
      other.moved - one.moved ||
      one.name.localeCompare(other.name),
  )
  if (grouping === 'none') return [{ title: '', rows: sorted }]
  const titleOf =
    grouping === 'state' ? (row: FleetRow): string => row.state : (row: FleetRow) => tagValue(row, grouping.slice(4))
  const groups = Map.groupBy(sorted, titleOf)
  const titles = grouping === 'state' ? FLEET_STATES : [...groups.keys()].sort()
  return titles.flatMap((title) => {
    const found = groups.get(title)
    return found === undefined ? [] : [{ title, rows: found }]
  })
}

const tagValue = ({ tags }: FleetRow, key: string): string => tags[key] ?? `no ${key}`

/** The median of the successful runs, in ms; undefined before there are three. */
export function usualMs(past: readonly PastRun[]): number | undefined {
  const lengths = past
    .filter(({ status }) => status === 'Succeeded')
    .map(({ ms }) => ms)
    .toSorted((a, b) => a - b)
  return lengths.length < 3 ? undefined : lengths[Math.floor(lengths.length / 2)]
}
