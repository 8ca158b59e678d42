/**
 * Durable state. Reads see what is committed; `write` runs one unit of work in a transaction.
 *
 * What crash safety asks of an implementer: when `write` resolves, everything the work wrote survives a power cut; when it
 * rejects, nothing of it is visible. Units that arrive together may share one commit, in order of arrival, each seeing what the
 * earlier ones wrote; a unit that throws is undone alone.
 */
import type {
  ActionExecution,
  Command,
  ExecutionId,
  PipelineExecution,
  PipelineKey,
  PipelineState,
  RuleExecution,
} from '../core/execution/execution.ts'
import type { PipelineDeclaration } from '../core/pipeline/declaration.ts'

export interface Store extends AsyncDisposable {
  readonly read: Reader
  write<Result>(work: (tx: Writer) => Promise<Result>): Promise<Result>
}

export interface Reader {
  readonly resources: ResourceReader
  readonly pipelines: PipelineReader
  readonly objects: ObjectReader
  readonly outbox: OutboxReader
  readonly timers: TimerReader
  readonly jobs: JobReader
  readonly events: EventReader
}

export interface Writer extends Reader {
  readonly resources: ResourceWriter
  readonly pipelines: PipelineWriter
  readonly objects: ObjectWriter
  readonly outbox: OutboxWriter
  readonly timers: TimerWriter
  readonly jobs: JobWriter
  readonly events: EventWriter
}

// ---- resources: the many small AWS records -------------------------------------------------------------------------------

export interface ResourceKey {
  readonly account: string
  /** `''` for global services (IAM) */
  readonly region: string
  readonly service: string
  readonly type: string
  readonly name: string
}

export interface Resource<Document = unknown> extends ResourceKey {
  /** counts writes of this record, from 1 */
  readonly version: number
  readonly document: Document
  /** for listing children of something, e.g. the builds of a project */
  readonly parent: string
  /** for listing in an order of the owner's choice, e.g. a build number or a time */
  readonly ordinal: number
}

export interface ResourceQuery {
  readonly account: string
  readonly region: string
  readonly service: string
  readonly type: string
  readonly parent?: string
  readonly namePrefix?: string
  /** default `name` ascending; `ordinal` and `-ordinal` break ties by name */
  readonly order?: 'name' | 'ordinal' | '-ordinal'
  /** exclusive: continue behind this record */
  readonly after?: { readonly name: string; readonly ordinal: number }
  readonly limit?: number
}

export interface ResourceReader {
  get<Document>(key: ResourceKey): Promise<Resource<Document> | undefined>
  list<Document>(query: ResourceQuery): Promise<readonly Resource<Document>[]>
  /** Whatever account and region: access keys, bucket names (they are global). */
  find<Document>(service: string, type: string, name: string): Promise<Resource<Document> | undefined>
  /** Every such record of whatever account and region, by account and region: a clone URL names neither. */
  findAll<Document>(service: string, type: string, name: string): Promise<readonly Resource<Document>[]>
  /** All records of a type, of whatever account and region, by account, region and name. */
  everywhere<Document>(service: string, type: string): Promise<readonly Resource<Document>[]>
  count(query: Pick<ResourceQuery, 'account' | 'region' | 'service' | 'type' | 'parent'>): Promise<number>
}

export interface ResourceWriter extends ResourceReader {
  /** Inserts or replaces. With `ifVersion` (0 = must not exist) throws StaleWrite when the stored version differs. */
  put(
    key: ResourceKey,
    document: unknown,
    options?: { readonly parent?: string; readonly ordinal?: number; readonly ifVersion?: number },
  ): Promise<number>
  /** @returns whether it existed */
  delete(key: ResourceKey): Promise<boolean>
  /** The next number of a named sequence, from 1, never given twice: build numbers. */
  nextNumber(key: ResourceKey): Promise<number>
}

export class StaleWrite extends Error {
  override readonly name = 'StaleWrite'
}

// ---- pipelines: aggregates and their history -----------------------------------------------------------------------------

export interface PipelineRecord {
  readonly state: PipelineState
  /** counts writes of the aggregate; `save` checks it */
  readonly revision: number
  readonly tags: Readonly<Record<string, string>>
}

export interface PipelineSummary {
  readonly name: string
  readonly version: number
  readonly pipelineType: string
  readonly executionMode: string
  readonly createdAt: number
  readonly updatedAt: number
}

export interface PipelineReader {
  /** with `executions` = the live ones and each stage's latest */
  load(key: PipelineKey): Promise<PipelineRecord | undefined>
  /** name ascending, from behind `after` */
  list(
    scope: { account: string; region: string },
    page: { after?: string; limit: number },
  ): Promise<readonly PipelineSummary[]>
  /** every pipeline of every account whose aggregate may need attention (change detection looks through them) */
  keys(): Promise<readonly PipelineKey[]>
  declaration(key: PipelineKey, version: number): Promise<PipelineDeclaration | undefined>
  execution(key: PipelineKey, id: ExecutionId): Promise<PipelineExecution | undefined>
  /**
   * newest (highest age) first, from below `beforeAge`; with `succeededInStage` those that succeeded in the stage on that version of
   * the pipeline, rollbacks left out
   */
  executions(
    key: PipelineKey,
    page: { beforeAge?: number; limit: number; succeededInStage?: { stage: string; version: number } },
  ): Promise<readonly PipelineExecution[]>
  /** newest start first; `cursor` is what the last item of the page before carried */
  actionExecutions(
    key: PipelineKey,
    page: { executionId?: ExecutionId; before?: number; limit: number },
  ): Promise<readonly { readonly sequence: number; readonly action: ActionExecution }[]>
  /** the same of rules */
  ruleExecutions(
    key: PipelineKey,
    page: { executionId?: ExecutionId; before?: number; limit: number },
  ): Promise<readonly { readonly sequence: number; readonly rule: RuleExecution }[]>
}

export interface PipelineWriter extends PipelineReader {
  /** @throws StaleWrite when the name is taken */
  create(state: PipelineState, tags: Readonly<Record<string, string>>): Promise<PipelineRecord>
  /**
   * Saves what changed between two states by object identity: the aggregate, each changed execution, each changed action and rule run,
   * a new declaration version. @throws StaleWrite when `before.revision` is not the stored one
   */
  save(before: PipelineRecord, after: PipelineState): Promise<PipelineRecord>
  tag(key: PipelineKey, tags: Readonly<Record<string, string>>): Promise<void>
  /**
   * Looks at the `limit` oldest executions above `afterAge`, and forgets those that are history, were last changed before the instant
   * and have no part in the aggregate, with their action and rule runs.
   * @returns how many, and above which age to go on; undefined when the rest is too young
   */
  forget(
    key: PipelineKey,
    page: { changedBefore: number; afterAge?: number; limit: number },
  ): Promise<{ readonly executions: number; readonly afterAge: number | undefined }>
  /** Definition, versions, state and history are gone at once; what a long history leaves behind is for `removeDeleted`. */
  delete(key: PipelineKey): Promise<boolean>
  /** Removes up to so many executions of deleted pipelines. @returns how many; 0 when nothing of them is left */
  removeDeleted(limit: number): Promise<number>
}

// ---- outbox, timers ------------------------------------------------------------------------------------------------------

export interface OutboxEntry {
  readonly id: number
  readonly command: Command
}

export interface OutboxReader {
  /** in order of commit */
  pending(): Promise<readonly OutboxEntry[]>
}

export interface OutboxWriter extends OutboxReader {
  add(commands: readonly Command[]): Promise<readonly OutboxEntry[]>
  remove(ids: readonly number[]): Promise<void>
}

export interface Timer {
  /** one per id: setting again replaces */
  readonly id: string
  readonly at: number
  readonly document: unknown
}

export interface TimerReader {
  /** earliest first */
  due(until: number, limit: number): Promise<readonly Timer[]>
  next(): Promise<number | undefined>
}

export interface TimerWriter extends TimerReader {
  set(timer: Timer): Promise<void>
  clear(id: string): Promise<void>
}

// ---- jobs ----------------------------------------------------------------------------------------------------------------

export type JobStatus = 'Queued' | 'Dispatched' | 'InProgress' | 'TimedOut' | 'Succeeded' | 'Failed'

export interface JobRow {
  readonly id: string
  /** who may take it: `custom:<account>:<region>:Build/TJob/1`, `build:<account>` */
  readonly queue: string
  readonly status: JobStatus
  readonly nonce: string
  /** of the queryable property, else '' */
  readonly query: string
  readonly createdAt: number
  /** for Dispatched: when it may be handed out again; for InProgress with a lease: when the worker is presumed dead */
  readonly leaseUntil?: number
  readonly worker?: string
  readonly document: unknown
}

export interface JobReader {
  get(id: string): Promise<JobRow | undefined>
  /** Queued, and Dispatched whose lease ran out, oldest first */
  available(queue: string, now: number, limit: number, query?: string): Promise<readonly JobRow[]>
  /** not yet ended */
  open(queue?: string): Promise<readonly JobRow[]>
}

export interface JobWriter extends JobReader {
  put(job: JobRow): Promise<void>
  delete(id: string): Promise<void>
  /** Forgets jobs that ended and were made before the instant. @returns how many */
  prune(madeBefore: number): Promise<number>
}

// ---- events (the bus' journal) -------------------------------------------------------------------------------------------

export interface EventRow {
  readonly sequence: number
  /** the EventBridge envelope */
  readonly event: BusEvent
}

export interface BusEvent {
  readonly id: string
  readonly account: string
  readonly region: string
  /** ms since the epoch */
  readonly time: number
  readonly source: string
  readonly detailType: string
  readonly resources: readonly string[]
  readonly detail: Readonly<Record<string, unknown>>
}

export interface EventReader {
  after(sequence: number, limit: number): Promise<readonly EventRow[]>
  /** newest first, from below `sequence` */
  before(sequence: number, limit: number): Promise<readonly EventRow[]>
  /** how far a named consumer has come; 0 for a new one */
  position(consumer: string): Promise<number>
  last(): Promise<number>
}

export interface EventWriter extends EventReader {
  append(events: readonly BusEvent[]): Promise<readonly EventRow[]>
  advance(consumer: string, sequence: number): Promise<void>
  /** Forgets all but the newest `keep` events, the oldest `atMost` of them, and none that a consumer has yet to read. @returns how many */
  prune(keep: number, atMost?: number): Promise<number>
}

// ---- S3 objects ----------------------------------------------------------------------------------------------------------

export interface ObjectRow {
  readonly bucket: string
  readonly key: string
  /** `null` for objects put while versioning was off */
  readonly versionId: string
  /** order of writing within the store; the highest of a key is the latest */
  readonly sequence: number
  readonly deleteMarker: boolean
  readonly blobId?: string
  readonly size: number
  readonly etag: string
  readonly lastModified: number
  /** headers, user metadata, checksums, tags, encryption */
  readonly document: unknown
}

export interface ObjectReader {
  /** latest version, delete markers included */
  latest(bucket: string, key: string): Promise<ObjectRow | undefined>
  version(bucket: string, key: string, versionId: string): Promise<ObjectRow | undefined>
  /** latest versions that are no delete markers, by key (UTF-8 byte order), behind `after` and with the prefix */
  list(bucket: string, page: { prefix?: string; after?: string; limit: number }): Promise<readonly ObjectRow[]>
  /** all versions: key ascending, newest first within a key */
  versions(
    bucket: string,
    page: { prefix?: string; after?: { key: string; sequence?: number }; limit: number },
  ): Promise<readonly (ObjectRow & { readonly isLatest: boolean })[]>
  isEmpty(bucket: string): Promise<boolean>
  /** those of the blobs that are the content of some version of some object */
  named(blobIds: readonly string[]): Promise<ReadonlySet<string>>
}

export interface ObjectWriter extends ObjectReader {
  /** @returns rows this write replaced (same key and version id), so that their blobs can be deleted after the commit */
  put(row: Omit<ObjectRow, 'sequence'>): Promise<readonly ObjectRow[]>
  /** Replaces the document of one version (tags), leaving its place in the order. */
  describe(row: Pick<ObjectRow, 'bucket' | 'key' | 'versionId'>, document: unknown): Promise<void>
  /** @returns what was removed */
  remove(bucket: string, key: string, versionId: string): Promise<ObjectRow | undefined>
}

export { DatabaseTooNew } from './migrations/migrate.ts'
export { openSqliteStore, StoreUnavailable, type SqliteStore } from './sqlite/open.ts'
