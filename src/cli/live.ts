import type { IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import type { Connection } from './connection.ts'
import { CliFailure } from './failure.ts'
import { send } from './signed-request.ts'

export interface LiveEvent {
  readonly detailType: string
  readonly detail: Readonly<Record<string, unknown>>
}

export interface LiveLine {
  readonly timestamp: number
  readonly message: string
  readonly index: number
}

/** State changes of one pipeline from now on, the moment they are committed. The returned iterator is connected when it resolves. */
export const followEvents = (connection: Connection, pipeline: string, signal: AbortSignal) =>
  follow<LiveEvent>(connection, '/_pipewright/events', { pipeline }, signal)

/**
 * A log stream from line `from` on. With `follow` it stays open for what is added; without, it ends with the last line there is.
 */
export const readLog = (
  connection: Connection,
  log: { readonly group: string; readonly stream: string; readonly from: number; readonly follow: boolean },
  signal: AbortSignal,
) =>
  follow<LiveLine>(
    connection,
    '/_pipewright/logs',
    { ...log, from: String(log.from), follow: String(log.follow) },
    signal,
  )

async function follow<Item>(
  connection: Connection,
  path: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<AsyncIterable<Item>> {
  const response = await send(connection, { method: 'GET', path, query, signal })
  if (response.statusCode !== 200) {
    throw new CliFailure(`The server answered ${response.statusCode ?? 0} to ${path}.`, {
      hint: 'Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and that the server is a Pipewright of this version.',
    })
  }
  return lines(response, signal)
}

async function* lines<Item>(response: IncomingMessage, signal: AbortSignal): AsyncGenerator<Item> {
  try {
    for await (const line of createInterface({ input: response, crlfDelay: Infinity })) {
      // an empty line only keeps the connection alive
      if (line !== '') yield JSON.parse(line) as Item
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    response.destroy()
  }
}
