import {
  AcknowledgeJob$,
  type AcknowledgeJobCommandInput,
  type AcknowledgeJobCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { define } from '../define.ts'
import { invalidNonce, jobNotFound } from '../errors.ts'
import { documentOf, requireJob } from '../jobs.ts'

export const acknowledgeJob = define<AcknowledgeJobCommandInput, AcknowledgeJobCommandOutput>(
  AcknowledgeJob$,
  '*',
  async (dependencies, { jobId = '', nonce = '' }, call) => {
    await requireJob(dependencies, call, jobId)
    const job = await dependencies.jobs.acknowledge(jobId, nonce)
    if (job === 'unknown') throw jobNotFound(jobId)
    if (job === 'wrong-nonce' || job === 'ended') throw invalidNonce()
    const { order } = documentOf(job)
    // Sent for a repeated acknowledgement too: the first may have been cut off before it got here.
    await dependencies.engine.send(order.pipeline, {
      type: 'ActionAcknowledged',
      executionId: order.executionId,
      actionExecutionId: order.action.id,
    })
    return { status: job.status }
  },
)
