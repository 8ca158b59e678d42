import { isAbsolute, join, relative } from 'node:path'
import type { Workspace } from '../../build/workspace.ts'
import type { Sandbox, SandboxDriver } from '../sandbox.ts'
import { killGroup, spawnLeader, type Spawned } from '../spawned.ts'
import { killMarked } from './kill-marked.ts'

/** Names the build's folder; finds processes of a build again that left its process group, also after the runner was killed. */
export const SANDBOX_VARIABLE = 'PIPEWRIGHT_SANDBOX'

/** Plain processes of this machine: their own process group, home and temporary folder, nothing hidden from them. */
export function createProcessDriver(reason: string): SandboxDriver {
  return {
    name: 'process',
    warning: `This build is not isolated from the machine it runs on: ${reason}`,
    open: openProcessSandbox,
  }
}

function openProcessSandbox(workspace: Workspace): Sandbox {
  const started: Spawned[] = []
  const kill = async (): Promise<void> => {
    for (const { pid } of started) if (pid !== undefined) killGroup(pid)
    await killMarked(`${SANDBOX_VARIABLE}=${workspace.root}\0`)
    await Promise.allSettled(started.map(({ exited }) => exited))
  }
  return {
    home: workspace.home,
    temp: workspace.temp,
    inside: (path) => path,
    outside: (path) => (isAbsolute(path) && isWithin(workspace.root, path) ? path : undefined),
    start(argv, { env, cwd, stdio }) {
      const child = spawnLeader(argv, { env: { ...env, [SANDBOX_VARIABLE]: workspace.root }, cwd, stdio })
      started.push(child)
      return child
    },
    kill,
    [Symbol.asyncDispose]: kill,
  }
}

const isWithin = (folder: string, path: string): boolean => !relative(folder, join(path)).startsWith('..')
