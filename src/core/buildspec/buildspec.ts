/**
 * A buildspec as data. `parseBuildspec` reads one out of an already parsed YAML value, `planBuild` decides what a build of it does.
 * Source: AWS CodeBuild user guide, "Build specification reference for CodeBuild".
 */
export const COMMAND_PHASES = ['INSTALL', 'PRE_BUILD', 'BUILD', 'POST_BUILD'] as const
export type CommandPhaseName = (typeof COMMAND_PHASES)[number]

/** What a failed command phase asks for; `Default` when the buildspec says nothing. */
export type OnFailure =
  | { readonly type: 'Default' }
  | { readonly type: 'Abort' }
  | { readonly type: 'Continue' }
  /** runs the phase again, up to `times` more often, while the error message matches the regular expression `pattern` */
  | { readonly type: 'Retry'; readonly times: number; readonly pattern: string }

export interface PhaseSpec {
  readonly commands: readonly string[]
  readonly finally: readonly string[]
  readonly onFailure: OnFailure
  readonly runAs?: string
  /** runtime name -> version; only of INSTALL */
  readonly runtimeVersions: Readonly<Record<string, string>>
}

export interface ArtifactsSpec {
  /** glob patterns relative to the base directory */
  readonly files: readonly string[]
  readonly name?: string
  /** a directory or a glob of directories, relative to the source directory */
  readonly baseDirectory?: string
  readonly discardPaths: boolean
  readonly excludePaths: readonly string[]
  readonly enableSymlinks: boolean
  readonly s3Prefix?: string
}

export type Shell = 'sh' | 'bash'

export interface Buildspec {
  readonly version: '0.1' | '0.2'
  readonly runAs?: string
  readonly shell: Shell
  readonly variables: Readonly<Record<string, string>>
  /** variable name -> parameter name */
  readonly parameterStore: Readonly<Record<string, string>>
  /** variable name -> `secret-id[:json-key[:version-stage[:version-id]]]` */
  readonly secretsManager: Readonly<Record<string, string>>
  readonly exportedVariables: readonly string[]
  readonly gitCredentialHelper: boolean
  readonly phases: Readonly<Partial<Record<CommandPhaseName, PhaseSpec>>>
  readonly artifacts?: ArtifactsSpec
  readonly secondaryArtifacts: Readonly<Record<string, ArtifactsSpec>>
  /** parts that are understood as present but not acted upon, for a line in the build's log */
  readonly ignored: readonly ('reports' | 'cache' | 'batch' | 'proxy')[]
}

export interface BuildspecProblem {
  /** where in the document, e.g. `['phases', 'build', 'commands', 0]` */
  readonly path: readonly (string | number)[]
  readonly message: string
}

export { parseBuildspec } from './parse.ts'
export { planBuild, type BuildPlan, type PlannedPhase, type EnvironmentVariable } from './plan.ts'
export { parseSecretReference, type SecretReference } from './secret-reference.ts'
export { phaseAfter } from './phase-order.ts'
