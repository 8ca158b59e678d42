import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { describe, it } from 'node:test'
import { serve } from './testing.ts'
import { ServiceError, type Dispatcher, type WireRequest, type WireResponse } from './wire.ts'

const answering = (handle: (request: WireRequest) => WireResponse | Promise<WireResponse>): Dispatcher => ({
  handle: async (request) => handle(request),
})

const bytes = async (stream: Readable): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

describe('the HTTP side', () => {
  it('sends one Date header, also when the answer brings one', async () => {
    for (const headers of [{}, { date: 'Sat, 31 Jan 2026 12:00:00 GMT' }]) {
      await using server = await serve(answering(() => ({ statusCode: 200, headers, body: Buffer.from('x') })))
      const request = httpRequest(server.endpoint).end()
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      await bytes(response)
      const dates = response.rawHeaders.filter((name) => name.toLowerCase() === 'date')
      assert.equal(dates.length, 1)
    }
  })

  it('gives repeated headers as signatures need them', async () => {
    let seen: WireRequest | undefined
    await using server = await serve(
      answering((request) => {
        seen = request
        return { statusCode: 200, headers: {}, body: undefined }
      }),
    )
    const socket = connect(server.port, '127.0.0.1')
    socket.end('GET /a//b?x=%20 HTTP/1.1\r\nHost: h\r\nX-A: 1, 2\r\nx-a: 3\r\nConnection: close\r\n\r\n')
    await bytes(socket)
    assert.equal(seen?.headers['x-a'], '1, 2,3')
    assert.equal(seen?.url, '/a//b?x=%20')
    assert.equal(seen?.secure, false)
    assert.equal(seen?.sourceAddress, '127.0.0.1')
  })

  it('tells the call when its client goes away', async () => {
    const gone = Promise.withResolvers<void>()
    await using server = await serve(
      answering(async ({ signal }) => {
        socket.destroy()
        await once(signal, 'abort')
        gone.resolve()
        return { statusCode: 200, headers: {}, body: Buffer.from('nobody reads this') }
      }),
    )
    const socket = connect(server.port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n')
    await gone.promise
  })

  it('stops producing a stream that nobody reads on, and destroys it when the client leaves', async () => {
    let produced = 0
    const closed = Promise.withResolvers<void>()
    await using server = await serve(
      answering(() => {
        const body = new Readable({
          read() {
            produced += 1
            this.push(Buffer.alloc(64 * 1024))
          },
        })
        body.once('close', () => closed.resolve())
        return { statusCode: 200, headers: {}, body }
      }),
    )
    const request = httpRequest(server.endpoint).end()
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    await once(response, 'readable')
    response.destroy()
    await closed.promise
    assert.ok(produced < 1000)
  })

  it('cuts the connection when a stream breaks halfway', async () => {
    await using server = await serve(
      answering(() => ({
        statusCode: 200,
        headers: { 'content-length': '10' },
        body: Readable.from(
          (async function* () {
            yield Buffer.from('12345')
            throw new ServiceError('Broken', 'halfway')
          })(),
        ),
      })),
    )
    const request = httpRequest(server.endpoint).end()
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    await assert.rejects(bytes(response), { code: 'ECONNRESET' })
  })

  it('serves the next request of a connection although the last body was not read', async () => {
    const ports = new Set<number | undefined>()
    await using server = await serve(
      answering(async ({ body, url }) => {
        if (url === '/partly' && body instanceof Readable) {
          for await (const _ of body.iterator({ destroyOnReturn: false })) break
        }
        return { statusCode: 200, headers: { 'content-length': '2' }, body: Buffer.from('ok') }
      }),
    )
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    for (const path of ['/unread', '/partly', '/again']) {
      const request = httpRequest(server.endpoint, { method: 'PUT', path, agent })
      request.end(Buffer.alloc(300_000))
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      ports.add(response.socket.localPort)
      assert.equal((await bytes(response)).toString(), 'ok')
    }
    agent.destroy()
    assert.equal(ports.size, 1)
  })

  it('answers HEAD with the length of a body it does not send', async () => {
    await using server = await serve(
      answering(() => ({ statusCode: 200, headers: { 'content-length': '5' }, body: undefined })),
    )
    const request = httpRequest(server.endpoint, { method: 'HEAD' }).end()
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    assert.equal(response.headers['content-length'], '5')
    assert.equal((await bytes(response)).length, 0)
  })
})
