/** The least that an answer of some size costs: a bare HTTP server, a process of its own, that parses the text and writes it again. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export async function startEcho(text: string): Promise<AsyncDisposable & { readonly url: string }> {
  const server = fork(import.meta.filename)
  const exited = once(server, 'exit')
  server.send(text)
  const [port] = (await once(server, 'message')) as [number]
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.kill('SIGTERM')
      await exited
    },
  }
}

function serve(text: string): void {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(JSON.parse(text)))
  })
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
}

if (import.meta.main) process.once('message', (text: string) => serve(text))
