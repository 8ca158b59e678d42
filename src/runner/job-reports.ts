import type { BuildReporter } from './build/run-build.ts'
import type { Connection } from './connection.ts'
import type { Report, SecretsAnswer, UploadTarget } from './protocol.ts'

/** At most this much log text in one request. */
const MAX_BATCH_BYTES = 512 * 1024
/** What a phase may wait for company: nobody sees the difference, and the server commits once instead of for each phase. */
const PHASES_WAIT_MS = 20

/**
 * Sends a build's reports in order, one request at a time; what comes together while one is under way goes with the next, so a
 * quick build needs one or two requests. Every report may arrive twice: log lines carry their index, the rest is idempotent.
 */
export function createJobReports(connection: Connection, jobId: string): BuildReporter {
  const path = `/jobs/${encodeURIComponent(jobId)}`
  let queue: { report: Report; size: number; done: PromiseWithResolvers<void> }[] = []
  let sending: Promise<void> | undefined
  let lineCount = 0
  let failure: unknown
  let waiting: NodeJS.Timeout | undefined

  const start = (): void => {
    clearTimeout(waiting)
    waiting = undefined
    sending ??= sendAll()
  }
  const sendAll = async (): Promise<void> => {
    await Promise.resolve() // whatever is reported in this turn goes together
    while (queue.length > 0) {
      let size = 0
      let count = 0
      while (count < queue.length && (count === 0 || size < MAX_BATCH_BYTES)) size += queue[count++]?.size ?? 0
      const batch = queue.splice(0, count)
      try {
        await connection.post(
          `${path}/reports`,
          batch.map(({ report }) => report),
        )
        for (const { done } of batch) done.resolve()
      } catch (error) {
        failure = error
        for (const { done } of [...batch, ...queue.splice(0)]) done.reject(error)
      }
    }
    sending = undefined
  }
  const add = (report: Report, size: number): Promise<void> => {
    if (failure !== undefined) return Promise.reject(failure)
    const done = Promise.withResolvers<void>()
    queue.push({ report, size, done })
    if (report.type === 'Phases') waiting ??= setTimeout(start, PHASES_WAIT_MS)
    else start()
    return done.promise
  }
  const ask = async <Answer>(what: string, body: unknown): Promise<Answer> =>
    JSON.parse(await connection.post(`${path}/${what}`, body)) as Answer

  return {
    log(lines) {
      const first = lineCount
      lineCount += lines.length
      return add(
        { type: 'Log', first, lines },
        lines.reduce((sum, { message }) => sum + message.length + 50, 0),
      )
    },
    phases(phases, resolvedVersion) {
      // only the newest matters: one that still waits is replaced in its place
      const newest = queue.at(-1)
      const report: Report = { type: 'Phases', phases, ...(resolvedVersion === undefined ? {} : { resolvedVersion }) }
      if (newest?.report.type === 'Phases') newest.report = report
      else add(report, 0).catch(() => undefined) // the next thing that is awaited tells
    },
    result: (result) => add({ type: 'Result', result }, 0),
    secrets: (request) => ask<SecretsAnswer>('secrets', request),
    upload: (request) => ask<UploadTarget>('uploads', request),
  }
}
