/** The two live streams the command line (and later the console) reads: state changes, and a log as it grows. NDJSON. */
import type { ServerResponse } from 'node:http'
import type { Auth } from '../auth/auth.ts'
import type { Clock } from '../base/clock.ts'
import type { Bus, EventFilter } from '../journal/journal.ts'
import type { Principal } from '../wire/wire.ts'
import type { LogLines } from './log-lines.ts'

export interface LiveStreams {
  events(query: URLSearchParams, principal: Principal, region: string, response: ServerResponse): void
  logs(query: URLSearchParams, principal: Principal, region: string, response: ServerResponse): Promise<void>
}

/** the state changes that AWS publishes, and our own of what happens in between */
const SOURCES: ReadonlySet<string> = new Set(['aws.codepipeline', 'pipewright.codepipeline'])

/** by one client, in memory of ours */
const MOST_UNREAD_BYTES = 1024 * 1024

/** What is shown to whom looks at a place, or at one pipeline of it. */
export const visibleEvents =
  ({
    account,
    region,
    pipeline,
  }: {
    readonly account: string
    readonly region: string
    readonly pipeline: string | undefined
  }): NonNullable<EventFilter['matches']> =>
  (event) =>
    SOURCES.has(event.source) &&
    event.account === account &&
    event.region === region &&
    (pipeline === undefined || event.detail['pipeline'] === pipeline)

/** What is shown to anybody at all. */
export const isShown: NonNullable<EventFilter['matches']> = ({ source }) => SOURCES.has(source)

/** how long after its key a stream may go on */
const CHECKED_MS = 15_000

export interface LiveStreamDependencies {
  readonly bus: Bus
  readonly logLines: LogLines
  readonly auth: Pick<Auth, 'lookup'>
  readonly clock: Clock
}

export function createLiveStreams({ bus, logLines, auth, clock }: LiveStreamDependencies): LiveStreams {
  return {
    events(query, principal, region, response) {
      // gone while we asked who it is: that is told once only
      if (response.destroyed) return
      const { account } = principal
      endWithKey(principal, response)
      const stop = bus.listen(
        { matches: visibleEvents({ account, region, pipeline: query.get('pipeline') ?? undefined }) },
        (event) => {
          // who leaves so much unread is cut off, and sees that it is
          if (response.writableLength > MOST_UNREAD_BYTES) response.destroy()
          else response.write(`${JSON.stringify(event)}\n`)
        },
      )
      response.once('close', stop)
      begin(response)
    },

    async logs(query, principal, region, response) {
      // gone while we asked who it is: that is told once only
      if (response.destroyed) return
      const { account } = principal
      endWithKey(principal, response)
      const key = { account, region, group: query.get('group') ?? '', stream: query.get('stream') ?? '' }
      const gone = new AbortController()
      response.once('close', () => gone.abort())
      begin(response)
      const follow = query.get('follow') === 'true'
      for await (const batch of logLines.read(key, {
        from: Number(query.get('from') ?? 0),
        follow,
        signal: gone.signal,
      })) {
        if (response.write(batch.map((event) => `${JSON.stringify(event)}\n`).join(''))) continue
        await new Promise<void>((resolve) => {
          response.once('drain', resolve)
          response.once('close', resolve)
        })
      }
      response.end()
    },
  }

  /** A stream outlives the request that was signed for it, but not the key: deactivated, deleted, or of a session that is over. */
  function endWithKey({ accessKeyId }: Principal, response: ServerResponse): void {
    const check = async (): Promise<void> => {
      const credentials = await auth.lookup(accessKeyId)
      if (credentials === undefined || (credentials.expiresAt ?? Infinity) <= clock.now()) response.destroy()
    }
    // who cannot be asked about is asked about again
    const timer = setInterval(() => void check().catch(() => undefined), CHECKED_MS).unref()
    response.once('close', () => clearInterval(timer))
  }
}

/** Headers at once, with an empty line behind them: the client knows it is subscribed before it asks for the state. */
function begin(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
  response.write('\n')
}
