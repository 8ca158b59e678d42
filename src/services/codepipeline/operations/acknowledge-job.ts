import {
  AcknowledgeJob$,
  type AcknowledgeJobCommandInput,
  type AcknowledgeJobCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { define } from '../define.ts'
import { acknowledge, requireJob } from '../jobs.ts'

export const acknowledgeJob = define<AcknowledgeJobCommandInput, AcknowledgeJobCommandOutput>(
  AcknowledgeJob$,
  '*',
  async (dependencies, { jobId = '', nonce = '' }, call) => {
    await requireJob(dependencies, call, jobId)
    return { status: await acknowledge(dependencies, jobId, nonce) }
  },
)
