/** Rules of a project. Source: AWS CodeBuild API reference, CreateProject; codebuild.md section 1. */
import type { ProjectArtifacts, ProjectSource } from '@aws-sdk/client-codebuild'
import { invalidInput } from './errors.ts'
import type { ProjectRecord } from './project-record.ts'

const MAX_SECONDARY = 12
const MAX_TAGS = 50
const RANGES = {
  timeoutInMinutes: [5, 2160],
  queuedTimeoutInMinutes: [5, 480],
} as const
const SOURCE_TYPES: ReadonlySet<string> = new Set([
  'CODECOMMIT',
  'CODEPIPELINE',
  'GITHUB',
  'GITHUB_ENTERPRISE',
  'GITLAB',
  'GITLAB_SELF_MANAGED',
  'BITBUCKET',
  'S3',
  'NO_SOURCE',
])
const ARTIFACT_TYPES: ReadonlySet<string> = new Set(['CODEPIPELINE', 'S3', 'NO_ARTIFACTS'])

/** @throws InvalidInputException for the first rule that is broken */
export function validateProject(project: Omit<ProjectRecord, 'createdAt' | 'modifiedAt'>): void {
  const { name, source, artifacts, environment, serviceRole } = project
  require(/^[A-Za-z0-9][A-Za-z0-9\-_]{1,149}$/.test(
    name,
  ), `Invalid project name: ${name}. It must match [A-Za-z0-9][A-Za-z0-9\\-_]{1,149}`)
  require(source !== undefined, 'Project source is required')
  require(artifacts !== undefined, 'Project artifacts are required')
  require(environment !== undefined, 'Project environment is required')
  for (const member of ['type', 'image', 'computeType'] as const)
    require(environment?.[member], `Invalid environment: ${member} is required`)
  require(/^arn:[\w-]+:iam::\d{12}:role\/.+/.test(serviceRole ?? ''), `Invalid service role: ${serviceRole ?? ''}`)
  validateTimeouts(project)
  validateSource(source)
  validateArtifacts(artifacts)
  require((source?.type === 'CODEPIPELINE') ===
    (artifacts?.type ===
      'CODEPIPELINE'), 'Invalid artifacts: CODEPIPELINE source and CODEPIPELINE artifacts must be used together')
  validateSecondary(project.secondarySources, 'secondarySources', 'sourceIdentifier', validateSource)
  validateSecondary(project.secondaryArtifacts, 'secondaryArtifacts', 'artifactIdentifier', validateArtifacts)
  require((project.tags ?? []).length <= MAX_TAGS, `Invalid tags: at most ${MAX_TAGS} are allowed`)
  validateVariables(environment?.environmentVariables)
}

export function validateTimeouts(timeouts: {
  readonly [Member in keyof typeof RANGES]?: number | undefined
}): void {
  for (const [member, [min, max]] of Object.entries(RANGES)) {
    const value = timeouts[member as keyof typeof RANGES]
    require(value === undefined ||
      (value >= min && value <= max), `Invalid ${member}: ${value}. It must be between ${min} and ${max}`)
  }
}

export function validateSource(source: ProjectSource | undefined): void {
  if (source === undefined) return
  const { type = '', location = '', buildspec } = source
  require(SOURCE_TYPES.has(type), `Invalid source type: ${type}`)
  if (type === 'S3')
    require(/^[^/]+\/.+/.test(location), 'Invalid project source: location must be a valid S3 source: bucket/key')
  if (type === 'CODECOMMIT')
    require(location !== '', 'Invalid project source: location must be a valid CodeCommit repository URL')
  if (type === 'NO_SOURCE') {
    require(isInline(buildspec), 'Invalid project source: a project with NO_SOURCE must have an inline buildspec')
  }
}

export function validateArtifacts(artifacts: ProjectArtifacts | undefined): void {
  if (artifacts === undefined) return
  const { type = '', location = '' } = artifacts
  require(ARTIFACT_TYPES.has(type), `Invalid artifacts type: ${type}`)
  require(type !== 'S3' || location !== '', 'Invalid artifacts: location must be a valid S3 bucket name')
}

export function validateVariables(variables: readonly { name?: string | undefined }[] | undefined): void {
  for (const { name = '' } of variables ?? []) {
    require(/^[A-Za-z_][A-Za-z0-9_]*$/.test(name), `Invalid environment variable name: ${name}`)
    require(!name.startsWith(
      'CODEBUILD_',
    ), `Invalid environment variable name: ${name}. Names must not start with CODEBUILD_`)
  }
}

/** Several lines, or the beginning of YAML or JSON: otherwise it is a path. */
export const isInline = (buildspec: string | undefined): boolean =>
  buildspec !== undefined && (buildspec.includes('\n') || /^\s*(?:\{|version\s*:)/.test(buildspec))

function validateSecondary<Item extends ProjectSource | ProjectArtifacts>(
  items: readonly Item[] | undefined,
  member: string,
  identifier: 'sourceIdentifier' | 'artifactIdentifier',
  validate: (item: Item) => void,
): void {
  require((items ?? []).length <= MAX_SECONDARY, `Invalid ${member}: at most ${MAX_SECONDARY} are allowed`)
  const names = new Set<string>()
  for (const item of items ?? []) {
    const name = (item as Partial<Record<typeof identifier, string>>)[identifier] ?? ''
    // a pipeline's output artifacts may have a dash in their names, and come as identifiers
    require(/^[\w-]{1,128}$/.test(
      name,
    ), `Invalid ${member}: ${identifier} "${name}" must be letters, digits and underscores`)
    require(!names.has(name), `Invalid ${member}: ${identifier} "${name}" is used twice`)
    names.add(name)
    validate(item)
  }
}

function require(condition: unknown, message: string): void {
  if (!condition) throw invalidInput(message)
}
