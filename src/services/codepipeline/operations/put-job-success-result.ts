import {
  PutJobSuccessResult$,
  type PutJobSuccessResultCommandInput,
  type PutJobSuccessResultCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { QUOTAS } from '../../../core/catalog/quotas.ts'
import { outputVariablesTooLarge } from '../../../core/variables/size.ts'
import { ServiceError } from '../../../wire/wire.ts'
import { define } from '../define.ts'
import { validation } from '../errors.ts'
import { continueJob, succeed } from '../job-results.ts'
import { requireRunningJob } from '../jobs.ts'

/** Ends the action, or, with a continuation token, hands it on to a new job that carries the token. */
export const putJobSuccessResult = define<PutJobSuccessResultCommandInput, PutJobSuccessResultCommandOutput>(
  PutJobSuccessResult$,
  '*',
  async (dependencies, { jobId = '', continuationToken, outputVariables, currentRevision, executionDetails }, call) => {
    if (continuationToken !== undefined && outputVariables !== undefined) {
      throw validation('outputVariables cannot be specified together with a continuationToken')
    }
    if (outputVariables !== undefined && outputVariablesTooLarge(outputVariables)) {
      const limit = QUOTAS.outputVariablesBytesPerAction
      throw new ServiceError('OutputVariablesSizeExceededException', `The output variables exceed ${limit} bytes`)
    }
    const running = await requireRunningJob(dependencies, call, jobId)
    const details = { currentRevision, executionDetails }
    if (continuationToken !== undefined) await continueJob(dependencies, running, details, continuationToken)
    else await succeed(dependencies, running, details, outputVariables)
    return {}
  },
)
