/** What a build asks of the server while that is being restarted: it waits, instead of failing with it. */
import { setTimeout as delay } from 'node:timers/promises'

/** A restart takes a second or two, an upgrade a little longer; an address that is wrong should be told of before long. */
const PATIENCE_MS = 30_000
const FIRST_DELAY_MS = 50
const MAX_DELAY_MS = 1000

/** Begins anew when the connection breaks or nobody listens; every other error, and every answer, counts. */
export async function patiently<Result>(signal: AbortSignal, ask: () => Promise<Result>): Promise<Result> {
  const giveUpAt = Date.now() + PATIENCE_MS
  for (let wait = FIRST_DELAY_MS; ; wait = Math.min(wait * 2, MAX_DELAY_MS)) {
    try {
      return await ask()
    } catch (error) {
      if (signal.aborted || !isConnectionLost(error) || Date.now() > giveUpAt) throw error
      await delay(wait, undefined, { signal })
    }
  }
}

const LOST: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ERR_STREAM_PREMATURE_CLOSE',
])

const isConnectionLost = (error: unknown): boolean =>
  error instanceof Error && (LOST.has((error as NodeJS.ErrnoException).code) || isConnectionLost(error.cause))
