/** UPLOAD_ARTIFACTS: which blocks of the buildspec go to which of the job's artifacts. */
import type { ArtifactsSpec, BuildPlan } from '../../core/buildspec/buildspec.ts'
import type { ArtifactReport, BuildJob, JobArtifacts, UploadRequest } from '../protocol.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { PhaseFailure } from './failure.ts'
import type { BuildLog } from './log.ts'
import type { BuildDependencies } from './run-build.ts'
import type { BuildShell } from './shell.ts'
import type { Workspace } from './workspace.ts'

export interface PreparedArtifacts {
  readonly artifacts: JobArtifacts
  readonly spec: ArtifactsSpec
  readonly name?: string
}

/** Expands variables in paths and names while the build's shell is still there. */
export async function prepareArtifacts(
  job: BuildJob,
  plan: BuildPlan,
  shell: BuildShell,
  log: BuildLog,
): Promise<readonly PreparedArtifacts[]> {
  const prepared: PreparedArtifacts[] = []
  for (const artifacts of job.artifacts) {
    const spec = artifacts.identifier === '' ? plan.artifacts : plan.secondaryArtifacts[artifacts.identifier]
    if (spec === undefined && artifacts.identifier !== '')
      throw new PhaseFailure('CLIENT_ERROR', `The buildspec has no secondary artifact ${artifacts.identifier}`)
    if (spec === undefined || spec.files.length === 0) {
      log.say('No artifacts in the buildspec: nothing to upload')
      continue
    }
    const name = artifacts.overrideName && spec.name !== undefined ? await expand(shell, spec.name) : undefined
    prepared.push({ artifacts, spec: await expandPaths(shell, spec), ...(name === undefined ? {} : { name }) })
  }
  return prepared
}

async function expandPaths(shell: BuildShell, spec: ArtifactsSpec): Promise<ArtifactsSpec> {
  const all = async (paths: readonly string[]): Promise<readonly string[]> => {
    const expanded: string[] = []
    for (const path of paths) expanded.push(await expand(shell, path)) // one shell: one after the other
    return expanded
  }
  const files = await all(spec.files)
  const excludePaths = await all(spec.excludePaths)
  if (spec.baseDirectory === undefined) return { ...spec, files, excludePaths }
  return { ...spec, files, excludePaths, baseDirectory: await expand(shell, spec.baseDirectory) }
}

const expand = async (shell: BuildShell, word: string): Promise<string> =>
  /[$`]/.test(word) ? await shell.expand(word) : word

export async function publishArtifacts(
  build: { readonly dependencies: BuildDependencies; readonly signal: AbortSignal; readonly log: BuildLog },
  prepared: readonly PreparedArtifacts[],
  workspace: Workspace,
  sandbox: Sandbox,
): Promise<readonly ArtifactReport[]> {
  if (prepared.length === 0) return []
  const [{ collectArtifacts }, { uploadArtifacts }] = await Promise.all([
    import('./collect-artifacts.ts'),
    import('./upload-artifacts.ts'),
  ])
  const reports: ArtifactReport[] = []
  const context = {
    control: workspace.control,
    target: (request: UploadRequest) => build.dependencies.reporter.upload(request),
    signal: build.signal,
  }
  for (const { artifacts, spec, name } of prepared) {
    const files = await collectArtifacts(spec, {
      source: workspace.source(''),
      boundary: workspace.root,
      outside: (path) => sandbox.outside(path),
      say: (message) => build.log.say(message),
    })
    reports.push(await uploadArtifacts(context, artifacts, files, name))
  }
  return reports
}
