/**
 * The door of the worker library, `pipewright/worker`: actions of your own in ten lines. It speaks CodePipeline's job-worker
 * protocol and nothing else, so it works for Pipewright and for AWS alike.
 */
import {
  AcknowledgeJobCommand,
  CodePipelineClient,
  PollForJobsCommand,
  type ActionCategory,
  type CodePipelineClientConfig,
  type Job as ApiJob,
} from '@aws-sdk/client-codepipeline'
import { setTimeout as delay } from 'node:timers/promises'
import type { Job, JobResult } from './job.ts'
import { runJob } from './run-job.ts'

export { JobFailure, type FailureType } from './failure.ts'
export type { Job, JobResult } from './job.ts'

export interface WorkOptions {
  /** of a custom action type, made with CreateCustomActionType; the version is `1` when absent */
  readonly actionType: { readonly category: ActionCategory; readonly provider: string; readonly version?: string }
  /**
   * Does the action. What it returns ends the action as Succeeded, what it throws as Failed (`JobFailure` says more than
   * `JobFailed`). With a `continuationToken` in the result the action goes on, and a new job brings the token back.
   */
  readonly handle: (job: Job) => Promise<JobResult | void>
  /** as the AWS SDK's clients take it: endpoint, region, credentials; what is absent comes from the environment */
  readonly connection?: CodePipelineClientConfig
  /** only jobs whose queryable property has this value; required when the type has such a property */
  readonly query?: Readonly<Record<string, string>>
  /** jobs at once, 1 when absent */
  readonly concurrency?: number
  /** between two looks for jobs when there was none, 1000 when absent: the API answers at once, it does not wait */
  readonly pollMs?: number
  /** between two looks whether a running job is still wanted, 15000 when absent */
  readonly watchMs?: number
  /** no more jobs are taken once it fires; those that run are ended */
  readonly signal?: AbortSignal
  /** hears of failures that no job can be told of, such as a server that is away for a while; absent: standard error does */
  readonly onError?: (error: unknown) => void
}

/**
 * Takes jobs and does them until the signal fires.
 * @throws what the server says when asking again is useless: an unknown action type, missing permission
 */
export async function work(options: WorkOptions): Promise<void> {
  const { concurrency = 1, pollMs = 1000, signal = new AbortController().signal, onError = console.error } = options
  const client = new CodePipelineClient({ ...options.connection })
  const running = new Set<Promise<void>>()
  try {
    while (!signal.aborted) {
      const jobs = await poll(client, options, concurrency - running.size).catch((error: unknown) => {
        if (isFinal(error)) throw error
        onError(error)
        return []
      })
      for (const job of jobs) {
        const run = take(client, job, options)
          .catch(onError)
          .finally(() => running.delete(run))
        running.add(run)
      }
      if (running.size >= concurrency) await Promise.race(running)
      else if (jobs.length === 0) await delay(pollMs, undefined, { signal }).catch(() => undefined)
    }
  } finally {
    await Promise.all(running)
    client.destroy()
  }
}

async function poll(
  client: CodePipelineClient,
  { actionType, query }: WorkOptions,
  maxBatchSize: number,
): Promise<readonly ApiJob[]> {
  const { category, provider, version = '1' } = actionType
  const { jobs = [] } = await client.send(
    new PollForJobsCommand({
      actionTypeId: { category, owner: 'Custom', provider, version },
      maxBatchSize,
      ...(query && { queryParam: { ...query } }),
    }),
  )
  return jobs
}

/** Another worker may have been faster: then there is nothing to do. */
async function take(client: CodePipelineClient, job: ApiJob, options: WorkOptions): Promise<void> {
  const { status } = await client
    .send(new AcknowledgeJobCommand({ jobId: job.id, nonce: job.nonce }))
    .catch((error: unknown) => {
      if (isNamed(error, 'InvalidNonceException') || isNamed(error, 'JobNotFoundException'))
        return { status: undefined }
      throw error
    })
  if (status === 'InProgress') await runJob(client, job, options)
}

const PASSING = new Set(['ThrottlingException', 'TooManyRequestsException', 'RequestTimeoutException'])

const isFinal = (error: unknown): boolean =>
  error instanceof Error && '$fault' in error && error.$fault === 'client' && !PASSING.has(error.name)

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name
