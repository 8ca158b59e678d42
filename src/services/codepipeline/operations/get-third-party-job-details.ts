import {
  GetThirdPartyJobDetails$,
  type GetThirdPartyJobDetailsCommandInput,
  type GetThirdPartyJobDetailsCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { ServiceError } from '../../../wire/wire.ts'
import { define } from '../define.ts'
import { jobNotFound } from '../errors.ts'
import { isOver } from '../jobs.ts'
import { requireThirdPartyJob, thirdPartyJobData } from '../third-party-jobs.ts'

/** With the nonce of the latest hand-out and fresh credentials, until the job ends. */
export const getThirdPartyJobDetails = define<
  GetThirdPartyJobDetailsCommandInput,
  GetThirdPartyJobDetailsCommandOutput
>(GetThirdPartyJobDetails$, '*', async (dependencies, { jobId = '', clientToken = '' }, call) => {
  const job = await requireThirdPartyJob(dependencies, call, jobId, clientToken)
  if (isOver(job)) throw jobNotFound(jobId)
  if (job.status === 'Queued') {
    throw new ServiceError('InvalidJobException', `The job with id '${jobId}' has not been handed out`)
  }
  return { jobDetails: { id: job.id, nonce: job.nonce, data: await thirdPartyJobData(dependencies, job) } }
})
