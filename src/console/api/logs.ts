import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { perRegion } from './client-config.ts'

export const logs = perRegion((config) => new CloudWatchLogsClient(config))
