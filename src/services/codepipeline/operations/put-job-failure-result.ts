import {
  PutJobFailureResult$,
  type PutJobFailureResultCommandInput,
  type PutJobFailureResultCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { define } from '../define.ts'
import { fail } from '../job-results.ts'
import { requireRunningJob } from '../jobs.ts'

export const putJobFailureResult = define<PutJobFailureResultCommandInput, PutJobFailureResultCommandOutput>(
  PutJobFailureResult$,
  '*',
  async (dependencies, { jobId = '', failureDetails }, call) => {
    const running = await requireRunningJob(dependencies, call, jobId)
    const { type = 'JobFailed', message = '', externalExecutionId } = failureDetails ?? {}
    await fail(dependencies, running, { code: type, message }, { executionDetails: { externalExecutionId } })
    return {}
  },
)
