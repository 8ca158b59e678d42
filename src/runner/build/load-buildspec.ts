import { readFile, realpath } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Buildspec } from '../../core/buildspec/buildspec.ts'
import type { BuildJob } from '../protocol.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { PhaseFailure } from './failure.ts'
import type { BuildLog } from './log.ts'
import { fetchText } from './source.ts'
import type { Workspace } from './workspace.ts'

/** @throws PhaseFailure YAML_FILE_ERROR when it is missing or broken */
export async function loadBuildspec(
  { job, log, signal }: { readonly job: BuildJob; readonly log: BuildLog; readonly signal: AbortSignal },
  workspace: Workspace,
  sandbox: Sandbox,
): Promise<Buildspec> {
  const { readBuildspec } = await import('./read-buildspec.ts')
  const { buildspec } = job
  switch (buildspec.type) {
    case 'Inline':
      return readBuildspec(buildspec.text, 'inline buildspec')
    case 'Object':
      log.say(`YAML location is ${buildspec.name}`)
      return readBuildspec(await fetchText(buildspec.url, buildspec.name, signal), buildspec.name)
    case 'File': {
      const path = join(workspace.source(''), buildspec.path)
      const shown = sandbox.inside(path)
      log.say(`YAML location is ${shown}`)
      return readBuildspec(await readInside(workspace.source(''), path, shown), buildspec.path)
    }
    default:
      return buildspec satisfies never
  }
}

/** A link in the source, or `../`, must not show the build a file of this machine. */
async function readInside(folder: string, path: string, shown: string): Promise<string> {
  const real = await realpath(path).catch(() => undefined)
  if (real === undefined || relative(await realpath(folder), real).startsWith('..')) {
    throw new PhaseFailure('YAML_FILE_ERROR', `YAML file does not exist: ${shown}`)
  }
  return await readFile(real, 'utf8').catch((error: unknown) => {
    throw new PhaseFailure('YAML_FILE_ERROR', `YAML file cannot be read: ${shown}`, { cause: error })
  })
}
