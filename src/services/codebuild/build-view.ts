/** A build as the API shows it. */
import type { Build, BuildArtifacts, ProjectArtifacts } from '@aws-sdk/client-codebuild'
import { buildArn } from './arns.ts'
import { currentPhase, type BuildRecord, type PhaseRecord } from './build-record.ts'

export function toBuild(record: BuildRecord, endpoint: string): Build {
  const arn = buildArn(record, record.id)
  return {
    id: record.id,
    arn,
    buildNumber: record.number,
    startTime: new Date(record.startedAt),
    ...(record.endedAt === undefined ? {} : { endTime: new Date(record.endedAt) }),
    currentPhase: currentPhase(record),
    buildStatus: record.status,
    buildComplete: record.status !== 'IN_PROGRESS',
    ...(record.sourceVersion === undefined ? {} : { sourceVersion: record.sourceVersion }),
    ...(record.resolvedSourceVersion === undefined ? {} : { resolvedSourceVersion: record.resolvedSourceVersion }),
    projectName: record.projectName,
    phases: record.phases.map(toPhase),
    source: record.source,
    secondarySources: [...record.secondarySources],
    secondarySourceVersions: [...record.secondarySourceVersions],
    artifacts: toArtifacts(record, record.artifacts),
    secondaryArtifacts: record.secondaryArtifacts.map((artifacts) => toArtifacts(record, artifacts)),
    cache: record.cache ?? { type: 'NO_CACHE' },
    environment: record.environment,
    serviceRole: record.serviceRole,
    logs: toLogs(record, endpoint),
    timeoutInMinutes: record.timeoutInMinutes,
    queuedTimeoutInMinutes: record.queuedTimeoutInMinutes,
    initiator: record.initiator,
    encryptionKey: record.encryptionKey,
    exportedEnvironmentVariables: record.exported.map(({ name, value }) => ({ name, value })),
    reportArns: [],
  }
}

export const durationInSeconds = ({ startedAt, ended }: PhaseRecord): number =>
  ended === undefined ? 0 : Math.floor((ended.at - startedAt) / 1000)

function toPhase(phase: PhaseRecord): NonNullable<Build['phases']>[number] {
  const { type, startedAt, ended } = phase
  if (ended === undefined) return { phaseType: type, startTime: new Date(startedAt) }
  return {
    phaseType: type,
    phaseStatus: ended.status,
    startTime: new Date(startedAt),
    endTime: new Date(ended.at),
    durationInSeconds: durationInSeconds(phase),
    contexts: [{ statusCode: ended.context.statusCode, message: ended.context.message }],
  }
}

function toArtifacts(record: BuildRecord, artifacts: ProjectArtifacts): BuildArtifacts {
  const identifier = artifacts.artifactIdentifier ?? ''
  const isPrimary = artifacts === record.artifacts
  const uploaded = record.uploaded.find((report) => report.identifier === (isPrimary ? '' : identifier))
  return {
    location: uploaded?.location ?? '',
    ...(uploaded?.md5 === undefined ? {} : { md5sum: uploaded.md5 }),
    ...(uploaded?.sha256 === undefined ? {} : { sha256sum: uploaded.sha256 }),
    ...(artifacts.overrideArtifactName === undefined ? {} : { overrideArtifactName: artifacts.overrideArtifactName }),
    ...(artifacts.type === 'NO_ARTIFACTS' ? {} : { encryptionDisabled: artifacts.encryptionDisabled ?? false }),
    ...(identifier === '' ? {} : { artifactIdentifier: identifier }),
  }
}

function toLogs(record: BuildRecord, endpoint: string): NonNullable<Build['logs']> {
  const disabled = { status: 'DISABLED' } as const
  const { logs, account, region } = record
  if (logs === undefined) return { cloudWatchLogs: disabled, s3Logs: { ...disabled, encryptionDisabled: false } }
  return {
    groupName: logs.group,
    streamName: logs.stream,
    deepLink: buildLink(record, endpoint),
    cloudWatchLogsArn: `arn:aws:logs:${region}:${account}:log-group:${logs.group}:log-stream:${logs.stream}`,
    cloudWatchLogs: { status: 'ENABLED' },
    s3Logs: { ...disabled, encryptionDisabled: false },
  }
}

/** The build's page in Pipewright's own console. */
export const buildLink = ({ id, projectName, region }: BuildRecord, endpoint: string): string =>
  `${endpoint}/console/codebuild/projects/${encodeURIComponent(projectName)}/builds/${encodeURIComponent(id)}?region=${region}`
