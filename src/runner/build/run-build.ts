/**
 * One build from its source to its artifacts. A function of a job: the process around it (`main.ts`) only carries messages.
 * A failing build is a result; what throws is a bug of ours or the end of the connection to the server.
 */
import { phaseAfter, planBuild, type BuildPlan, type PlannedPhase } from '../../core/buildspec/buildspec.ts'
import { createRedactor, type Redactor } from '../redact.ts'
import type {
  ArtifactReport,
  BuildJob,
  BuildResult,
  BuildStatus,
  LogLine,
  PhaseContext,
  PhaseReport,
  SecretsAnswer,
  SecretsRequest,
  UploadRequest,
  UploadTarget,
} from '../protocol.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { buildEnvironment } from './environment.ts'
import { namesError } from './error-pattern.ts'
import { messageOf, PhaseFailure } from './failure.ts'
import { loadBuildspec } from './load-buildspec.ts'
import { createBuildLog, type BuildLog } from './log.ts'
import { recordPhases, type PhaseRecorder } from './phases.ts'
import { publishArtifacts, prepareArtifacts } from './publish-artifacts.ts'
import { openShell, type BuildShell } from './shell.ts'
import { downloadSource } from './source.ts'
import type { Room, Rooms } from './rooms.ts'

/** How a build tells about itself. Promises are back-pressure. */
export interface BuildReporter {
  log(lines: readonly LogLine[]): Promise<void>
  phases(phases: readonly PhaseReport[], resolvedVersion: string | undefined): void
  secrets(request: SecretsRequest): Promise<SecretsAnswer>
  upload(request: UploadRequest): Promise<UploadTarget>
  /** all of its processes are gone; its folders go afterwards */
  result(result: BuildResult): Promise<void>
}

export interface BuildDependencies {
  readonly reporter: BuildReporter
  readonly rooms: Rooms
  /** see `inheritedEnvironment` */
  readonly inherited: Readonly<Record<string, string>>
  readonly now: () => number
}

/** Reason of the signal when somebody stopped the build; anything else counts as a fault of the runner's. */
export class BuildStopped extends Error {
  override readonly name = 'BuildStopped'
}

/** @param signal ends the build; its reason decides whether it counts as stopped */
export async function runBuild(
  job: BuildJob,
  dependencies: BuildDependencies,
  signal: AbortSignal,
): Promise<BuildResult> {
  const { reporter, now, rooms } = dependencies
  const timeout = AbortSignal.timeout(job.timeoutSeconds * 1000)
  const ending = AbortSignal.any([signal, timeout])
  const { accessKeyId, secretAccessKey, sessionToken } = job.credentials
  const redactor = createRedactor([accessKeyId, secretAccessKey, sessionToken])
  const log = createBuildLog({ redactor, now, send: (lines) => reporter.log(lines) })
  const state: BuildState = { failed: false, resolvedVersion: undefined, exported: [], artifacts: [] }
  const phases = recordPhases(now, (list) => reporter.phases(list, state.resolvedVersion))
  for (const message of ['Waiting for agent ping', 'Waiting for DOWNLOAD_SOURCE']) log.say(message)
  phases.start('DOWNLOAD_SOURCE')
  log.say('Phase is DOWNLOAD_SOURCE')
  await using room = await rooms.take(job.network)
  const build: Build = { job, dependencies, room, signal: ending, redactor, log, phases, state }

  const status = await execute(build).then(
    () => (state.failed ? 'FAILED' : 'SUCCEEDED'),
    (error: unknown) => endedBy(build, error),
  )
  await room.sandbox.kill()
  await log.flush()
  const result = { status, exportedVariables: state.exported, artifacts: state.artifacts } as const
  await reporter.result(result)
  return result
}

interface BuildState {
  failed: boolean
  resolvedVersion: string | undefined
  exported: BuildResult['exportedVariables']
  artifacts: readonly ArtifactReport[]
}

interface Build {
  readonly job: BuildJob
  readonly dependencies: BuildDependencies
  readonly room: Room
  readonly signal: AbortSignal
  readonly redactor: Redactor
  readonly log: BuildLog
  readonly phases: PhaseRecorder
  readonly state: BuildState
}

/** Stopped, timed out, or broken: the phase under way and the build end alike. */
function endedBy({ signal, phases, log }: Build, error: unknown): BuildStatus {
  const reason: unknown = signal.aborted ? signal.reason : error
  const status: BuildStatus =
    reason instanceof BuildStopped
      ? 'STOPPED'
      : reason instanceof Error && reason.name === 'TimeoutError'
        ? 'TIMED_OUT'
        : 'FAULT'
  const message = status === 'TIMED_OUT' ? 'The build ran longer than its timeout' : messageOf(reason)
  log.say(`Build ${status}: ${message}`)
  phases.end(status, { statusCode: status === 'FAULT' ? 'INTERNAL_SERVICE_ERROR' : '', message })
  return status
}

async function execute(build: Build): Promise<void> {
  const { phases, room, signal } = build
  const prepared = await attempt(build, () => prepare(build))
  if (prepared !== undefined) await killedWith(signal, room.sandbox, () => runPhases(build, prepared))
  phases.start('FINALIZING')
  phases.end('SUCCEEDED')
}

/** Runs one phase's work; a PhaseFailure ends the phase and fails the build, anything else is not for the phase to handle. */
async function attempt<T>(
  { phases, state, log, redactor, signal }: Build,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    const result = await work()
    signal.throwIfAborted()
    finish('SUCCEEDED', { statusCode: '', message: '' })
    return result
  } catch (error) {
    if (signal.aborted || !(error instanceof PhaseFailure)) throw error
    state.failed = true
    finish('FAILED', { statusCode: error.context.statusCode, message: redactor.text(error.context.message) })
    return undefined
  }
  function finish(status: BuildStatus, context: PhaseContext): void {
    log.say(`Phase complete: ${phases.phases.at(-1)?.type ?? ''} State: ${status}`)
    log.say(`Phase context status code: ${context.statusCode} Message: ${context.message}`)
    phases.end(status, context)
  }
}

async function killedWith(signal: AbortSignal, sandbox: Sandbox, work: () => Promise<void>): Promise<void> {
  const kill = (): void => void sandbox.kill()
  signal.addEventListener('abort', kill, { once: true })
  try {
    signal.throwIfAborted()
    await work()
  } finally {
    signal.removeEventListener('abort', kill)
  }
}

interface Prepared {
  readonly plan: BuildPlan
  readonly env: Readonly<Record<string, string>>
}

async function prepare(build: Build): Promise<Prepared> {
  const { job, dependencies, log, state, signal, redactor, room } = build
  const { workspace, sandbox } = room
  const [primary, ...others] = job.sources
  const [resolvedVersion] = await Promise.all([
    downloadSource({ job, workspace, signal }, primary),
    ...others.map((source) => downloadSource({ job, workspace, signal }, source)),
  ])
  state.resolvedVersion = resolvedVersion
  log.say(`CODEBUILD_SRC_DIR=${sandbox.inside(workspace.source(''))}`)
  const spec = await loadBuildspec(build, workspace, sandbox)
  const plan = planBuild({ spec, environment: job.environment })
  for (const warning of warningsOf(build, plan)) log.say(`[WARNING] ${warning}`)
  log.say('Processing environment variables')
  const variables = await resolveVariables(build, plan)
  redactor.add(plan.environment.flatMap(({ name, type }) => (type === 'PLAINTEXT' ? [] : [variables[name] ?? ''])))
  log.say(`Phases found in YAML: ${plan.phases.filter(({ commands }) => commands.length > 0).length}`)
  for (const { name, commands } of plan.phases)
    if (commands.length > 0) log.say(` ${name}: ${commands.length} commands`)
  const env = buildEnvironment({
    job,
    sandbox,
    workspace,
    inherited: dependencies.inherited,
    variables,
    resolvedVersion,
  })
  return { plan, env }
}

function warningsOf({ job, dependencies }: Build, plan: BuildPlan): readonly string[] {
  const users = new Set(plan.phases.map(({ runAs }) => runAs).filter((user) => user !== 'root'))
  const { warning } = dependencies.rooms
  return [
    ...(warning === undefined ? [] : [warning]),
    ...plan.warnings,
    ...[...users].map((user) => `Ignoring run-as: ${user}: this runner runs all commands as one user`),
    ...(job.build.privileged
      ? ['Ignoring privilegedMode: this runner starts no containers; a Docker daemon is not there']
      : []),
  ]
}

async function resolveVariables(
  { dependencies, redactor }: Build,
  { environment }: BuildPlan,
): Promise<Readonly<Record<string, string>>> {
  const secret = environment.filter(({ type }) => type !== 'PLAINTEXT')
  const plain = Object.fromEntries(environment.map(({ name, value }) => [name, value]))
  if (secret.length === 0) return plain
  const answer = await dependencies.reporter.secrets({ variables: secret })
  if ('problem' in answer) throw new PhaseFailure('Decrypted Variables Error', answer.problem)
  const { values } = answer
  redactor.add(Object.values(values))
  return { ...plain, ...values }
}

async function runPhases(build: Build, { plan, env }: Prepared): Promise<void> {
  const { log, phases, state, redactor, room } = build
  const { sandbox, supervisor, workspace } = room
  const shell = openShell(supervisor, {
    shell: plan.shell,
    shellPerCommand: plan.shellPerCommand,
    env,
    cwd: sandbox.inside(workspace.source('')),
    output: log,
  })
  let next = plan.phases[0]?.name as ReturnType<typeof phaseAfter>
  for (const phase of plan.phases) {
    if (phase.name !== next) continue
    phases.start(phase.name)
    log.say(`Entering phase ${phase.name}`)
    const succeeded = await attempt(build, () => runPhase(build, shell, phase).then(() => true))
    if (succeeded === undefined) await shell.run('export CODEBUILD_BUILD_SUCCEEDING=0')
    if (phase.name === 'POST_BUILD') state.exported = await readExported(shell, plan, redactor)
    next = phaseAfter(phase.name, succeeded === undefined, phase.onFailure)
  }
  if (next !== 'UPLOAD_ARTIFACTS') return
  phases.start('UPLOAD_ARTIFACTS')
  await attempt(build, async () => {
    const prepared = await prepareArtifacts(build.job, plan, shell, log)
    // whatever still runs in the background must not change files while they are packed
    await sandbox.kill()
    state.artifacts = await publishArtifacts(build, prepared, workspace, sandbox)
  })
}

async function readExported(
  shell: BuildShell,
  { exportedVariables }: BuildPlan,
  redactor: Redactor,
): Promise<BuildResult['exportedVariables']> {
  const exported: { name: string; value: string }[] = []
  for (const name of exportedVariables.filter((name) => /^[A-Za-z_]\w*$/.test(name)))
    exported.push({ name, value: redactor.text(await shell.expand(`\${${name}-}`)) })
  return exported
}

/** @throws PhaseFailure COMMAND_EXECUTION_ERROR of the last attempt */
async function runPhase(build: Build, shell: BuildShell, phase: PlannedPhase): Promise<void> {
  const { onFailure } = phase
  const retries = onFailure.type === 'Retry' ? onFailure.times : 0
  for (let run = 0; ; run++) {
    const failure = await runOnce(build, shell, phase)
    if (failure === undefined) return
    if (onFailure.type !== 'Retry' || run >= retries) throw failure
    const isNamed = await namesError(onFailure.pattern, failure.message)
    if (isNamed === undefined)
      build.log.say(
        `[WARNING] on-failure: "${onFailure.pattern}" cannot be matched in linear time, so nothing is retried`,
      )
    if (!isNamed) throw failure
    build.log.say(`Retrying phase ${phase.name}, retry ${run + 1} of ${retries}`)
  }
}

/** Commands until one fails, then `finally` in any case. @returns the first failure */
async function runOnce(build: Build, shell: BuildShell, phase: PlannedPhase): Promise<PhaseFailure | undefined> {
  const failure = await runCommands(build, shell, phase.commands)
  if (failure !== undefined && phase.finally.length > 0) await shell.run('export CODEBUILD_BUILD_SUCCEEDING=0')
  const lateFailure = await runCommands(build, shell, phase.finally)
  return failure ?? lateFailure
}

async function runCommands(
  { log, signal }: Build,
  shell: BuildShell,
  commands: readonly string[],
): Promise<PhaseFailure | undefined> {
  for (const command of commands) {
    log.say(`Running command ${command}`)
    const status = await shell.run(command)
    signal.throwIfAborted()
    if (status === 0) continue
    log.say(`Command did not exit successfully ${command} exit status ${status}`)
    return new PhaseFailure(
      'COMMAND_EXECUTION_ERROR',
      `Error while executing command: ${command}. Reason: exit status ${status}`,
    )
  }
  return undefined
}
