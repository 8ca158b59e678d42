/** The tables as Kysely sees them, whichever database holds them. Documents are JSON text; instants are ms since the epoch. */
import type { Generated } from 'kysely'

export interface Tables {
  resources: ResourcesTable
  sequences: SequencesTable
  pipelines: PipelinesTable
  pipeline_versions: PipelineVersionsTable
  executions: ExecutionsTable
  action_executions: ActionExecutionsTable
  rule_executions: RuleExecutionsTable
  stage_successes: StageSuccessesTable
  outbox: { id: Generated<number>; command: string }
  timers: { id: string; at: number; document: string }
  jobs: JobsTable
  events: { sequence: Generated<number>; document: string }
  consumers: { name: string; position: number }
  objects: ObjectsTable
}

interface NameColumns {
  account: string
  region: string
  service: string
  type: string
  name: string
}

export interface ResourcesTable extends NameColumns {
  version: number
  parent: string
  ordinal: number
  document: string
}

export interface SequencesTable extends NameColumns {
  value: number
}

export interface PipelinesTable {
  /** a name that is deleted and taken again is another pipeline */
  id: Generated<number>
  account: string
  region: string
  name: string
  revision: number
  version: number
  pipeline_type: string
  execution_mode: string
  created_at: number
  updated_at: number
  /** what is left of the aggregate when executions, actions and declarations are in their own tables */
  state: string
  /** apart from `state`: grows with the starts of a day, but only starts change it */
  start_tokens: string
  tags: string
}

export interface PipelineVersionsTable {
  pipeline_id: number
  version: number
  declaration: string
}

export interface ExecutionsTable {
  pipeline_id: number
  id: string
  age: number
  /** 1: part of the aggregate; 0: history */
  loaded: number
  /** the execution with action ids in place of its actions */
  document: string
}

export interface ActionExecutionsTable {
  /** order of start */
  sequence: Generated<number>
  pipeline_id: number
  /** of its execution; the index of runs begins with it and not with an id, so that new runs lie side by side in it */
  execution_age: number
  id: string
  document: string
}

/** For history only: the rules of a loaded execution are in its document. */
export interface RuleExecutionsTable {
  /** order of start */
  sequence: Generated<number>
  pipeline_id: number
  id: string
  execution_id: string
  document: string
}

/** Which executions succeeded in a stage. */
export interface StageSuccessesTable {
  pipeline_id: number
  stage: string
  /** of the pipeline */
  version: number
  /** of the execution */
  age: number
}

export interface JobsTable {
  sequence: Generated<number>
  id: string
  queue: string
  status: string
  nonce: string
  query: string
  created_at: number
  lease_until: number | null
  worker: string | null
  document: string
}

export interface ObjectsTable {
  sequence: Generated<number>
  bucket: string
  key: string
  version_id: string
  /** 1 for the version of a key with the highest sequence */
  is_latest: number
  delete_marker: number
  blob_id: string | null
  size: number
  etag: string
  last_modified: number
  document: string
}
