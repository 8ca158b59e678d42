/** One job from its acknowledgement to its result. */
import {
  GetJobDetailsCommand,
  PutJobFailureResultCommand,
  PutJobSuccessResultCommand,
  type CodePipelineClient,
  type Job as ApiJob,
} from '@aws-sdk/client-codepipeline'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createArtifacts } from './artifacts.ts'
import { JobFailure } from './failure.ts'
import type { Job, JobResult } from './job.ts'

interface RunOptions {
  readonly handle: (job: Job) => Promise<JobResult | void>
  readonly connection?: { readonly region?: unknown; readonly endpoint?: unknown }
  readonly watchMs?: number
}

const WATCH_MS = 15_000
const LONGEST_SUMMARY = 2048
const LONGEST_MESSAGE = 5000

/** @throws what the server says when it does not take the result, except that nobody waits for it any more */
export async function runJob(
  client: CodePipelineClient,
  api: ApiJob,
  { handle, connection = {}, watchMs = WATCH_MS }: RunOptions,
): Promise<void> {
  const abandoned = new AbortController()
  const watch = setInterval(() => void look(client, api, abandoned), watchMs)
  const root = await mkdtemp(join(tmpdir(), 'pipewright-job-'))
  try {
    const folder = join(root, 'work')
    await mkdir(folder)
    using artifacts = createArtifacts(client, api, { folder: root, connection })
    const result = await settle(() => handle({ ...about(api), folder, signal: abandoned.signal, ...artifacts }))
    if (!abandoned.signal.aborted) await report(client, api.id, result)
  } finally {
    clearInterval(watch)
    await rm(root, { recursive: true, force: true })
  }
}

type Settled = { readonly done: JobResult } | { readonly failed: unknown }

async function settle(run: () => Promise<JobResult | void>): Promise<Settled> {
  try {
    return { done: (await run()) ?? {} }
  } catch (error) {
    return { failed: error }
  }
}

async function report(client: CodePipelineClient, jobId: string | undefined, settled: Settled): Promise<void> {
  const sent =
    'done' in settled
      ? client.send(new PutJobSuccessResultCommand({ jobId, ...success(settled.done) }))
      : client.send(new PutJobFailureResultCommand({ jobId, failureDetails: failure(settled.failed) }))
  await sent.catch(async (error: unknown) => {
    if (isOver(error)) return
    // a result that the service does not take fails the action; waiting for its timeout would help nobody
    if ('done' in settled && isRefusal(error)) return await report(client, jobId, { failed: error })
    throw error
  })
}

const isRefusal = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'ValidationException' || error.name === 'OutputVariablesSizeExceededException')

function success(result: JobResult) {
  const { summary, externalExecutionId, percentComplete, outputVariables, revision, continuationToken } = result
  return {
    executionDetails: { summary: summary?.slice(0, LONGEST_SUMMARY), externalExecutionId, percentComplete },
    outputVariables: outputVariables && { ...outputVariables },
    continuationToken,
    currentRevision: revision && {
      revision: revision.id,
      changeIdentifier: revision.changeId ?? revision.id,
      revisionSummary: revision.summary,
      created: revision.created,
    },
  }
}

function failure(error: unknown) {
  const text = error instanceof Error ? error.message : String(error)
  const message = (text === '' ? 'The job failed without a message.' : text).slice(0, LONGEST_MESSAGE)
  if (!(error instanceof JobFailure)) return { type: 'JobFailed' as const, message }
  return { type: error.type, message, externalExecutionId: error.externalExecutionId }
}

/** Details answer as long as somebody waits for the job. */
async function look(client: CodePipelineClient, { id }: ApiJob, abandoned: AbortController): Promise<void> {
  try {
    await client.send(new GetJobDetailsCommand({ jobId: id }))
  } catch (error) {
    // anything else may pass, and the result will tell
    if (isOver(error)) abandoned.abort(new Error('nobody waits for this job any more'))
  }
}

const OVER = new Set(['JobNotFoundException', 'InvalidJobStateException'])
const isOver = (error: unknown): boolean => error instanceof Error && OVER.has(error.name)

function about({ id = '', data = {} }: ApiJob) {
  const { pipelineContext = {}, actionConfiguration, inputArtifacts = [], outputArtifacts = [] } = data
  return {
    id,
    actionType: data.actionTypeId ?? { category: undefined, owner: undefined, provider: undefined, version: undefined },
    configuration: actionConfiguration?.configuration ?? {},
    pipeline: pipelineContext.pipelineName ?? '',
    executionId: pipelineContext.pipelineExecutionId ?? '',
    stage: pipelineContext.stage?.name ?? '',
    action: pipelineContext.action?.name ?? '',
    actionExecutionId: pipelineContext.action?.actionExecutionId ?? '',
    continuationToken: data.continuationToken,
    inputs: inputArtifacts.map(({ name = '' }) => name),
    outputs: outputArtifacts.map(({ name = '' }) => name),
  }
}
