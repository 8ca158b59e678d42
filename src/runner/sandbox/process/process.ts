import { randomUUID } from 'node:crypto'
import { isAbsolute, join, relative } from 'node:path'
import type { Workspace } from '../../build/workspace.ts'
import type { Sandbox, SandboxDriver } from '../sandbox.ts'
import { killGroup, spawnLeader, type Spawned } from '../spawned.ts'
import { killMarked } from './kill-marked.ts'

/** Finds the processes of a build again that left its process group. */
const MARKER = 'PIPEWRIGHT_SANDBOX'

/** Plain processes of this machine: their own process group, home and temporary folder, nothing hidden from them. */
export function createProcessDriver(reason: string): SandboxDriver {
  return {
    name: 'process',
    warning: `This build is not isolated from the machine it runs on: ${reason}`,
    open: openProcessSandbox,
  }
}

function openProcessSandbox(workspace: Workspace): Sandbox {
  const marker = `${MARKER}=${randomUUID()}`
  const started: Spawned[] = []
  const kill = async (): Promise<void> => {
    for (const { pid } of started) if (pid !== undefined) killGroup(pid)
    await killMarked(marker)
    await Promise.allSettled(started.map(({ exited }) => exited))
  }
  return {
    home: workspace.home,
    temp: workspace.temp,
    inside: (path) => path,
    outside: (path) => (isAbsolute(path) && isWithin(workspace.root, path) ? path : undefined),
    start(argv, { env, cwd, stdio }) {
      const child = spawnLeader(argv, { env: { ...env, [MARKER]: marker.slice(MARKER.length + 1) }, cwd, stdio })
      started.push(child)
      return child
    },
    kill,
    [Symbol.asyncDispose]: kill,
  }
}

const isWithin = (folder: string, path: string): boolean => !relative(folder, join(path)).startsWith('..')
