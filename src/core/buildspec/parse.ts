import type {
  ArtifactsSpec,
  Buildspec,
  BuildspecProblem,
  CommandPhaseName,
  OnFailure,
  PhaseSpec,
  Shell,
} from './buildspec.ts'
import { parseOnFailure } from './on-failure.ts'
import { flag, isEmpty, mapping, problem, text, textMap, texts, type Path, type Reading } from './read.ts'
import { parseSecretReference } from './secret-reference.ts'

const PHASE_KEYS: Readonly<Record<string, CommandPhaseName>> = {
  install: 'INSTALL',
  pre_build: 'PRE_BUILD',
  build: 'BUILD',
  post_build: 'POST_BUILD',
}
const VERSIONS: Readonly<Record<string, Buildspec['version']>> = { '0.1': '0.1', '0.2': '0.2' }
const SHELLS: Readonly<Record<string, Shell>> = { bash: 'bash', sh: 'sh', '/bin/sh': 'sh', '/bin/bash': 'bash' }
const WINDOWS_SHELLS: ReadonlySet<string> = new Set(['powershell.exe', 'cmd.exe'])
const IGNORED = ['reports', 'cache', 'batch', 'proxy'] as const

/**
 * Reads a buildspec of version 0.2 (or 0.1) out of a parsed YAML or JSON value.
 * @returns the buildspec, or every problem found. Unknown top-level keys are ignored, as AWS does.
 */
export function parseBuildspec(
  value: unknown,
): { readonly spec: Buildspec } | { readonly problems: readonly BuildspecProblem[] } {
  const reading: Reading = { problems: [] }
  if (isEmpty(value)) return { problems: [{ path: [], message: 'The buildspec is empty' }] }
  const spec = readDocument(reading, value)
  return reading.problems.length > 0 ? { problems: reading.problems } : { spec }
}

function readDocument(reading: Reading, value: unknown): Buildspec {
  const document = mapping(reading, value, [])
  if (reading.problems.length > 0) return { ...EMPTY }
  const version = readVersion(reading, document['version'])
  const env = mapping(reading, document['env'], ['env'])
  const runAs = text(reading, document['run-as'], ['run-as'])
  const artifacts = readArtifacts(reading, document['artifacts'], ['artifacts'])
  return {
    version,
    ...(runAs ? { runAs } : {}),
    shell: readShell(reading, env['shell']),
    variables: readVariables(reading, document, version),
    parameterStore: variableMap(reading, env['parameter-store'], ['env', 'parameter-store']),
    secretsManager: readSecrets(reading, env['secrets-manager']),
    exportedVariables: texts(reading, env['exported-variables'], ['env', 'exported-variables']),
    gitCredentialHelper: flag(reading, env['git-credential-helper'], ['env', 'git-credential-helper']),
    phases: readPhases(reading, document),
    ...(artifacts === undefined ? {} : { artifacts }),
    secondaryArtifacts: readSecondaryArtifacts(reading, document['artifacts']),
    ignored: IGNORED.filter((key) => !isEmpty(document[key])),
  }
}

const EMPTY: Buildspec = {
  version: '0.2',
  shell: 'sh',
  variables: {},
  parameterStore: {},
  secretsManager: {},
  exportedVariables: [],
  gitCredentialHelper: false,
  phases: {},
  secondaryArtifacts: {},
  ignored: [],
}

function readVersion(reading: Reading, value: unknown): Buildspec['version'] {
  if (isEmpty(value)) problem(reading, ['version'], 'version is missing; write "version: 0.2"')
  const version = VERSIONS[String(text(reading, value, ['version']))]
  if (version === undefined && !isEmpty(value))
    problem(reading, ['version'], `Invalid buildspec version: ${text(reading, value, []) ?? ''}; 0.1 and 0.2 are known`)
  return version ?? '0.2'
}

function readShell(reading: Reading, value: unknown): Shell {
  if (isEmpty(value)) return 'sh'
  const wanted = text(reading, value, ['env', 'shell']) ?? ''
  const shell = SHELLS[wanted]
  if (shell !== undefined) return shell
  const why = WINDOWS_SHELLS.has(wanted) ? 'needs a Windows build environment' : 'is not one of bash, /bin/sh'
  problem(reading, ['env', 'shell'], `env.shell: ${wanted} ${why}`)
  return 'sh'
}

/** 0.1 kept its variables in `environment_variables.plaintext`. */
function readVariables(reading: Reading, document: Readonly<Record<string, unknown>>, version: Buildspec['version']) {
  const current = variableMap(reading, mapping(reading, document['env'], ['env'])['variables'], ['env', 'variables'])
  if (version === '0.2') return current
  const old = mapping(reading, document['environment_variables'], ['environment_variables'])
  return { ...current, ...variableMap(reading, old['plaintext'], ['environment_variables', 'plaintext']) }
}

function variableMap(reading: Reading, value: unknown, path: Path) {
  const variables = textMap(reading, value, path)
  for (const name of Object.keys(variables)) {
    if (name.startsWith('CODEBUILD_'))
      problem(reading, [...path, name], `${name}: names must not start with CODEBUILD_`)
    else if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      problem(reading, [...path, name], `"${name}" cannot be the name of an environment variable`)
  }
  return variables
}

function readSecrets(reading: Reading, value: unknown) {
  const path = ['env', 'secrets-manager']
  const secrets = variableMap(reading, value, path)
  for (const [name, reference] of Object.entries(secrets)) {
    const parsed = parseSecretReference(reference)
    if (typeof parsed === 'string') problem(reading, [...path, name], parsed)
  }
  return secrets
}

function readPhases(reading: Reading, document: Readonly<Record<string, unknown>>) {
  const phases = mapping(reading, document['phases'], ['phases'])
  const known: Partial<Record<CommandPhaseName, PhaseSpec>> = {}
  for (const [key, value] of Object.entries(phases)) {
    const phase = PHASE_KEYS[key]
    if (phase === undefined)
      problem(reading, ['phases', key], `Unknown phase "${key}"; phases are ${Object.keys(PHASE_KEYS).join(', ')}`)
    else known[phase] = readPhase(reading, value, ['phases', key])
  }
  if (Object.keys(phases).length === 0 && isEmpty(document['batch']))
    problem(reading, ['phases'], 'No phases found in the buildspec')
  return known
}

function readPhase(reading: Reading, value: unknown, path: Path): PhaseSpec {
  const phase = mapping(reading, value, path)
  const runAs = text(reading, phase['run-as'], [...path, 'run-as'])
  const commands = texts(reading, phase['commands'], [...path, 'commands'])
  if (path.at(-1) !== 'install' && !('commands' in phase)) problem(reading, path, `${path.join('.')} has no commands`)
  return {
    commands,
    finally: texts(reading, phase['finally'], [...path, 'finally']),
    onFailure: readOnFailure(reading, phase['on-failure'], [...path, 'on-failure']),
    ...(runAs ? { runAs } : {}),
    runtimeVersions: textMap(reading, phase['runtime-versions'], [...path, 'runtime-versions']),
  }
}

function readOnFailure(reading: Reading, value: unknown, path: Path): OnFailure {
  if (isEmpty(value)) return { type: 'Default' }
  const onFailure = parseOnFailure(text(reading, value, path) ?? '')
  if (typeof onFailure !== 'string') return onFailure
  problem(reading, path, onFailure)
  return { type: 'Default' }
}

function readArtifacts(reading: Reading, value: unknown, path: Path): ArtifactsSpec | undefined {
  const artifacts = mapping(reading, value, path)
  if (isEmpty(value) || Object.keys(artifacts).length === 0) return undefined
  const files = texts(reading, artifacts['files'], [...path, 'files'])
  // a block that only lists secondary artifacts is common, and the top `files` would not be uploaded anyway
  if (files.length === 0 && isEmpty(artifacts['secondary-artifacts'])) {
    problem(reading, [...path, 'files'], `${path.join('.')}.files is missing`)
  }
  const part = (key: string): string | undefined => text(reading, artifacts[key], [...path, key])
  const [name, baseDirectory, s3Prefix] = [part('name'), part('base-directory'), part('s3-prefix')]
  return {
    files,
    ...(name ? { name } : {}),
    ...(baseDirectory ? { baseDirectory } : {}),
    discardPaths: flag(reading, artifacts['discard-paths'], [...path, 'discard-paths']),
    excludePaths: texts(reading, artifacts['exclude-paths'], [...path, 'exclude-paths']),
    enableSymlinks: flag(reading, artifacts['enable-symlinks'], [...path, 'enable-symlinks']),
    ...(s3Prefix ? { s3Prefix } : {}),
  }
}

function readSecondaryArtifacts(reading: Reading, value: unknown): Readonly<Record<string, ArtifactsSpec>> {
  if (isEmpty(value) || typeof value !== 'object' || Array.isArray(value)) return {}
  const path = ['artifacts', 'secondary-artifacts']
  const secondary = mapping(reading, (value as Readonly<Record<string, unknown>>)['secondary-artifacts'], path)
  return Object.fromEntries(
    Object.entries(secondary).flatMap(([identifier, block]) => {
      const artifacts = readArtifacts(reading, block, [...path, identifier])
      if (artifacts === undefined)
        problem(reading, [...path, identifier], `${path.join('.')}.${identifier} has no files`)
      return artifacts === undefined ? [] : [[identifier, artifacts]]
    }),
  )
}
