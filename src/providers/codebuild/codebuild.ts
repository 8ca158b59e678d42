/** Build and Test / AWS / CodeBuild: starts a build and waits for its end. Source: actions.md 4.1. */
import { BatchGetBuildsCommand, CodeBuildClient, StopBuildCommand, type Build } from '@aws-sdk/client-codebuild'
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { ActionOrder, ActionProgress, ArtifactLocation } from '../../core/execution/execution.ts'
import { isAbandoned } from '../aborted.ts'
import { ArtifactMissing } from '../artifact-files.ts'
import { REVISION_METADATA } from '../clone-reference.ts'
import { isMissing } from '../failure.ts'
import { failed, isTrue } from '../outcomes.ts'
import type { ActionContext, ActionOutcome, ActionProvider } from '../provider.ts'
import { parseEnvironmentVariables } from './environment-variables.ts'
import { startBuildCommand, type BuildRequest } from './start-build.ts'

export const codeBuild: ActionProvider['run'] = async (order, context) => {
  const request = readConfiguration(order)
  if ('type' in request) return request
  const found = await readRevision(order, context, request.primary)
  if (found instanceof ArtifactMissing) return { type: 'Failed', error: found.details }

  const client = context.client(CodeBuildClient)
  // not aborted with the signal: whether the build was started must be known, so that it can be stopped
  const { build } = await client.send(startBuildCommand({ ...request, ...found }))
  if (build?.id === undefined) throw new Error('StartBuild answered without a build')
  const { id } = build
  try {
    const ended = await waitForEnd(context, client, build, id)
    return outcomeOf(ended)
  } catch (error) {
    // a build that another run will wait for again goes on; one that nobody waits for any more does not
    if (isAbandoned(context.signal)) await client.send(new StopBuildCommand({ id })).catch(() => undefined)
    throw error
  }
}

function readConfiguration(order: ActionOrder): BuildRequest | ActionOutcome {
  const configuration = order.action.resolvedConfiguration
  const { inputArtifacts } = order.action
  const {
    ProjectName: projectName = '',
    PrimarySource,
    BuildspecOverride: buildspec,
    ServiceRoleArnOverride: serviceRole,
  } = configuration
  if (isTrue(configuration['BatchEnabled'])) {
    return failed('ConfigurationError', 'Pipewright cannot run batch builds (BatchEnabled) yet.')
  }
  if (inputArtifacts.length > 1 && PrimarySource === undefined) {
    return failed('ConfigurationError', 'PrimarySource is required when the action has more than one input artifact.')
  }
  const primary =
    PrimarySource === undefined ? inputArtifacts[0] : inputArtifacts.find(({ name }) => name === PrimarySource)
  if (primary === undefined) {
    return failed('ConfigurationError', `PrimarySource ${PrimarySource ?? ''} is not an input artifact of the action.`)
  }
  const environmentVariables = parseEnvironmentVariables(configuration['EnvironmentVariables'])
  if (typeof environmentVariables === 'string') return failed('ConfigurationError', environmentVariables)
  return {
    order,
    projectName,
    primary,
    environmentVariables,
    ...(buildspec !== undefined && { buildspec }),
    ...(serviceRole !== undefined && { serviceRole }),
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

async function waitForEnd(context: ActionContext, client: CodeBuildClient, started: Build, id: string): Promise<Build> {
  context.signal.throwIfAborted()
  const ended = context.event({
    source: 'aws.codebuild',
    matches: ({ detailType, resources, detail }) =>
      detailType === 'CodeBuild Build State Change' &&
      detail['build-status'] !== 'IN_PROGRESS' &&
      (resources.includes(started.arn ?? id) || detail['build-id'] === started.arn),
  })
  const [build] = await Promise.all([getBuild(client, id), context.progress(progressOf(started))])
  if (hasEnded(build)) return build
  await ended
  return await getBuild(client, id)
}

async function getBuild(client: CodeBuildClient, id: string): Promise<Build> {
  const { builds: [build] = [] } = await client.send(new BatchGetBuildsCommand({ ids: [id] }))
  // deleted while it ran: whoever deletes a build has given it up
  return build ?? { id, buildStatus: 'STOPPED', buildComplete: true }
}

const hasEnded = ({ buildStatus, buildComplete }: Build): boolean =>
  buildComplete === true || (buildStatus !== undefined && buildStatus !== 'IN_PROGRESS')

function outcomeOf(build: Build): ActionOutcome {
  const { buildStatus = 'FAULT', exportedEnvironmentVariables = [] } = build
  if (buildStatus !== 'SUCCEEDED') {
    const message = `Build terminated with state: ${buildStatus}`
    return failed('JobFailed', message, { ...progressOf(build), summary: message })
  }
  return {
    type: 'Succeeded',
    progress: progressOf(build),
    outputVariables: Object.fromEntries(
      exportedEnvironmentVariables.flatMap(({ name, value = '' }) => (name === undefined ? [] : [[name, value]])),
    ),
  }
}

const progressOf = ({ id = '', logs }: Build): ActionProgress => ({
  externalExecutionId: id,
  ...(logs?.deepLink !== undefined && { externalExecutionUrl: logs.deepLink }),
})
