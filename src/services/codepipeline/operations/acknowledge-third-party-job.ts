import {
  AcknowledgeThirdPartyJob$,
  type AcknowledgeThirdPartyJobCommandInput,
  type AcknowledgeThirdPartyJobCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { define } from '../define.ts'
import { acknowledge } from '../jobs.ts'
import { requireThirdPartyJob } from '../third-party-jobs.ts'

export const acknowledgeThirdPartyJob = define<
  AcknowledgeThirdPartyJobCommandInput,
  AcknowledgeThirdPartyJobCommandOutput
>(AcknowledgeThirdPartyJob$, '*', async (dependencies, { jobId = '', nonce = '', clientToken = '' }, call) => {
  await requireThirdPartyJob(dependencies, call, jobId, clientToken)
  return { status: await acknowledge(dependencies, jobId, nonce) }
})
