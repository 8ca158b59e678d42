/** Jobs of custom actions as the API shows them, and the rules for who may see and end one (`spec` 6.2). */
import type { Artifact, JobData } from '@aws-sdk/client-codepipeline'
import type { ActionExecution, ActionOrder, ArtifactLocation, PipelineState } from '../../core/execution/execution.ts'
import { own } from '../../core/execution/record.ts'
import type { JobRow } from '../../jobs/jobs.ts'
import type { Call, SessionPolicy } from '../../wire/wire.ts'
import type { CodePipelineDependencies } from './dependencies.ts'
import { invalidJobState, invalidNonce, jobNotFound } from './errors.ts'

/** What the engine puts into a job; a continued action's next job carries the worker's own token. */
export interface JobDocument {
  readonly accountId: string
  readonly order: ActionOrder
  readonly continuationToken?: string
}

export const documentOf = (job: JobRow): JobDocument => job.document as JobDocument

/** Only jobs of custom actions, and only in the account and region they belong to. @throws JobNotFoundException */
export async function requireJob({ jobs }: CodePipelineDependencies, call: Call, jobId: string): Promise<JobRow> {
  const job = await jobs.get(jobId)
  if (job === undefined || !job.queue.startsWith(`custom:${call.account}:${call.region}:`)) throw jobNotFound(jobId)
  return job
}

export const isOver = ({ status }: JobRow): boolean =>
  status === 'Succeeded' || status === 'Failed' || status === 'TimedOut'

/**
 * A result counts only while the worker holds the job and the action still waits for it.
 * @throws JobNotFoundException, InvalidJobStateException
 */
export async function requireRunningJob(
  dependencies: CodePipelineDependencies,
  call: Call,
  jobId: string,
): Promise<RunningJob> {
  return await requireInProgress(dependencies, await requireJob(dependencies, call, jobId))
}

export interface RunningJob {
  readonly job: JobRow
  readonly order: ActionOrder
}

/** @throws InvalidJobStateException */
export async function requireInProgress({ store }: CodePipelineDependencies, job: JobRow): Promise<RunningJob> {
  const { order } = documentOf(job)
  const record = await store.read.pipelines.load(order.pipeline)
  // The engine ends abandoned jobs after its commit; until it has, the action's own status tells.
  const run = record && findRun(record.state, order)
  if (job.status !== 'InProgress' || run?.status !== 'InProgress') throw invalidJobState(job.id)
  return { job, order }
}

/** The job is the worker's; the action hears of it. @throws JobNotFoundException, InvalidNonceException */
export async function acknowledge(
  { jobs, engine }: CodePipelineDependencies,
  jobId: string,
  nonce: string,
): Promise<JobRow['status']> {
  const job = await jobs.acknowledge(jobId, nonce)
  if (job === 'unknown') throw jobNotFound(jobId)
  if (job === 'wrong-nonce' || job === 'ended') throw invalidNonce()
  const { order } = documentOf(job)
  // Sent for a repeated acknowledgement too: the first may have been cut off before it got here.
  await engine.send(order.pipeline, {
    type: 'ActionAcknowledged',
    executionId: order.executionId,
    actionExecutionId: order.action.id,
  })
  return job.status
}

const findRun = ({ executions }: PipelineState, { executionId, action }: ActionOrder): ActionExecution | undefined => {
  const stage = own(own(executions, executionId)?.stages ?? {}, action.stage)
  const run = own(stage?.actions ?? {}, action.action)
  return run?.id === action.id ? run : undefined
}

const CREDENTIAL_SECONDS = 3600

/** Secrets are in the clear here and nowhere else. Credentials are made anew for every answer. */
export async function jobData({ auth, store }: CodePipelineDependencies, job: JobRow): Promise<JobData> {
  const { order, continuationToken } = documentOf(job)
  const { action } = order
  const execution =
    action.inputArtifacts.length > 0
      ? await store.read.pipelines.execution(order.pipeline, order.executionId)
      : undefined
  const revisions = new Map(execution?.artifactRevisions.map(({ name, revisionId }) => [name, revisionId]))
  const hasArtifacts = action.inputArtifacts.length + action.outputArtifacts.length > 0
  return {
    actionTypeId: action.typeId,
    actionConfiguration: { configuration: { ...action.resolvedConfiguration } },
    pipelineContext: {
      pipelineName: order.pipeline.name,
      stage: { name: action.stage },
      action: { name: action.action, actionExecutionId: action.id },
      pipelineArn: order.pipelineArn,
      pipelineExecutionId: order.executionId,
    },
    inputArtifacts: action.inputArtifacts.map((artifact) => artifactView(artifact, revisions.get(artifact.name))),
    outputArtifacts: action.outputArtifacts.map((artifact) => artifactView(artifact)),
    ...(hasArtifacts && { artifactCredentials: await artifactCredentials(auth, order) }),
    ...(continuationToken !== undefined && { continuationToken }),
    ...(order.encryptionKeyId !== undefined && { encryptionKey: { id: order.encryptionKeyId, type: 'KMS' as const } }),
  }
}

const artifactView = ({ name, bucket, key }: ArtifactLocation, revision?: string): Artifact => ({
  name,
  ...(revision !== undefined && { revision }),
  location: { type: 'S3', s3Location: { bucketName: bucket, objectKey: key } },
})

/** Of the action's role, but only for the objects of this one job: a worker may be anybody's program. */
async function artifactCredentials(auth: CodePipelineDependencies['auth'], order: ActionOrder) {
  const { pipeline, action, pipelineRoleArn } = order
  const { accessKeyId, secretAccessKey, sessionToken } = await auth.issueSession({
    account: pipeline.account,
    roleArn: action.roleArn ?? pipelineRoleArn,
    sessionName: `job-${action.id}`,
    seconds: CREDENTIAL_SECONDS,
    policy: artifactPolicy(order),
  })
  return { accessKeyId, secretAccessKey, sessionToken }
}

const READ = ['s3:GetObject', 's3:GetObjectVersion']
/** Large outputs go up in parts. */
const WRITE = ['s3:PutObject', 's3:PutObjectAcl', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts']
const USE_KEY = ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*']

function artifactPolicy({ action, encryptionKeyId }: ActionOrder): SessionPolicy {
  const arns = (artifacts: readonly ArtifactLocation[]) =>
    artifacts.map(({ bucket, key }) => `arn:aws:s3:::${bucket}/${key}`)
  return [
    { actions: READ, resources: arns(action.inputArtifacts) },
    { actions: WRITE, resources: arns(action.outputArtifacts) },
    // an alias or the id alone does not tell the ARN
    { actions: USE_KEY, resources: [encryptionKeyId?.startsWith('arn:') === true ? encryptionKeyId : '*'] },
  ]
}
