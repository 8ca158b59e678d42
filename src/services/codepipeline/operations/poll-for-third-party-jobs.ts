import {
  PollForThirdPartyJobs$,
  type PollForThirdPartyJobsCommandInput,
  type PollForThirdPartyJobsCommandOutput,
} from '@aws-sdk/client-codepipeline'
import type { ActionTypeId } from '../../../core/pipeline/declaration.ts'
import { define } from '../define.ts'
import { clientOf, integrationQueue } from '../integration-types.ts'
import { documentOf } from '../jobs.ts'
import { requirePolledType } from '../third-party-jobs.ts'

const DEFAULT_BATCH = 10

/** Says which jobs there are and whose; what they are needs the client's token (`spec` 6.4). */
export const pollForThirdPartyJobs = define<PollForThirdPartyJobsCommandInput, PollForThirdPartyJobsCommandOutput>(
  PollForThirdPartyJobs$,
  '*',
  async (dependencies, { actionTypeId, maxBatchSize: max = DEFAULT_BATCH }, call) => {
    // The shape check has seen to it that every member is there.
    const type = await requirePolledType(dependencies, call, actionTypeId as ActionTypeId)
    const jobs = await dependencies.jobs.poll(integrationQueue(type), { max })
    return {
      jobs: jobs.map((job) => ({
        clientId: clientOf(type.document, documentOf(job).order.pipeline.account)?.clientId,
        jobId: job.id,
      })),
    }
  },
)
