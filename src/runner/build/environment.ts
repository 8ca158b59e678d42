import type { BuildJob } from '../protocol.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Workspace } from './workspace.ts'

/** All that builds learn about the environment of the machine. Everything else could be a secret of whoever started the server. */
const INHERITED = ['PATH', 'LANG', 'TZ'] as const
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export function inheritedEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const kept = INHERITED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))
  return { PATH: DEFAULT_PATH, ...(Object.fromEntries(kept) as Record<string, string>) }
}

export interface EnvironmentInput {
  readonly job: BuildJob
  readonly sandbox: Sandbox
  readonly workspace: Workspace
  readonly inherited: Readonly<Record<string, string>>
  /** of project, call and buildspec, secrets resolved */
  readonly variables: Readonly<Record<string, string>>
  readonly resolvedVersion: string | undefined
}

/** What a build's commands find in their environment. Source: codebuild.md section 9. */
export function buildEnvironment(input: EnvironmentInput): Readonly<Record<string, string>> {
  const { job, sandbox } = input
  const { build, credentials } = job
  return {
    ...input.inherited,
    HOME: sandbox.home,
    TMPDIR: sandbox.temp,
    AWS_DEFAULT_REGION: build.region,
    AWS_REGION: build.region,
    AWS_ENDPOINT_URL: job.endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    ...input.variables,
    CODEBUILD_CI: 'true',
    CODEBUILD_BUILD_ARN: build.arn,
    CODEBUILD_BUILD_ID: build.id,
    CODEBUILD_BUILD_IMAGE: build.image,
    CODEBUILD_BUILD_NUMBER: String(build.number),
    CODEBUILD_BUILD_SUCCEEDING: '1',
    CODEBUILD_BUILD_URL: build.url,
    CODEBUILD_INITIATOR: build.initiator,
    ...(build.kmsKeyId === undefined ? {} : { CODEBUILD_KMS_KEY_ID: build.kmsKeyId }),
    CODEBUILD_PROJECT_ARN: build.projectArn,
    CODEBUILD_START_TIME: String(build.startedAt),
    ...(input.resolvedVersion === undefined ? {} : { CODEBUILD_RESOLVED_SOURCE_VERSION: input.resolvedVersion }),
    ...sourceVariables(input),
  }
}

/** `CODEBUILD_SRC_DIR`, and for each other source `CODEBUILD_SRC_DIR_<id>`, also with `_` for characters a shell cannot name. */
function sourceVariables({ job, sandbox, workspace }: EnvironmentInput): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {}
  for (const { identifier, version, repositoryUrl } of job.sources) {
    const names = identifier === '' ? [''] : new Set([`_${identifier}`, `_${identifier.replaceAll(/\W/g, '_')}`])
    for (const suffix of names) {
      variables[`CODEBUILD_SRC_DIR${suffix}`] = sandbox.inside(workspace.source(identifier))
      if (version !== undefined) variables[`CODEBUILD_SOURCE_VERSION${suffix}`] = version
      if (repositoryUrl !== undefined) variables[`CODEBUILD_SOURCE_REPO_URL${suffix}`] = repositoryUrl
    }
  }
  return variables
}
