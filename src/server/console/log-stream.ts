/** `GET …/logs`: a log as it grows, in batches; `end` when it is read to its end. */
import type { LogLines } from '../log-lines.ts'
import { count, regionOf, required, type Endpoint } from './endpoint.ts'
import { frame, openEventStream } from './server-sent-events.ts'

export const logsEndpoint = ({ logLines }: { readonly logLines: LogLines }): Endpoint => ({
  method: 'GET',
  path: 'logs',
  access: 'signed-in',
  handle: async (visit) => {
    const { query, request, response, session, isStillOpen } = visit
    const key = {
      account: session.principal.account,
      region: regionOf(visit),
      group: required(query, 'group'),
      stream: required(query, 'stream'),
    }
    const seen = request.headers['last-event-id']
    const resumed = typeof seen === 'string' && /^\d{1,15}$/.test(seen) ? Number(seen) + 1 : undefined
    const from = resumed ?? count(query, 'from', 0, Number.MAX_SAFE_INTEGER)
    const stream = openEventStream(response, isStillOpen)
    const lines = logLines.read(key, { from, follow: query.get('follow') === 'true', signal: stream.signal })
    for (;;) {
      const batch = await lines.next()
      if (batch.done === true) {
        if (!stream.signal.aborted) stream.send(frame({ event: 'end', data: { complete: batch.value } }))
        break
      }
      const data = batch.value.map(({ index, timestamp, message }) => ({ index, timestamp, message }))
      stream.send(frame({ id: String(batch.value.at(-1)?.index), data }))
      await stream.drained()
    }
    stream.end()
    return undefined
  },
})
