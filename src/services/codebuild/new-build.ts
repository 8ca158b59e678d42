/** What a build is made of: the project with what StartBuild puts in place of its parts. */
import type { EnvironmentVariable, ProjectArtifacts, ProjectSource, StartBuildInput } from '@aws-sdk/client-codebuild'
import type { Place } from './arns.ts'
import type { BuildRecord } from './build-record.ts'
import { invalidInput } from './errors.ts'
import type { ProjectRecord } from './project-record.ts'
import { isInline, validateArtifacts, validateSource, validateTimeouts, validateVariables } from './validate-project.ts'

export interface NewBuild {
  readonly place: Place
  readonly project: ProjectRecord
  readonly request: StartBuildInput
  readonly uuid: string
  readonly number: number
  readonly initiator: string
  /** what the caller knows of the primary source's revision */
  readonly resolvedSourceVersion?: string
  readonly now: number
}

const DEFAULT_TIMEOUT_MINUTES = 60
const DEFAULT_QUEUED_TIMEOUT_MINUTES = 480
/** Sources that this installation can fetch. The others are welcome in projects: in a pipeline the artifact takes their place. */
const FETCHED: ReadonlySet<string> = new Set(['S3', 'CODECOMMIT', 'NO_SOURCE'])
const NOTHING = { statusCode: '', message: '' }

/** @throws InvalidInputException when it cannot be built like this */
export function newBuild(input: NewBuild): BuildRecord {
  const { place, project, request, uuid, now } = input
  const source = sourceOf(project, request)
  const artifacts = request.artifactsOverride ?? project.artifacts
  if (artifacts?.type === undefined || artifacts.type === 'CODEPIPELINE') throw codePipelineOnly(project.name)
  const secondaryArtifacts =
    request.secondaryArtifactsOverride ??
    (request.artifactsOverride === undefined ? project.secondaryArtifacts : undefined) ??
    []
  for (const each of [artifacts, ...secondaryArtifacts] satisfies ProjectArtifacts[]) validateArtifacts(each)
  const secondarySources =
    request.secondarySourcesOverride ??
    (request.sourceTypeOverride === undefined ? project.secondarySources : undefined) ??
    []
  for (const each of secondarySources) requireFetched(each)
  validateVariables(request.environmentVariablesOverride)
  validateTimeouts({
    timeoutInMinutes: request.timeoutInMinutesOverride,
    queuedTimeoutInMinutes: request.queuedTimeoutInMinutesOverride,
  })
  const sourceVersion =
    request.sourceVersion ?? (request.sourceTypeOverride === undefined ? project.sourceVersion : undefined)
  const logs = logsOf(project, request, uuid)
  return {
    ...place,
    id: `${project.name}:${uuid}`,
    projectName: project.name,
    number: input.number,
    initiator: input.initiator,
    startedAt: now,
    status: 'IN_PROGRESS',
    phases: [
      { type: 'SUBMITTED', startedAt: now, ended: { at: now, status: 'SUCCEEDED', context: NOTHING } },
      { type: 'QUEUED', startedAt: now },
    ],
    ...(sourceVersion === undefined ? {} : { sourceVersion }),
    ...(input.resolvedSourceVersion === undefined ? {} : { resolvedSourceVersion: input.resolvedSourceVersion }),
    source,
    secondarySources,
    secondarySourceVersions: request.secondarySourcesVersionOverride ?? project.secondarySourceVersions ?? [],
    artifacts,
    secondaryArtifacts,
    uploaded: [],
    environment: environmentOf(project, request),
    serviceRole: request.serviceRoleOverride ?? project.serviceRole ?? '',
    encryptionKey:
      request.encryptionKeyOverride ??
      project.encryptionKey ??
      `arn:aws:kms:${place.region}:${place.account}:alias/aws/s3`,
    timeoutInMinutes: request.timeoutInMinutesOverride ?? project.timeoutInMinutes ?? DEFAULT_TIMEOUT_MINUTES,
    queuedTimeoutInMinutes:
      request.queuedTimeoutInMinutesOverride ?? project.queuedTimeoutInMinutes ?? DEFAULT_QUEUED_TIMEOUT_MINUTES,
    ...(project.cache === undefined ? {} : { cache: request.cacheOverride ?? project.cache }),
    ...(logs === undefined ? {} : { logs }),
    exported: [],
    request,
  }
}

function sourceOf(project: ProjectRecord, request: StartBuildInput): ProjectSource {
  const isReplaced = request.sourceTypeOverride !== undefined
  const base = project.source
  const buildspec = request.buildspecOverride ?? base?.buildspec
  const location = request.sourceLocationOverride ?? (isReplaced ? undefined : base?.location)
  const gitCloneDepth = request.gitCloneDepthOverride ?? base?.gitCloneDepth
  const source: ProjectSource = {
    type: request.sourceTypeOverride ?? base?.type,
    ...(location === undefined ? {} : { location }),
    ...(buildspec === undefined ? {} : { buildspec }),
    ...(gitCloneDepth === undefined ? {} : { gitCloneDepth }),
  }
  if (source.type === 'CODEPIPELINE') throw codePipelineOnly(project.name)
  requireFetched(source)
  return source
}

function requireFetched(source: ProjectSource): void {
  if (!FETCHED.has(source.type ?? ''))
    throw invalidInput(
      `Pipewright cannot fetch a source of type ${source.type ?? ''} for a build yet. Start it from a pipeline, or use CODECOMMIT, S3 or NO_SOURCE.`,
    )
  validateSource(source)
  const { type, buildspec } = source
  if (type === 'NO_SOURCE' && !isInline(buildspec))
    throw invalidInput('A build with NO_SOURCE needs an inline buildspec')
}

const codePipelineOnly = (name: string) =>
  invalidInput(
    `Project ${name} has a source or artifacts of type CODEPIPELINE: it can only be built by a pipeline, or with overrides for both`,
  )

function environmentOf(project: ProjectRecord, request: StartBuildInput): BuildRecord['environment'] {
  const base = project.environment
  const variables = new Map<string | undefined, EnvironmentVariable>()
  for (const variable of [...(base?.environmentVariables ?? []), ...(request.environmentVariablesOverride ?? [])])
    variables.set(variable.name, { ...variable, type: variable.type ?? 'PLAINTEXT' })
  return {
    type: request.environmentTypeOverride ?? base?.type,
    image: request.imageOverride ?? base?.image,
    computeType: request.computeTypeOverride ?? base?.computeType,
    environmentVariables: [...variables.values()],
    privilegedMode: request.privilegedModeOverride ?? base?.privilegedMode ?? false,
    imagePullCredentialsType: request.imagePullCredentialsTypeOverride ?? base?.imagePullCredentialsType ?? 'CODEBUILD',
  }
}

function logsOf(project: ProjectRecord, request: StartBuildInput, uuid: string): BuildRecord['logs'] {
  const { status, groupName, streamName } = (request.logsConfigOverride ?? project.logsConfig)?.cloudWatchLogs ?? {}
  if (status === 'DISABLED') return undefined
  return {
    group: groupName || `/aws/codebuild/${project.name}`,
    stream: streamName ? `${streamName}/${uuid}` : uuid,
  }
}
