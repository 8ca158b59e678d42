/** Where builds happen: folders, sandbox, and a process that waits for commands. One is always prepared ahead of the next job. */
import type { PipePool } from '../pipes.ts'
import type { Sandbox, SandboxDriver } from '../sandbox/sandbox.ts'
import { startSupervisor, type Supervisor } from './shell.ts'
import { createWorkspace, type Workspace } from './workspace.ts'

/** Released: its processes are dead and its folders are gone. */
export interface Room extends AsyncDisposable {
  readonly workspace: Workspace
  readonly sandbox: Sandbox
  readonly supervisor: Supervisor
}

export interface Rooms extends AsyncDisposable {
  /** for the build's log, when isolation is weaker than a build may expect */
  readonly warning: string | undefined
  take(network: boolean): Promise<Room>
}

export interface RoomsOptions {
  readonly driver: SandboxDriver
  readonly pipes: PipePool
  /** folder that build folders are made in */
  readonly folder: string
  /** what commands inherit of this machine's environment */
  readonly inherited: Readonly<Record<string, string>>
}

export function createRooms(options: RoomsOptions): Rooms {
  let spare: { readonly network: boolean; readonly room: Promise<Room> } | undefined
  let isClosed = false
  const prepare = (network: boolean): void => {
    if (isClosed) return
    const room = openRoom(options, network)
    spare = { network, room }
    room.then(
      ({ supervisor }) => {
        // a room whose process died while it waited is of no use to anybody
        const forget = (): void => {
          if (spare?.room === room) spare = undefined
        }
        supervisor.exited.then(forget, forget)
      },
      () => undefined, // whoever takes it learns why
    )
  }
  prepare(true)
  return {
    warning: options.driver.warning,
    async take(network) {
      const ready = spare
      spare = undefined
      // the next one not at once: it would take the processor from this build's first commands
      setTimeout(() => spare ?? prepare(network), NEXT_ROOM_MS).unref()
      if (ready?.network === network) return await ready.room
      if (ready !== undefined) void ready.room.then((room) => room[Symbol.asyncDispose]())
      return await openRoom(options, network)
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      const room = await spare?.room.catch(() => undefined)
      spare = undefined
      await room?.[Symbol.asyncDispose]()
    },
  }
}

const NEXT_ROOM_MS = 5

async function openRoom({ driver, pipes, folder, inherited }: RoomsOptions, network: boolean): Promise<Room> {
  const workspace = await createWorkspace(folder)
  const sandbox = driver.open(workspace, { network })
  const supervisor = await startSupervisor(sandbox, pipes, { env: inherited, cwd: workspace.output })
  supervisor.exited.catch(() => undefined) // a shell that is opened in it tells
  return {
    workspace,
    sandbox,
    supervisor,
    async [Symbol.asyncDispose]() {
      await sandbox[Symbol.asyncDispose]()
      supervisor[Symbol.dispose]()
      await workspace[Symbol.asyncDispose]()
    },
  }
}
