import {
  PutThirdPartyJobFailureResult$,
  type PutThirdPartyJobFailureResultCommandInput,
  type PutThirdPartyJobFailureResultCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { define } from '../define.ts'
import { fail } from '../job-results.ts'
import { requireRunningThirdPartyJob } from '../third-party-jobs.ts'

export const putThirdPartyJobFailureResult = define<
  PutThirdPartyJobFailureResultCommandInput,
  PutThirdPartyJobFailureResultCommandOutput
>(PutThirdPartyJobFailureResult$, '*', async (dependencies, { jobId = '', clientToken = '', failureDetails }, call) => {
  const running = await requireRunningThirdPartyJob(dependencies, call, jobId, clientToken)
  const { type = 'JobFailed', message = '', externalExecutionId } = failureDetails ?? {}
  await fail(dependencies, running, { code: type, message }, { executionDetails: { externalExecutionId } })
  return {}
})
