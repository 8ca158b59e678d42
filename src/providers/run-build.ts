/** A build as the work of an action: asks for it, waits for its end, stops it when nobody wants it any more. */
import { BatchGetBuildsCommand, CodeBuildClient, StopBuildCommand, type Build } from '@aws-sdk/client-codebuild'
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { ActionOrder, ActionProgress, ArtifactLocation, Span } from '../core/execution/execution.ts'
import { isAbandoned } from './aborted.ts'
import { ArtifactMissing } from './artifact-files.ts'
import { REVISION_METADATA } from './clone-reference.ts'
import { isMissing } from './failure.ts'
import type { ActionContext } from './provider.ts'
import { startBuildCommand, type BuildRequest } from './start-build.ts'

/**
 * Called again with the same order it waits for the build it started before.
 * @param progressOf what the action tells of the build once it has started
 * @returns the build, ended; or which input is gone
 */
export async function runBuild(
  request: BuildRequest,
  context: ActionContext,
  progressOf: (build: Build) => ActionProgress,
): Promise<Build | ArtifactMissing> {
  const found = await readRevision(request.order, context, request.primary)
  if (found instanceof ArtifactMissing) return found

  const client = context.client(CodeBuildClient)
  // not aborted with the signal: whether the build was started must be known, so that it can be stopped
  const { build } = await client.send(startBuildCommand({ ...request, ...found }))
  if (build?.id === undefined) throw new Error('StartBuild answered without a build')
  const { id } = build
  try {
    return await waitForEnd(context, client, { ...build, id }, progressOf(build))
  } catch (error) {
    // a build that another run will wait for again goes on; one that nobody waits for any more does not
    if (isAbandoned(context.signal)) await client.send(new StopBuildCommand({ id })).catch(() => undefined)
    throw error
  }
}

/**
 * The primary input's revision, and whether all inputs are still there. A role that may start builds need not be able to read
 * artifacts (the project's own role reads them), so any other answer than "missing" is no obstacle.
 */
async function readRevision(
  order: ActionOrder,
  context: ActionContext,
  primary: ArtifactLocation,
): Promise<{ readonly revision?: string } | ArtifactMissing> {
  const client = context.client(S3Client)
  const heads = await Promise.all(
    order.action.inputArtifacts.map((artifact) =>
      client
        .send(new HeadObjectCommand({ Bucket: artifact.bucket, Key: artifact.key }), { abortSignal: context.signal })
        .then(
          ({ Metadata = {} }) => (artifact.name === primary.name ? Metadata[REVISION_METADATA] : undefined),
          (error: unknown) => (isMissing(error) ? new ArtifactMissing(order, artifact) : undefined),
        ),
    ),
  )
  context.signal.throwIfAborted()
  const missing = heads.find((head) => head instanceof ArtifactMissing)
  if (missing !== undefined) return missing
  const revision = heads.find((head) => typeof head === 'string')
  return revision === undefined ? {} : { revision }
}

async function waitForEnd(
  context: ActionContext,
  client: CodeBuildClient,
  { id, arn = id }: Build & { readonly id: string },
  progress: ActionProgress,
): Promise<Build> {
  context.signal.throwIfAborted()
  const ended = context.event({
    source: 'aws.codebuild',
    matches: ({ detailType, resources, detail }) =>
      detailType === 'CodeBuild Build State Change' &&
      detail['build-status'] !== 'IN_PROGRESS' &&
      (resources.includes(arn) || detail['build-id'] === arn),
  })
  const begun = context.event({
    source: 'aws.codebuild',
    matches: ({ detail }) => detail['completed-phase'] === 'QUEUED' && detail['build-id'] === arn,
  })
  const [build] = await Promise.all([getBuild(client, id), context.progress(progress)])
  if (hasEnded(build)) return build
  const { begunAt } = timesOf(build)
  const told = (begunAt === undefined ? begun.then(({ time }) => time) : Promise.resolve(begunAt))
    .then((begunAt) => context.progress({ begunAt }))
    // the outcome says it again
    .catch(() => undefined)
  await Promise.race([told, ended])
  await ended
  return await getBuild(client, id)
}

/** When a runner took the build, and when it fetched and stored artifacts. */
export function timesOf({ phases = [] }: Build): Pick<ActionProgress, 'begunAt' | 'transfers'> {
  const begunAt = phases.find(({ phaseType }) => phaseType === 'QUEUED')?.endTime?.getTime()
  const transfers = phases.flatMap(({ phaseType, startTime, endTime }): readonly Span[] =>
    startTime === undefined || endTime === undefined || !TRANSFERS.has(phaseType)
      ? []
      : [{ startedAt: startTime.getTime(), endedAt: endTime.getTime() }],
  )
  return { ...(begunAt !== undefined && { begunAt }), ...(transfers.length > 0 && { transfers }) }
}

const TRANSFERS: ReadonlySet<string | undefined> = new Set(['DOWNLOAD_SOURCE', 'UPLOAD_ARTIFACTS'])

async function getBuild(client: CodeBuildClient, id: string): Promise<Build> {
  const { builds: [build] = [] } = await client.send(new BatchGetBuildsCommand({ ids: [id] }))
  // deleted while it ran: whoever deletes a build has given it up
  return build ?? { id, buildStatus: 'STOPPED', buildComplete: true }
}

const hasEnded = ({ buildStatus, buildComplete }: Build): boolean =>
  buildComplete === true || (buildStatus !== undefined && buildStatus !== 'IN_PROGRESS')

/** What a build exported, as the output variables of its action. */
export const exportedVariables = ({ exportedEnvironmentVariables = [] }: Build): Readonly<Record<string, string>> =>
  Object.fromEntries(
    exportedEnvironmentVariables.flatMap(({ name, value = '' }) => (name === undefined ? [] : [[name, value]])),
  )
