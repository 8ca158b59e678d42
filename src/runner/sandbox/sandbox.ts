/**
 * The door of sandboxes: where a build's commands run, and what they can see. Drivers: `bubblewrap` (own user, process, mount and
 * IPC spaces) where it works, else `process` (no isolation, said so in the build's log). Docker and Kubernetes have their place here.
 */
import type { Workspace } from '../build/workspace.ts'

export interface SandboxDriver {
  readonly name: 'bubblewrap' | 'process'
  /** one sentence for the build's log, when isolation is weaker than a build may expect */
  readonly warning?: string
  open(workspace: Workspace, options: SandboxOptions): Sandbox
}

export interface SandboxOptions {
  /** whether commands reach the network (they need it to reach Pipewright itself) */
  readonly network: boolean
}

/** Released: every process in it is dead. */
export interface Sandbox extends AsyncDisposable {
  readonly home: string
  readonly temp: string
  /** a path of the workspace as commands in the sandbox see it */
  inside(hostPath: string): string
  /** the other way round; `undefined` for what lies outside of the workspace */
  outside(path: string): string | undefined
  start(argv: readonly [string, ...string[]], options: StartOptions): SandboxProcess
  /** Ends all processes, also those that went into the background; resolves when they are gone. */
  kill(): Promise<void>
}

export interface StartOptions {
  readonly env: Readonly<Record<string, string>>
  /** host path inside the workspace */
  readonly cwd: string
  /** file descriptors for 0, 1, 2, 3…; the caller closes its copies afterwards */
  readonly stdio: readonly (number | 'ignore')[]
}

export interface SandboxProcess {
  /** exit status as a shell would show it: 128 + signal number when killed */
  readonly exited: Promise<number>
}

export { createBubblewrapDriver, bubblewrapWorks } from './bubblewrap/bubblewrap.ts'
export { createProcessDriver } from './process/process.ts'
