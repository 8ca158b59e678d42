import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { perRegion } from './client-config.ts'

export const cloudwatch = perRegion((config) => new CloudWatchClient(config))
