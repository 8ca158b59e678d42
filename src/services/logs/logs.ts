/** CloudWatch Logs, API version 2014-03-28: groups and streams as records, their bodies in the journal's files. */
import * as CloudWatchLogs from '@aws-sdk/client-cloudwatch-logs'
import { operationSchemas, type ServiceDefinition } from '../../wire/wire.ts'
import type { LogsDependencies } from './dependencies.ts'
import { filterLogEvents } from './operations/filter-log-events.ts'
import { getLogEvents } from './operations/get-log-events.ts'
import {
  createLogGroup,
  deleteLogGroup,
  deleteRetentionPolicy,
  describeLogGroups,
  putRetentionPolicy,
} from './operations/groups.ts'
import { putLogEvents } from './operations/put-log-events.ts'
import { createLogStream, deleteLogStream, describeLogStreams } from './operations/streams.ts'
import {
  listTagsForResource,
  listTagsLogGroup,
  tagLogGroup,
  tagResource,
  untagLogGroup,
  untagResource,
} from './operations/tags.ts'

const OPERATIONS = [
  createLogGroup,
  deleteLogGroup,
  describeLogGroups,
  putRetentionPolicy,
  deleteRetentionPolicy,
  createLogStream,
  deleteLogStream,
  describeLogStreams,
  putLogEvents,
  getLogEvents,
  filterLogEvents,
  tagResource,
  untagResource,
  listTagsForResource,
  tagLogGroup,
  untagLogGroup,
  listTagsLogGroup,
]

export const createLogsService = (deps: LogsDependencies): ServiceDefinition => ({
  name: 'logs',
  signingNames: ['logs'],
  protocols: ['awsJson1_1'],
  targetPrefix: 'Logs_20140328',
  schemas: operationSchemas(CloudWatchLogs),
  operations: OPERATIONS.map((make) => make(deps) as ServiceDefinition['operations'][number]),
})

export type { LogsDependencies } from './dependencies.ts'
