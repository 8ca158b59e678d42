/**
 * The door of the build runner: starts it beside the server, finds it again after a crash, ends it. What the two say to each other
 * is in `protocol.ts`; how a build runs is behind `main.ts`, in the runner's own process.
 */
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { randomToken } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import { inheritedEnvironment } from './build/environment.ts'
import type { ServerAddress } from './connection.ts'
import { LOG_FILE, PID_FILE, processStart, RUNNER_FOLDER, SERVER_FILE, type RunnerRecord } from './runner-files.ts'

export * from './protocol.ts'

export interface RunnerOptions {
  readonly dataDir: string
  readonly log: Log
  /** path of the Node.js executable; default: the one that runs us */
  readonly node?: string
  /** builds at once; default: twice the number of processors */
  readonly slots?: number
  /** A runner's process went without being told to, and what it was building went with it. May be called twice for one. */
  readonly onLost?: (worker: string) => void
}

export interface RunnerHandle {
  readonly pid: number
  /** whether it was there already, left by a server that was killed */
  readonly reattached: boolean
  /** Starts it again when it is gone; harmless while it is there. */
  ensure(): void
  /** Tells it to stop its builds and end, and waits until it has. */
  stop(): Promise<void>
}

const STOP_PATIENCE_MS = 5000
const RESTART_DELAY_MS = 1000

/** Starts the runner, or takes over the one that an earlier server process left. Call `announceServer` first. */
export function startRunner(options: RunnerOptions): RunnerHandle {
  const { dataDir, log, onLost } = options
  const left = findRunner(dataDir)
  let pid = left ?? 0
  let isStopping = false
  let isReplaced = false
  const lost = (): void => {
    const worker = readRecord(dataDir)?.worker // a runner that was told to end has removed it
    if (worker !== undefined) onLost?.(worker)
  }
  const replace = (): void => {
    if (isStopping || isReplaced) return
    isReplaced = true
    lost()
    setTimeout(() => {
      isReplaced = false
      if (!isStopping) start()
    }, RESTART_DELAY_MS).unref()
  }
  const start = (): void => {
    const child = spawnRunner(options)
    pid = child.pid ?? 0
    child.once('error', (error) => log.error({ err: error }, 'the build runner cannot be started'))
    child.once('exit', (code, signal) => {
      if (isStopping) return
      log.error({ pid: child.pid, code, signal }, 'the build runner ended unexpectedly, starting it again')
      replace()
    })
  }
  if (left === undefined) {
    lost() // by an earlier server, or together with it
    start()
  } else log.info({ pid }, 'took over the build runner of an earlier server process')
  return {
    get pid() {
      return pid
    },
    reattached: left !== undefined,
    ensure() {
      if (processStart(pid) === '') replace()
    },
    async stop() {
      isStopping = true
      await stopProcess(pid)
    },
  }
}

/** A running runner of this data folder. */
export function findRunner(dataDir: string): number | undefined {
  const record = readRecord(dataDir)
  const isSame = record !== undefined && record.startedAt !== '' && processStart(record.pid) === record.startedAt
  return isSame ? record.pid : undefined
}

function readRecord(dataDir: string): RunnerRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(dataDir, RUNNER_FOLDER, PID_FILE), 'utf8')) as RunnerRecord
  } catch {
    return undefined // never started, or half written when the machine went down
  }
}

/**
 * Tells the runner where the server is, in `<data>/runner.json`. Call it when the server listens, before `startRunner`.
 * @returns the token that the runner shows; the same for the life of the data folder
 */
export function announceServer(dataDir: string, address: string): string {
  const file = join(dataDir, SERVER_FILE)
  const token = readToken(file) ?? randomToken()
  const server: ServerAddress = { address, token }
  mkdirSync(dataDir, { recursive: true })
  writeFileSync(`${file}.new`, JSON.stringify(server), { mode: 0o600 })
  renameSync(`${file}.new`, file) // whole or not at all: the runner may be reading it
  return token
}

/** What runners of this data folder show. @throws when no server was announced in it yet */
export function runnerToken(dataDir: string): string {
  const token = readToken(join(dataDir, SERVER_FILE))
  if (token === undefined) throw new Error(`no server was announced in ${dataDir}`)
  return token
}

function readToken(file: string): string | undefined {
  try {
    const { token } = JSON.parse(readFileSync(file, 'utf8')) as ServerAddress
    return token
  } catch {
    return undefined
  }
}

function spawnRunner({ dataDir, node = process.execPath, slots = 0 }: RunnerOptions) {
  const folder = join(dataDir, RUNNER_FOLDER)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const output = openSync(join(folder, LOG_FILE), 'a', 0o600)
  const main = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './main.ts' : './main.js', import.meta.url))
  const child = spawn(
    node,
    ['--max-semi-space-size=4', '--disable-warning=ExperimentalWarning', main, dataDir, String(slots)],
    {
      detached: true, // its own process group: Ctrl-C in the server's terminal is for the server to handle
      stdio: ['ignore', output, output],
      cwd: '/',
      env: { ...inheritedEnvironment(process.env) },
    },
  )
  closeSync(output)
  child.unref()
  return child
}

async function stopProcess(pid: number): Promise<void> {
  if (pid === 0) return
  const startedAt = processStart(pid)
  const isThere = (): boolean => startedAt !== '' && processStart(pid) === startedAt
  const signal = (name: NodeJS.Signals): void => {
    if (isThere()) process.kill(pid, name)
  }
  signal('SIGTERM')
  // a process that is not our child cannot be waited for, only looked at
  for (const until = Date.now() + STOP_PATIENCE_MS; isThere() && Date.now() < until;) await delay(10)
  signal('SIGKILL')
}
