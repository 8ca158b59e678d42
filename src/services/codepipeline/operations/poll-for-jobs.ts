import { PollForJobs$, type PollForJobsCommandInput, type PollForJobsCommandOutput } from '@aws-sdk/client-codepipeline'
import type { CustomActionType } from '../../../core/pipeline/custom-action-type.ts'
import { customTypeKey, customTypeName, queueOf, type CustomType } from '../action-types.ts'
import { actionTypeArn } from '../arns.ts'
import { define } from '../define.ts'
import { actionTypeNotFound, validation } from '../errors.ts'
import { jobData } from '../jobs.ts'

const DEFAULT_BATCH = 10

/** Answers at once; every job handed out carries a new nonce, and the one before is void (`spec` 6.2). */
export const pollForJobs = define<PollForJobsCommandInput, PollForJobsCommandOutput>(
  PollForJobs$,
  ({ actionTypeId }, call) => actionTypeArn(call, actionTypeId ?? {}),
  async (dependencies, { actionTypeId, maxBatchSize: max = DEFAULT_BATCH, queryParam = {} }, call) => {
    const { category = 'Build', owner = 'Custom', provider = '', version = '' } = actionTypeId ?? {}
    if (owner !== 'Custom')
      throw validation(`PollForJobs can only be used with the action type owner Custom, not ${owner}`)
    const id = { category, provider, version }
    const record = await dependencies.store.read.resources.get<CustomType>(customTypeKey(call, customTypeName(id)))
    if (record === undefined || record.document.deleted) throw actionTypeNotFound(category, owner, provider, version)
    const query = queryOf(record.document.definition, queryParam)
    const jobs = await dependencies.jobs.poll(queueOf(call, id), { max, ...(query !== undefined && { query }) })
    return {
      jobs: await Promise.all(
        jobs.map(async (job) => ({
          id: job.id,
          nonce: job.nonce,
          accountId: call.account,
          data: await jobData(dependencies, job),
        })),
      ),
    }
  },
)

/** Required when the type has a queryable property, forbidden otherwise. */
function queryOf(
  { configurationProperties = [] }: CustomActionType,
  queryParam: Readonly<Record<string, string>>,
): string | undefined {
  const property = configurationProperties.find(({ queryable }) => queryable)?.name
  const [key] = Object.keys(queryParam)
  if (property === undefined) {
    if (key !== undefined) throw validation('queryParam is not allowed: the action type has no queryable property')
    return undefined
  }
  if (key !== property) throw validation(`queryParam must name the queryable property '${property}' of the action type`)
  return queryParam[property]
}
