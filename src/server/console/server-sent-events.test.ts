import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { openEventStream, type EventStream } from './server-sent-events.ts'

const A_BEAT = 15_000
/** more than a socket takes, less than is held against a client */
const UNREAD = 200_000

describe('one stream of events', () => {
  let server: Server
  let client: Socket
  let stream: EventStream
  let response: ServerResponse
  let isAllowed = true

  beforeEach(async () => {
    isAllowed = true
    mock.timers.enable({ apis: ['setInterval', 'setTimeout'] })
    server = createServer()
    const asked = once(server, 'request')
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause()
    client.on('error', () => {})
    client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    response = (await asked)[1] as ServerResponse
    stream = openEventStream(response, async () => isAllowed)
  })
  afterEach(async () => {
    mock.timers.reset()
    client.destroy()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  /** The client has opened the stream and reads nothing of it. */
  const fill = async (): Promise<void> => {
    while (response.writableLength < UNREAD) {
      stream.send('x'.repeat(60_000))
      await nextTurn()
    }
  }

  it('given an end that the client does not read, nothing is written behind it, and the client is let go', async () => {
    await fill()
    stream.end()
    stream.send('data: news\n\n')
    mock.timers.tick(A_BEAT)
    await nextTurn()
    assert.equal(response.destroyed, true)
  })

  it('given a session that ends while the client does not read, the same', async () => {
    await fill()
    isAllowed = false
    mock.timers.tick(A_BEAT)
    await nextTurn()
    assert.equal(stream.signal.aborted, true, 'whoever feeds the stream is told')
    mock.timers.tick(A_BEAT)
    await nextTurn()
    assert.equal(response.destroyed, true)
  })

  it('given a client that was gone before, there is nothing to feed', async () => {
    const asked = once(server, 'request')
    const other = connect((server.address() as AddressInfo).port, '127.0.0.1')
    other.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    const [, left] = (await asked) as [unknown, ServerResponse]
    const gone = once(left, 'close')
    other.destroy()
    await gone
    assert.equal(openEventStream(left, async () => isAllowed).signal.aborted, true)
  })

  it('given an end that the client reads, it gets all of it', async () => {
    stream.send('data: last\n\n')
    stream.end()
    let text = ''
    client.on('data', (chunk) => (text += chunk.toString('utf8')))
    client.resume()
    await once(response, 'close')
    while (!text.includes('\r\n0\r\n\r\n')) await nextTurn()
    assert.match(text, /data: last/)
  })
})
