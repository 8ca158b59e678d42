/** Jobs of third-party actions: who may see and end one (`spec` 6.4). */
import type { ThirdPartyJobData } from '@aws-sdk/client-codepipeline'
import { createHash, timingSafeEqual } from 'node:crypto'
import { unseal } from '../../auth/auth.ts'
import type { KeyRing } from '../../keys/keys.ts'
import type { ActionTypeId } from '../../core/pipeline/declaration.ts'
import type { JobRow } from '../../jobs/jobs.ts'
import { ServiceError, type Call } from '../../wire/wire.ts'
import type { CodePipelineDependencies } from './dependencies.ts'
import { actionTypeNotFound, jobNotFound } from './errors.ts'
import { clientOf, findIntegration, type IntegrationClient, type IntegrationRecord } from './integration-types.ts'
import { documentOf, jobData, requireInProgress, type RunningJob } from './jobs.ts'

/** The workers of a type are its maker's, and those of the accounts that the maker has named. */
const mayPoll = ({ account, document }: IntegrationRecord, caller: string): boolean =>
  caller === account ||
  document.definition.executor.configuration.jobWorkerExecutorConfiguration?.pollingAccounts?.includes(caller) === true

/** @throws ActionTypeNotFoundException */
export async function requirePolledType(
  { store }: CodePipelineDependencies,
  call: Call,
  id: ActionTypeId,
): Promise<IntegrationRecord> {
  const record = await findIntegration(store.read.resources, call.region, id)
  if (record !== undefined && mayPoll(record, call.account)) return record
  throw actionTypeNotFound(id.category, id.owner, id.provider, id.version)
}

/** @throws JobNotFoundException, InvalidClientTokenException */
export async function requireThirdPartyJob(
  { jobs, store, keys }: CodePipelineDependencies,
  call: Call,
  jobId: string,
  clientToken: string,
): Promise<JobRow> {
  const job = await jobs.get(jobId)
  if (job === undefined || !job.queue.startsWith('thirdparty:')) throw jobNotFound(jobId)
  const { action, pipeline } = documentOf(job).order
  const type = await findIntegration(store.read.resources, call.region, action.typeId)
  if (type === undefined || action.region !== call.region || !mayPoll(type, call.account)) throw jobNotFound(jobId)
  const client = clientOf(type.document, pipeline.account)
  if (client === undefined || !sameText(clientToken, openToken(keys, type, client))) {
    throw new ServiceError('InvalidClientTokenException', `The client token is not that of the job with id '${jobId}'`)
  }
  return job
}

/** @throws JobNotFoundException, InvalidClientTokenException, InvalidJobStateException */
export async function requireRunningThirdPartyJob(
  dependencies: CodePipelineDependencies,
  call: Call,
  jobId: string,
  clientToken: string,
): Promise<RunningJob> {
  return await requireInProgress(dependencies, await requireThirdPartyJob(dependencies, call, jobId, clientToken))
}

/** What partners see of a job: which execution it belongs to is the customer's business. */
export async function thirdPartyJobData(
  dependencies: CodePipelineDependencies,
  job: JobRow,
): Promise<ThirdPartyJobData> {
  const { pipelineContext, ...data } = await jobData(dependencies, job)
  const { pipelineName, stage, action } = pipelineContext ?? {}
  return { ...data, pipelineContext: { pipelineName, stage, action } }
}

/** What a client's sealed token belongs to. */
export const tokenOwner = ({ account, region, name }: Pick<IntegrationRecord, 'account' | 'region' | 'name'>) =>
  `integration-type:${account}:${region}:${name}`

const openToken = (keys: KeyRing, type: IntegrationRecord, { token }: IntegrationClient): string =>
  unseal(keys, tokenOwner(type), token)

const sameText = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other))
const digest = (text: string) => createHash('sha256').update(text).digest()
