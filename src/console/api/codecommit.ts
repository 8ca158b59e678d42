import { CodeCommitClient } from '@aws-sdk/client-codecommit'
import { perRegion } from './client-config.ts'

export const codecommit = perRegion((config) => new CodeCommitClient(config))
