import {
  PutThirdPartyJobSuccessResult$,
  type PutThirdPartyJobSuccessResultCommandInput,
  type PutThirdPartyJobSuccessResultCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { define } from '../define.ts'
import { continueJob, succeed } from '../job-results.ts'
import { requireRunningThirdPartyJob } from '../third-party-jobs.ts'

/** With a continuation token the job is done and the action goes on: a new job carries the token. */
export const putThirdPartyJobSuccessResult = define<
  PutThirdPartyJobSuccessResultCommandInput,
  PutThirdPartyJobSuccessResultCommandOutput
>(
  PutThirdPartyJobSuccessResult$,
  '*',
  async (
    dependencies,
    { jobId = '', clientToken = '', continuationToken, currentRevision, executionDetails },
    call,
  ) => {
    const running = await requireRunningThirdPartyJob(dependencies, call, jobId, clientToken)
    const details = { currentRevision, executionDetails }
    if (continuationToken !== undefined) await continueJob(dependencies, running, details, continuationToken)
    else await succeed(dependencies, running, details, undefined)
    return {}
  },
)
