import { spawnSync } from 'node:child_process'
import { isAbsolute, join, relative } from 'node:path'
import type { Workspace } from '../../build/workspace.ts'
import type { Sandbox, SandboxDriver, SandboxOptions } from '../sandbox.ts'
import { killGroup, spawnLeader, type Spawned } from '../spawned.ts'
import { systemMounts, toolMounts } from './mounts.ts'

const NAMESPACES = ['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try']
const INSIDE_HOME = '/root'

/**
 * Own user, process, mount, IPC and host name spaces: root inside, nobody outside. Of the machine's files only the system's
 * programs are there, read-only; the build's folder appears at `/codebuild`, its home at `/root`, its temporary folder at `/tmp`.
 * @param hidden folders that must not be seen even where they lie below a system folder (the server's data)
 * @param path the PATH builds get; tool folders on it outside of the system's are shown read-only
 */
export function createBubblewrapDriver(options: { hidden: readonly string[]; path: string }): SandboxDriver {
  const mounts = [...systemMounts(options.hidden), ...toolMounts(options.path, options.hidden)]
  return { name: 'bubblewrap', open: (workspace, sandbox) => openBubblewrap(mounts, workspace, sandbox) }
}

/** Whether unprivileged namespaces are allowed here. Asked once, when a runner starts. */
export function bubblewrapWorks(): boolean {
  const probe = spawnSync(
    'bwrap',
    [...NAMESPACES, '--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev', '--uid', '0', 'true'],
    {
      stdio: 'ignore',
      timeout: 5000,
    },
  )
  return probe.status === 0
}

function openBubblewrap(mounts: readonly string[], workspace: Workspace, { network }: SandboxOptions): Sandbox {
  /** host folder -> where it appears inside */
  const shown = [
    [workspace.output, '/codebuild/output'],
    [workspace.home, INSIDE_HOME],
    [workspace.temp, '/tmp'],
  ] as const
  const started: Spawned[] = []
  const kill = async (): Promise<void> => {
    // the first process of the process space dies with bwrap, and everything in the space dies with that
    for (const { pid } of started) if (pid !== undefined) killGroup(pid)
    await Promise.allSettled(started.map(({ exited }) => exited))
  }
  const inside = (path: string): string => move(path, shown, 0, 1) ?? path
  return {
    home: INSIDE_HOME,
    temp: '/tmp',
    inside,
    outside: (path) => (isAbsolute(path) ? move(path, shown, 1, 0) : undefined),
    start(argv, { env, cwd, stdio }) {
      const command = [
        'bwrap',
        ...NAMESPACES,
        ...(network ? [] : ['--unshare-net']),
        '--die-with-parent',
        '--new-session',
        '--uid',
        '0',
        '--gid',
        '0',
        '--hostname',
        'build',
        // home and temp come first: a tool folder may have to be shown below them
        ...shown.flatMap(([host, target]) => ['--bind', host, target]),
        ...mounts,
        '--proc',
        '/proc',
        '--dev',
        '/dev',
        '--tmpfs',
        '/run',
        '--dir',
        '/var/tmp',
        '--chdir',
        inside(cwd),
        '--',
        ...argv,
      ]
      const child = spawnLeader(command, { env, cwd: workspace.root, stdio })
      started.push(child)
      return child
    },
    kill,
    [Symbol.asyncDispose]: kill,
  }
}

function move(path: string, table: readonly (readonly [string, string])[], from: 0 | 1, to: 0 | 1): string | undefined {
  for (const row of table) {
    const rest = relative(row[from], path)
    if (rest === '') return row[to]
    if (!rest.startsWith('..') && !isAbsolute(rest)) return join(row[to], rest)
  }
  return undefined
}
