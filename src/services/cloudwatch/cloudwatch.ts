/** Amazon CloudWatch, API version 2010-08-01: metrics, and alarms whose states follow from them. Logs are a service of their own. */
import * as CloudWatch from '@aws-sdk/client-cloudwatch'
import { operationSchemas, type ServiceDefinition } from '../../wire/wire.ts'
import type { CloudWatchDependencies } from './dependencies.ts'
import {
  deleteAlarms,
  describeAlarms,
  disableAlarmActions,
  enableAlarmActions,
  putMetricAlarm,
  setAlarmState,
} from './operations/alarms.ts'
import { getMetricData, getMetricStatistics, listMetrics } from './operations/get-metrics.ts'
import { putMetricData } from './operations/put-metric-data.ts'
import { listTagsForResource, tagResource, untagResource } from './operations/tags.ts'

const OPERATIONS = [
  putMetricAlarm,
  describeAlarms,
  deleteAlarms,
  setAlarmState,
  enableAlarmActions,
  disableAlarmActions,
  putMetricData,
  getMetricData,
  getMetricStatistics,
  listMetrics,
  tagResource,
  untagResource,
  listTagsForResource,
]

export const createCloudWatchService = (deps: CloudWatchDependencies): ServiceDefinition => ({
  name: 'monitoring',
  signingNames: ['monitoring'],
  protocols: ['rpcv2Cbor', 'awsJson1_0', 'awsQuery'],
  targetPrefix: 'GraniteServiceVersion20100801',
  apiVersion: '2010-08-01',
  xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
  schemas: operationSchemas(CloudWatch),
  operations: OPERATIONS.map((make) => make(deps) as ServiceDefinition['operations'][number]),
})

export type { CloudWatchDependencies } from './dependencies.ts'
export { createAlarmClock, type AlarmClock } from './alarm-clock.ts'
