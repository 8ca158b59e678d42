/** What the list of pipelines says of each: pure, from the answers of the API. */
import type { PipelineExecutionSummary, PipelineSummary, Tag } from '@aws-sdk/client-codepipeline'
import type { Reason } from '../../../core/execution/explain/explanation.ts'

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
  readonly version: number
  readonly mode: string
  readonly updated: Date | undefined
  readonly state: FleetState
  /** the newest execution */
  readonly latest: PipelineExecutionSummary | undefined
  readonly revision: string | undefined
  readonly message: string | undefined
  readonly running: number
  readonly past: readonly PastRun[]
  /** of the finished ones in `past`, 0 to 1 */
  readonly successRate: number | undefined
  readonly reason: Reason | undefined
  readonly tags: readonly Tag[]
}

/** what `executions` is asked for: enough for a trend */
export const TREND = 30

const BLOCKING: ReadonlySet<Reason['kind']> = new Set([
  'ApprovalNeeded',
  'TransitionDisabled',
  'WaitingForJobWorker',
  'ConditionFailed',
])

export function fleetRow(
  pipeline: PipelineSummary,
  executions: readonly PipelineExecutionSummary[],
  reasons: readonly Reason[],
  tags: readonly Tag[],
): FleetRow {
  const [latest] = executions
  const reason = reasons.find(({ kind }) => kind !== 'Succeeded' && kind !== 'Running')
  const past = executions.filter(isFinished).slice(0, TREND).map(pastRun).reverse()
  const [source] = latest?.sourceRevisions ?? []
  return {
    name: pipeline.name ?? '',
    version: pipeline.version ?? 1,
    mode: pipeline.executionMode ?? 'SUPERSEDED',
    updated: pipeline.updated,
    state: stateOf(latest, reason),
    latest,
    revision: source?.revisionId,
    message: messageOf(source?.revisionSummary),
    running: executions.filter(({ status }) => status === 'InProgress' || status === 'Stopping').length,
    past,
    successRate:
      past.length === 0 ? undefined : past.filter(({ status }) => status === 'Succeeded').length / past.length,
    reason,
    tags,
  }
}

/** Superseded and cancelled ones say nothing about the pipeline's health. */
const isFinished = ({ status }: PipelineExecutionSummary): boolean =>
  status === 'Succeeded' || status === 'Failed' || status === 'Stopped'

const pastRun = ({
  pipelineExecutionId = '',
  status = 'Failed',
  startTime,
  lastUpdateTime,
}: PipelineExecutionSummary): PastRun => ({
  id: pipelineExecutionId,
  status,
  ms: Number(lastUpdateTime ?? 0) - Number(startTime ?? 0),
})

function stateOf(latest: PipelineExecutionSummary | undefined, reason: Reason | undefined): FleetState {
  if (latest === undefined) return 'never ran'
  const { status } = latest
  if (status === 'InProgress' || status === 'Stopping')
    return reason !== undefined && BLOCKING.has(reason.kind) ? 'blocked' : 'running'
  if (status === 'Failed') return 'failed'
  return status === 'Succeeded' ? 'succeeded' : 'stopped'
}

/** Providers of connections put a JSON document where the others put the message. */
function messageOf(summary: string | undefined): string | undefined {
  if (summary?.startsWith('{') !== true) return summary?.split('\n')[0]
  try {
    const { CommitMessage } = JSON.parse(summary) as { CommitMessage?: unknown }
    return typeof CommitMessage === 'string' ? CommitMessage.split('\n')[0] : summary
  } catch {
    return summary
  }
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
  const text = [row.name, row.message, row.reason?.message, row.revision].join('\n').toLowerCase()
  return (
    words.every((word) => text.includes(word)) &&
    (states.length === 0 || states.includes(row.state.replace(' ', '-'))) &&
    tags.every((tag) =>
      row.tags.some(({ key = '', value = '' }) => tagFits(tag, key.toLowerCase(), value.toLowerCase())),
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
      movedAt(other) - movedAt(one) ||
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

const movedAt = ({ latest, updated }: FleetRow): number => Number(latest?.lastUpdateTime ?? updated ?? 0)

const tagValue = (row: FleetRow, key: string): string => row.tags.find((tag) => tag.key === key)?.value ?? `no ${key}`

/** The median of the successful runs, in ms; undefined before there are three. */
export function usualMs(past: readonly PastRun[]): number | undefined {
  const lengths = past
    .filter(({ status }) => status === 'Succeeded')
    .map(({ ms }) => ms)
    .toSorted((a, b) => a - b)
  return lengths.length < 3 ? undefined : lengths[Math.floor(lengths.length / 2)]
}
