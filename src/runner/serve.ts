/** The runner's life: take jobs from the server's stream, build them side by side, report; until told to stop or left alone. */
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { BuildStopped, runBuild, type BuildDependencies } from './build/run-build.ts'
import { GIVE_UP_IDLE_MS, GIVE_UP_MS, isFolderGone, Refused, type Connection } from './connection.ts'
import { createJobReports } from './job-reports.ts'
import type { BuildJob, ServerMessage } from './protocol.ts'

export interface ServeOptions {
  readonly connection: Connection
  readonly dependencies: Omit<BuildDependencies, 'reporter'>
  /** builds at once */
  readonly slots: number
  /** one line for the operator */
  readonly say: (message: string, fields?: Readonly<Record<string, unknown>>) => void
  readonly signal: AbortSignal
}

interface RunningBuild {
  readonly stop: AbortController
  readonly done: Promise<void>
}

/** Without a sign of life for so long the stream is dead, even if nobody has said so (the server pings every 10 s). */
const SILENCE_MS = 35_000
const RETRY_MS = [20, 50, 100, 250, 500, 1000] as const

/** Resolves when the signal has fired and all builds have ended, or when no server was there for ten minutes. */
export async function serve(options: ServeOptions): Promise<void> {
  const { signal, say } = options
  const running = new Map<string, RunningBuild>()
  let lastSeen = Date.now()
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      await readStream(options, running, () => {
        lastSeen = Date.now()
        attempt = -1
      })
    } catch (error) {
      if (signal.aborted) break
      if (attempt === 0) say('the server is gone, looking for it', { error: String(error), builds: running.size })
      if (isFolderGone(error) || Date.now() - lastSeen > (running.size > 0 ? GIVE_UP_MS : GIVE_UP_IDLE_MS)) {
        say('there will be no server any more: ending', { builds: running.size })
        break
      }
      if (error instanceof Refused && error.statusCode === 410) break // another runner took our place
    }
    await delay(RETRY_MS[Math.min(Math.max(attempt, 0), RETRY_MS.length - 1)], undefined, { signal }).catch(
      () => undefined,
    )
  }
  for (const { stop } of running.values()) stop.abort(new BuildStopped('The runner was shut down'))
  await Promise.allSettled([...running.values()].map(({ done }) => done))
}

async function readStream(options: ServeOptions, running: Map<string, RunningBuild>, seen: () => void): Promise<void> {
  const { connection, slots, signal } = options
  const holding = [...running.keys()].map(encodeURIComponent).join(',')
  const answer = await connection.stream(`slots=${slots}&holding=${holding}`)
  const silence = setTimeout(() => answer.destroy(new Error('no sign of life')), SILENCE_MS)
  try {
    for await (const line of createInterface({ input: answer, signal })) {
      silence.refresh()
      seen()
      handle(options, running, JSON.parse(line) as ServerMessage)
    }
  } finally {
    clearTimeout(silence)
    answer.destroy()
  }
}

function handle(options: ServeOptions, running: Map<string, RunningBuild>, message: ServerMessage): void {
  switch (message.type) {
    case 'Hello':
      return
    case 'Ping':
      options.connection.post('/renew', { jobs: [...running.keys()] }).catch(() => undefined) // the stream tells
      return
    case 'Cancel':
      running.get(message.id)?.stop.abort(new BuildStopped(message.reason))
      return
    case 'Job': {
      const { job } = message
      if (running.has(job.id)) return // handed out again because the server did not know that we have it
      const stop = new AbortController()
      const done = build(options, job, stop.signal).finally(() => running.delete(job.id))
      running.set(job.id, { stop, done })
      return
    }
    default:
      message satisfies never
  }
}

async function build(
  { connection, dependencies, say }: ServeOptions,
  job: BuildJob,
  signal: AbortSignal,
): Promise<void> {
  const reports = createJobReports(connection, job.id)
  try {
    await runBuild(job, { ...dependencies, reporter: reports }, signal)
  } catch (error) {
    // the server has given the build up (deleted, ended for it), or is gone: there is nobody to tell
    if (error instanceof Refused) return
    say('a build broke', {
      job: job.id,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    })
    await reports.result({ status: 'FAULT', exportedVariables: [], artifacts: [] }).catch(() => undefined)
  }
}
