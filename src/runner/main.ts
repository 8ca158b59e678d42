/**
 * The runner's process: small, so that starting builds is quick (forking a large process stops it for tens of milliseconds), and
 * independent of the server's, so that builds outlive a crash of it. Arguments: the data folder, and builds at once.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { inheritedEnvironment } from './build/environment.ts'
import { createRooms } from './build/rooms.ts'
import { connect } from './connection.ts'
import { createPipePool } from './pipes.ts'
import { PID_FILE, processStart, RUNNER_FOLDER, SERVER_FILE, type RunnerRecord } from './runner-files.ts'
import { bubblewrapWorks, createBubblewrapDriver, createProcessDriver, type SandboxDriver } from './sandbox/sandbox.ts'
import { SANDBOX_VARIABLE } from './sandbox/process/process.ts'
import { killMarked } from './sandbox/process/kill-marked.ts'
import { serve } from './serve.ts'

const [dataDir = '', slots = ''] = process.argv.slice(2)
const folder = join(dataDir, RUNNER_FOLDER)
const builds = join(folder, 'builds')
const worker = randomUUID()
const stop = new AbortController()

const say = (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
  process.stderr.write(`${JSON.stringify({ time: Date.now(), worker, ...fields, msg: message })}\n`)
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort(new Error('told to stop')))
process.on('SIGHUP', () => undefined) // the terminal that the server was started from may close

mkdirSync(folder, { recursive: true, mode: 0o700 })
const record: RunnerRecord = { pid: process.pid, startedAt: processStart(process.pid), worker }
writeFileSync(join(folder, PID_FILE), JSON.stringify(record), { mode: 0o600 })
// what a runner that was killed has left behind
await killMarked(`${SANDBOX_VARIABLE}=${builds}/`)
rmSync(builds, { recursive: true, force: true })
mkdirSync(builds, { recursive: true, mode: 0o700 })

const inherited = inheritedEnvironment(process.env)
const sandboxes = chooseSandbox()
using pipes = createPipePool(folder)
const rooms = createRooms({ driver: sandboxes, pipes, folder: builds, inherited })
const connection = connect(join(dataDir, SERVER_FILE), worker, new AbortController().signal)
say('runner ready', { pid: process.pid, sandbox: sandboxes.name })
preload()
await serve({
  connection,
  dependencies: { rooms, inherited, now: () => Date.now() },
  slots: Number(slots) || availableParallelism() * 2,
  say,
  signal: stop.signal,
})
rmSync(join(folder, PID_FILE), { force: true }) // first: from here on a server starts a new runner instead of taking this one over
await rooms[Symbol.asyncDispose]()
process.exit(0) // idle connections to the server do not keep us

function chooseSandbox(): SandboxDriver {
  if (bubblewrapWorks()) return createBubblewrapDriver({ hidden: [dataDir], path: inherited['PATH'] ?? '' })
  return createProcessDriver('bubblewrap (bwrap) is not installed, or user namespaces are not allowed here')
}

/** What builds will need, read while the runner waits for the first one. */
function preload(): void {
  setImmediate(() => {
    const parts = [
      import('./build/read-buildspec.ts'),
      import('./build/collect-artifacts.ts'),
      import('./build/upload-artifacts.ts'),
      import('../artifacts/artifacts.ts'),
    ]
    void Promise.all(parts)
  })
}
