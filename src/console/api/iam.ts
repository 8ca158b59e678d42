import { IAMClient } from '@aws-sdk/client-iam'
import { perRegion } from './client-config.ts'

export const iam = perRegion((config) => new IAMClient(config))
