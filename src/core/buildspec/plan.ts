import {
  COMMAND_PHASES,
  type ArtifactsSpec,
  type Buildspec,
  type CommandPhaseName,
  type OnFailure,
  type Shell,
} from './buildspec.ts'

/** One variable as CodeBuild's API knows it. */
export interface EnvironmentVariable {
  readonly name: string
  readonly value: string
  readonly type?: 'PLAINTEXT' | 'PARAMETER_STORE' | 'SECRETS_MANAGER'
}

export interface PlannedPhase {
  readonly name: CommandPhaseName
  readonly commands: readonly string[]
  readonly finally: readonly string[]
  readonly onFailure: OnFailure
  readonly runAs: string
}

export interface BuildPlan {
  readonly shell: Shell
  /** 0.1 ran each command in a shell of its own */
  readonly shellPerCommand: boolean
  /** always all four, in order: CodeBuild lists phases without commands too */
  readonly phases: readonly PlannedPhase[]
  /** one entry a name; later sources replaced earlier ones */
  readonly environment: readonly Required<EnvironmentVariable>[]
  readonly exportedVariables: readonly string[]
  readonly artifacts: ArtifactsSpec | undefined
  readonly secondaryArtifacts: Readonly<Record<string, ArtifactsSpec>>
  readonly runtimeVersions: Readonly<Record<string, string>>
  /** for the build's log */
  readonly warnings: readonly string[]
}

export interface PlanInput {
  readonly spec: Buildspec
  /** the project's variables with those of StartBuild merged over them */
  readonly environment: readonly EnvironmentVariable[]
}

/** Decides what a build of this buildspec does. Precedence of a variable name: StartBuild, then project, then buildspec. */
export function planBuild({ spec, environment }: PlanInput): BuildPlan {
  const runtimeVersions = spec.phases.INSTALL?.runtimeVersions ?? {}
  return {
    shell: spec.shell,
    shellPerCommand: spec.version === '0.1',
    phases: COMMAND_PHASES.map((name) => planPhase(spec, name)),
    environment: mergeEnvironment(spec, environment),
    exportedVariables: spec.exportedVariables.filter((name) => isExportable(name, environment)),
    artifacts: spec.artifacts,
    secondaryArtifacts: spec.secondaryArtifacts,
    runtimeVersions,
    warnings: warningsOf(spec, runtimeVersions, environment),
  }
}

function planPhase(spec: Buildspec, name: CommandPhaseName): PlannedPhase {
  const phase = spec.phases[name]
  return {
    name,
    commands: phase?.commands ?? [],
    finally: phase?.finally ?? [],
    onFailure: phase?.onFailure ?? { type: 'Default' },
    runAs: phase?.runAs ?? spec.runAs ?? 'root',
  }
}

function mergeEnvironment(
  spec: Buildspec,
  environment: readonly EnvironmentVariable[],
): readonly Required<EnvironmentVariable>[] {
  const typed = (variables: Readonly<Record<string, string>>, type: Required<EnvironmentVariable>['type']) =>
    Object.entries(variables).map(([name, value]) => ({ name, value, type }))
  const inOrder = [
    ...typed(spec.variables, 'PLAINTEXT'),
    ...typed(spec.parameterStore, 'PARAMETER_STORE'),
    ...typed(spec.secretsManager, 'SECRETS_MANAGER'),
    ...environment.map(({ name, value, type }) => ({ name, value, type: type ?? 'PLAINTEXT' })),
  ]
  return [...new Map(inOrder.map((variable) => [variable.name, variable])).values()]
}

/** Not exportable: what the project took from Parameter Store or Secrets Manager, and names that start with `AWS_`. */
function isExportable(name: string, environment: readonly EnvironmentVariable[]): boolean {
  const isSecret = environment.some(
    (variable) => variable.name === name && (variable.type ?? 'PLAINTEXT') !== 'PLAINTEXT',
  )
  return !isSecret && !name.startsWith('AWS_')
}

function warningsOf(
  spec: Buildspec,
  runtimeVersions: Readonly<Record<string, string>>,
  environment: readonly EnvironmentVariable[],
): readonly string[] {
  const runtimes = Object.entries(runtimeVersions).map(([runtime, version]) => `${runtime} ${version}`)
  const notExported = spec.exportedVariables.filter((name) => !isExportable(name, environment))
  return [
    ...(runtimes.length > 0
      ? [
          `Skipping install of runtimes (${runtimes.join(', ')}): runtime-versions needs a curated image; the tools of this machine are used`,
        ]
      : []),
    ...spec.ignored.map((key) => `Skipping section ${key} of the buildspec: Pipewright does not support it yet`),
    ...notExported.map((name) => `Skipping exported variable ${name}: it is a secret or starts with AWS_`),
  ]
}
