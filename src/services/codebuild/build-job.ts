/** What a runner is told about a build. */
import type { ProjectArtifacts, ProjectSource } from '@aws-sdk/client-codebuild'
import type {
  BuildJob,
  JobArtifacts,
  JobBuildspec,
  JobCredentials,
  JobSource,
  UploadRequest,
  UploadTarget,
} from '../../runner/runner.ts'
import { buildArn, projectArn } from './arns.ts'
import { jobIdOf, type BuildRecord } from './build-record.ts'
import { buildLink } from './build-view.ts'
import { presignObject } from './presign.ts'
import { isInline } from './validate-project.ts'

export interface JobContext {
  readonly endpoint: string
  readonly network: boolean
  readonly credentials: JobCredentials
  readonly now: number
}

export function toJob(build: BuildRecord, context: JobContext): BuildJob {
  const secondary = build.secondarySources.map((source) => {
    const identifier = source.sourceIdentifier ?? ''
    const version = build.secondarySourceVersions.find(
      ({ sourceIdentifier }) => sourceIdentifier === identifier,
    )?.sourceVersion
    return toSource(build, context, source, identifier, version)
  })
  const primary = toSource(build, context, build.source, '', build.sourceVersion)
  const resolved = build.resolvedSourceVersion
  return {
    id: jobIdOf(build),
    build: {
      id: build.id,
      arn: buildArn(build, build.id),
      number: build.number,
      projectArn: projectArn(build, build.projectName),
      initiator: build.initiator,
      image: build.environment.image ?? '',
      url: buildLink(build, context.endpoint),
      region: build.region,
      startedAt: build.startedAt,
      kmsKeyId: build.encryptionKey,
      privileged: build.environment.privilegedMode ?? false,
    },
    sources: [resolved === undefined ? primary : { ...primary, resolvedVersion: resolved }, ...secondary],
    buildspec: toBuildspec(build, context),
    environment: (build.environment.environmentVariables ?? []).map(
      ({ name = '', value = '', type = 'PLAINTEXT' }) => ({ name, value, type }),
    ),
    credentials: context.credentials,
    endpoint: context.endpoint,
    artifacts: [
      toArtifacts(build.artifacts, ''),
      ...build.secondaryArtifacts.map((each) => toArtifacts(each, each.artifactIdentifier ?? '')),
    ].flat(),
    timeoutSeconds: build.timeoutInMinutes * 60,
    network: context.network,
  }
}

function toSource(
  build: BuildRecord,
  context: JobContext,
  source: ProjectSource,
  identifier: string,
  version: string | undefined,
): JobSource {
  const base = { identifier, ...(version === undefined ? {} : { version }) }
  const location = source.location ?? ''
  if (source.type === 'NO_SOURCE') return { ...base, location: { type: 'None' } }
  if (source.type === 'CODECOMMIT')
    return {
      ...base,
      repositoryUrl: location,
      location: { type: 'Git', url: location, version: version ?? '', depth: source.gitCloneDepth ?? 0 },
    }
  const { bucket, key } = objectOf(location)
  // a pipeline names the object's ARN as the version, everybody else a version id
  const versionId = version === undefined || version.startsWith('arn:') ? undefined : version
  const url = presignObject({
    method: 'GET',
    bucket,
    key,
    endpoint: context.endpoint,
    region: build.region,
    credentials: context.credentials,
    now: context.now,
    ...(versionId === undefined ? {} : { query: { versionId } }),
  })
  return {
    ...base,
    repositoryUrl: `s3://${bucket}/${key}`,
    location: { type: 'Object', url, name: `s3://${bucket}/${key}` },
  }
}

function toBuildspec(build: BuildRecord, { endpoint, credentials, now }: JobContext): JobBuildspec {
  const text = build.source.buildspec ?? ''
  if (text === '') return { type: 'File', path: 'buildspec.yml' }
  const object = /^arn:[\w-]+:s3:::(?<location>[^/]+\/.+)$/.exec(text.trim())?.groups?.['location']
  if (object !== undefined) {
    const { bucket, key } = objectOf(object)
    return {
      type: 'Object',
      url: presignObject({ method: 'GET', endpoint, bucket, key, region: build.region, credentials, now }),
      name: text.trim(),
    }
  }
  return isInline(text) ? { type: 'Inline', text } : { type: 'File', path: text }
}

const objectOf = (location: string): { bucket: string; key: string } => {
  const slash = location.indexOf('/')
  return { bucket: location.slice(0, slash), key: location.slice(slash + 1) }
}

const toArtifacts = (
  { type, packaging, overrideArtifactName }: ProjectArtifacts,
  identifier: string,
): readonly JobArtifacts[] =>
  type === 'S3' ? [{ identifier, packaging: packaging ?? 'NONE', overrideName: overrideArtifactName ?? false }] : []

/**
 * Where an artifact goes: `path/[build-id/]name`, and below that the file for packaging NONE.
 * @returns undefined when the build has no such artifact
 */
export function uploadTarget(
  build: BuildRecord,
  request: UploadRequest,
  context: JobContext,
): UploadTarget | undefined {
  const all = [build.artifacts, ...build.secondaryArtifacts]
  const artifacts =
    request.identifier === ''
      ? build.artifacts
      : all.find(({ artifactIdentifier }) => artifactIdentifier === request.identifier)
  if (artifacts?.type !== 'S3') return undefined
  const [bucket = '', ...prefix] = (artifacts.location ?? '').split('/')
  const uuid = build.id.slice(build.projectName.length + 1)
  const isZip = artifacts.packaging === 'ZIP'
  const name = request.name ?? artifacts.name ?? build.projectName
  const key = [
    ...prefix,
    ...(artifacts.path ?? '').split('/'),
    ...(artifacts.namespaceType === 'BUILD_ID' ? [uuid] : []),
    ...name.split('/'),
    ...(isZip ? [] : (request.path ?? '').split('/')),
  ].filter((part) => part !== '' && part !== '.' && part !== '..')
  const headers: Record<string, string> = { 'x-amz-meta-codebuild-buildarn': buildArn(build, build.id) }
  if (request.md5 !== undefined) headers['x-amz-meta-codebuild-content-md5'] = request.md5
  if (request.sha256 !== undefined) headers['x-amz-meta-codebuild-content-sha256'] = request.sha256
  const { endpoint, credentials, now } = context
  const url = presignObject({
    method: 'PUT',
    endpoint,
    bucket,
    key: key.join('/'),
    headers,
    region: build.region,
    credentials,
    now,
  })
  return { url, headers, location: `arn:aws:s3:::${bucket}/${key.join('/')}` }
}
