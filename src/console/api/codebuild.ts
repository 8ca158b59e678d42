import { CodeBuildClient } from '@aws-sdk/client-codebuild'
import { perRegion } from './client-config.ts'

export const codebuild = perRegion((config) => new CodeBuildClient(config))
