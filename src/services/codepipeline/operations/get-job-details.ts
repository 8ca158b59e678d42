import {
  GetJobDetails$,
  type GetJobDetailsCommandInput,
  type GetJobDetailsCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { define } from '../define.ts'
import { jobNotFound } from '../errors.ts'
import { isOver, jobData, requireJob } from '../jobs.ts'

/** With fresh credentials each time, until the job ends. */
export const getJobDetails = define<GetJobDetailsCommandInput, GetJobDetailsCommandOutput>(
  GetJobDetails$,
  '*',
  async (dependencies, { jobId = '' }, call) => {
    const job = await requireJob(dependencies, call, jobId)
    if (isOver(job)) throw jobNotFound(jobId)
    return { jobDetails: { id: job.id, accountId: call.account, data: await jobData(dependencies, job) } }
  },
)
