/** What a job worker's report does: the job ends and the action hears of it in one commit. */
import type { CurrentRevision, ExecutionDetails } from '@aws-sdk/client-codepipeline'
import { findActionType } from '../../core/catalog/action-types.ts'
import type { ActionOrder, ActionProgress, ArtifactRevision, ErrorDetails } from '../../core/execution/execution.ts'
import { fillUrlTemplate } from '../../core/pipeline/custom-action-type.ts'
import type { Writer } from '../../store/store.ts'
import type { EngineEvent } from '../../engine/engine.ts'
import { customTypes } from './action-types.ts'
import type { CodePipelineDependencies } from './dependencies.ts'
import { invalidJobState } from './errors.ts'
import { documentOf, type RunningJob } from './jobs.ts'
import { accepted } from './pipelines.ts'

export interface Details {
  readonly currentRevision?: CurrentRevision | undefined
  readonly executionDetails?: ExecutionDetails | undefined
}

/** A declared output that is not in the artifact store fails the action: nobody downstream could use it. */
export async function succeed(
  dependencies: CodePipelineDependencies,
  running: RunningJob,
  details: Details,
  outputVariables: Readonly<Record<string, string>> | undefined,
): Promise<void> {
  const missing = await missingOutput(dependencies, running.order)
  if (missing !== undefined) {
    const message = `The output artifact ${missing} was not found in the artifact store.`
    return fail(dependencies, running, { code: 'JobFailed', message }, details)
  }
  const revision = details.currentRevision && revisionOf(details.currentRevision)
  await report(dependencies, running, 'Succeeded', {
    type: 'ActionSucceeded',
    progress: await progressOf(dependencies, running.order, details),
    ...(outputVariables !== undefined && { outputVariables }),
    ...(revision && { revision }),
  })
}

export async function fail(
  dependencies: CodePipelineDependencies,
  running: RunningJob,
  error: ErrorDetails,
  details: Details,
): Promise<void> {
  await report(dependencies, running, 'Failed', {
    type: 'ActionFailed',
    error,
    progress: await progressOf(dependencies, running.order, details),
  })
}

/** This job is done, the action goes on with a new one. */
export async function continueJob(
  dependencies: CodePipelineDependencies,
  running: RunningJob,
  details: Details,
  continuationToken: string,
): Promise<void> {
  const { jobs, newId } = dependencies
  const { queue, query } = running.job
  const document = { ...documentOf(running.job), continuationToken }
  const next = { id: newId(), queue, query, document }
  const event = { type: 'ActionProgressed', progress: await progressOf(dependencies, running.order, details) } as const
  await report(dependencies, running, 'Succeeded', event, (tx) => jobs.enqueueIn(tx, next))
  jobs.wake(queue)
}

type Report =
  | Omit<Extract<EngineEvent, { type: 'ActionSucceeded' }>, 'executionId' | 'actionExecutionId'>
  | Omit<Extract<EngineEvent, { type: 'ActionFailed' }>, 'executionId' | 'actionExecutionId'>
  | Omit<Extract<EngineEvent, { type: 'ActionProgressed' }>, 'executionId' | 'actionExecutionId'>

/** @throws InvalidJobStateException when another report or the end of the action came first */
async function report(
  { engine, jobs }: CodePipelineDependencies,
  { job, order }: RunningJob,
  status: 'Succeeded' | 'Failed',
  event: Report,
  also: (tx: Writer) => Promise<void> = async () => {},
): Promise<void> {
  const { pipeline, executionId, action } = order
  const answer = await engine.send(pipeline, { ...event, executionId, actionExecutionId: action.id }, async (tx) => {
    if (!(await jobs.endIn(tx, job.id, status, { nonce: job.nonce }))) throw invalidJobState(job.id)
    await also(tx)
  })
  accepted(answer, pipeline)
}

/** Empty texts say nothing; a URL comes out of the type's template once the worker's own id is known. */
async function progressOf(
  { store }: CodePipelineDependencies,
  order: ActionOrder,
  { executionDetails = {} }: Details,
): Promise<ActionProgress> {
  const { summary, externalExecutionId, percentComplete } = executionDetails
  const { typeId, resolvedConfiguration: configuration } = order.action
  const type = findActionType(
    typeId,
    await customTypes(store.read.resources, order.pipeline, [typeId], { deleted: true }),
  )
  const template = type?.settings?.executionUrlTemplate
  const url =
    template !== undefined && externalExecutionId !== undefined
      ? fillUrlTemplate(template, { configuration, externalExecutionId })
      : undefined
  return {
    ...(summary !== undefined && { summary }),
    ...(externalExecutionId !== undefined && { externalExecutionId }),
    ...(url !== undefined && { externalExecutionUrl: url }),
    ...(percentComplete !== undefined && { percentComplete }),
  }
}

const revisionOf = (given: CurrentRevision): Omit<ArtifactRevision, 'name'> => ({
  revisionId: given.revision ?? '',
  ...(given.changeIdentifier !== undefined && { revisionChangeIdentifier: given.changeIdentifier }),
  ...(given.created !== undefined && { created: given.created.getTime() }),
  ...(given.revisionSummary !== undefined && { revisionSummary: given.revisionSummary }),
})

/** Only buckets of our own can be looked into; what lies elsewhere is the worker's word. */
async function missingOutput(
  { store }: CodePipelineDependencies,
  { action }: ActionOrder,
): Promise<string | undefined> {
  for (const { name, bucket, key } of action.outputArtifacts) {
    const hosted = await store.read.resources.find('s3', 'bucket', bucket)
    if (hosted === undefined) continue
    const object = await store.read.objects.latest(bucket, key)
    if (object === undefined || object.deleteMarker) return name
  }
  return undefined
}
