import { CodePipelineClient } from '@aws-sdk/client-codepipeline'
import { perRegion } from './client-config.ts'

export const codepipeline = perRegion((config) => new CodePipelineClient(config))
