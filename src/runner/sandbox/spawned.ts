import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { SandboxProcess } from './sandbox.ts'

export interface Spawned extends SandboxProcess {
  readonly pid: number | undefined
}

/** Starts a process as the leader of a session and process group of its own: a terminal's signals do not reach it. */
export function spawnLeader(
  argv: readonly string[],
  options: { env: Readonly<Record<string, string>>; cwd: string; stdio: readonly (number | 'ignore')[] },
): Spawned {
  const [file = '', ...args] = argv
  const child = spawn(file, args, {
    env: { ...options.env },
    cwd: options.cwd,
    stdio: [...options.stdio],
    detached: true,
  })
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
  exited.catch(() => undefined) // whoever awaits it learns of it
  return { pid: child.pid, exited }
}

export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // gone already
  }
}
