/**
 * What the server and a runner say to each other. The runner opens one long answer, `GET /_pipewright/runner/stream`, and reads
 * jobs and cancellations from it as NDJSON; it reports with `POST /_pipewright/runner/jobs/<id>/…`. All calls carry the runner's
 * token (`Authorization: Bearer …`) and its name (`x-pipewright-worker`), and may be repeated without harm.
 */
import type { EnvironmentVariable } from '../core/buildspec/buildspec.ts'

export const RUNNER_PATH = '/_pipewright/runner'
export const WORKER_HEADER = 'x-pipewright-worker'

// ---- server to runner ----------------------------------------------------------------------------------------------------

export type ServerMessage =
  | { readonly type: 'Hello' }
  | { readonly type: 'Job'; readonly job: BuildJob }
  | { readonly type: 'Cancel'; readonly id: string; readonly reason: string }
  /** a sign of life; the runner answers with `POST …/renew` */
  | { readonly type: 'Ping' }

export interface BuildJob {
  readonly id: string
  readonly build: BuildIdentity
  /** the first is the primary source */
  readonly sources: readonly [JobSource, ...JobSource[]]
  readonly buildspec: JobBuildspec
  /** the project's variables with those of StartBuild merged over them */
  readonly environment: readonly EnvironmentVariable[]
  /** the service role's session */
  readonly credentials: JobCredentials
  /** where AWS clients inside of the build reach Pipewright, e.g. `http://127.0.0.1:4566` */
  readonly endpoint: string
  /** the first is the primary artifact, with the identifier `''` */
  readonly artifacts: readonly JobArtifacts[]
  readonly timeoutSeconds: number
  readonly network: boolean
}

export interface BuildIdentity {
  /** `<project>:<uuid>` */
  readonly id: string
  readonly arn: string
  readonly number: number
  readonly projectArn: string
  readonly initiator: string
  readonly image: string
  readonly url: string
  readonly region: string
  /** ms since the epoch */
  readonly startedAt: number
  readonly kmsKeyId?: string
  readonly privileged: boolean
}

export interface JobSource {
  /** `''` for the primary source */
  readonly identifier: string
  /** what CODEBUILD_SOURCE_VERSION shows */
  readonly version?: string
  /** what CODEBUILD_RESOLVED_SOURCE_VERSION shows, when it is known before the download */
  readonly resolvedVersion?: string
  readonly repositoryUrl?: string
  readonly location: SourceLocation
}

export type SourceLocation =
  | { readonly type: 'None' }
  /** a ZIP, or a CODEBUILD_CLONE_REF pointer, behind a presigned URL */
  | { readonly type: 'Object'; readonly url: string; readonly name: string }
  /** a repository to clone with the job's credentials */
  | { readonly type: 'Git'; readonly url: string; readonly version: string; readonly depth: number }

export type JobBuildspec =
  | { readonly type: 'Inline'; readonly text: string }
  /** relative to the primary source */
  | { readonly type: 'File'; readonly path: string }
  | { readonly type: 'Object'; readonly url: string; readonly name: string }

export interface JobArtifacts {
  readonly identifier: string
  readonly packaging: 'ZIP' | 'NONE'
  /** whether the buildspec's `artifacts.name` counts */
  readonly overrideName: boolean
}

export interface JobCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}

// ---- runner to server ----------------------------------------------------------------------------------------------------

export const RUNNER_PHASES = [
  'DOWNLOAD_SOURCE',
  'INSTALL',
  'PRE_BUILD',
  'BUILD',
  'POST_BUILD',
  'UPLOAD_ARTIFACTS',
  'FINALIZING',
] as const
export type RunnerPhase = (typeof RUNNER_PHASES)[number]
export type BuildStatus = 'SUCCEEDED' | 'FAILED' | 'FAULT' | 'TIMED_OUT' | 'STOPPED'

export interface PhaseContext {
  readonly statusCode: string
  readonly message: string
}

export interface PhaseReport {
  readonly type: RunnerPhase
  readonly startedAt: number
  /** absent while the phase is under way */
  readonly ended?: { readonly at: number; readonly status: BuildStatus; readonly context: PhaseContext }
}

export interface LogLine {
  /** ms since the epoch */
  readonly timestamp: number
  readonly message: string
}

export interface ArtifactReport {
  readonly identifier: string
  /** hex; only of a ZIP */
  readonly md5?: string
  readonly sha256?: string
  /** `arn:aws:s3:::bucket/key` */
  readonly location: string
}

export interface BuildResult {
  readonly status: BuildStatus
  readonly exportedVariables: readonly { readonly name: string; readonly value: string }[]
  readonly artifacts: readonly ArtifactReport[]
}

/** Body of `POST …/jobs/<id>/reports`: a JSON list of these, in order. */
export type Report =
  /** `first` is the index of the first line in the whole log: lines the server has are not written again */
  | { readonly type: 'Log'; readonly first: number; readonly lines: readonly LogLine[] }
  /** all phases so far; the longest list with the most ended phases is the newest */
  | { readonly type: 'Phases'; readonly phases: readonly PhaseReport[]; readonly resolvedVersion?: string }
  | { readonly type: 'Result'; readonly result: BuildResult }

/** `POST …/jobs/<id>/secrets`: values of variables of type PARAMETER_STORE and SECRETS_MANAGER. */
export interface SecretsRequest {
  readonly variables: readonly EnvironmentVariable[]
}
export type SecretsAnswer =
  /** name -> value */
  { readonly values: Readonly<Record<string, string>> } | { readonly problem: string }

/** `POST …/jobs/<id>/uploads`: where to put an artifact (or one file of it, when its packaging is NONE). */
export interface UploadRequest {
  readonly identifier: string
  /** the evaluated `artifacts.name`, when it counts */
  readonly name?: string
  /** packaging NONE: path of the file in the artifact */
  readonly path?: string
  readonly md5?: string
  readonly sha256?: string
}
export interface UploadTarget {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** ARN of what will have been written */
  readonly location: string
}
