/** The two live streams the command line (and later the console) reads: state changes, and a log as it grows. NDJSON. */
import type { ServerResponse } from 'node:http'
import type { Bus, LogEvent, LogFiles } from '../journal/journal.ts'
import type { Principal } from '../wire/wire.ts'

export interface LiveStreams {
  events(query: URLSearchParams, principal: Principal, region: string, response: ServerResponse): void
  logs(query: URLSearchParams, principal: Principal, region: string, response: ServerResponse): Promise<void>
}

const PAGE = 1000
/** the state changes that AWS publishes, and our own of what happens in between */
const SOURCES: ReadonlySet<string> = new Set(['aws.codepipeline', 'pipewright.codepipeline'])

export function createLiveStreams({ bus, logs }: { bus: Bus; logs: LogFiles }): LiveStreams {
  return {
    events(query, { account }, region, response) {
      const pipeline = query.get('pipeline')
      const stop = bus.listen(
        {
          matches: (event) =>
            SOURCES.has(event.source) &&
            event.account === account &&
            event.region === region &&
            (pipeline === null || event.detail['pipeline'] === pipeline),
        },
        (event) => response.write(`${JSON.stringify(event)}\n`),
      )
      response.once('close', stop)
      begin(response)
    },

    async logs(query, { account }, region, response) {
      const key = { account, region, group: query.get('group') ?? '', stream: query.get('stream') ?? '' }
      const follow = query.get('follow') === 'true'
      const reader = { next: Number(query.get('from') ?? 0), open: true, wake: (): void => undefined }
      const pending: LogEvent[] = []
      // subscribed before the first read: what is added in between is in one of the two, and sent once
      const stop = follow
        ? logs.follow(key, (_, events) => {
            pending.push(...events)
            reader.wake()
          })
        : () => undefined
      response.once('close', () => {
        reader.open = false
        stop()
        reader.wake()
      })
      begin(response)
      const send = async (events: readonly LogEvent[]): Promise<void> => {
        const fresh = events.filter(({ index }) => index >= reader.next)
        const last = fresh.at(-1)
        if (!last) return
        reader.next = last.index + 1
        if (response.write(fresh.map((event) => `${JSON.stringify(event)}\n`).join(''))) return
        await new Promise<void>((resolve) => {
          response.once('drain', resolve)
          response.once('close', resolve)
        })
      }
      while (reader.open) {
        const page = await logs.read(key, { from: reader.next, limit: PAGE })
        if (page.length === 0) break
        await send(page)
      }
      if (follow) {
        while (reader.open) {
          if (pending.length > 0) await send(pending.splice(0))
          else await new Promise<void>((resolve) => (reader.wake = resolve))
        }
      }
      response.end()
    },
  }
}

/** Headers at once, with an empty line behind them: the client knows it is subscribed before it asks for the state. */
function begin(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
  response.write('\n')
}
