// What the tests of this folder share: a server that does nothing but `serve`, and the real git as its client.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { openGitHost, type GitHost, type GitIdentity, type RefUpdate } from './git.ts'

export const somebody: GitIdentity = { name: 'Ada', email: 'ada@example.com', at: 1_700_000_000, zone: '+0100' }

export interface GitWorld extends AsyncDisposable {
  readonly folder: string
  readonly host: GitHost
  /** every call of onPush, in order */
  readonly pushes: (readonly RefUpdate[])[]
  onPush: (updates: readonly RefUpdate[]) => Promise<void>
  onRequest: (body: IncomingMessage) => void
  urlOf(id: string): string
  /** runs the client @returns standard output, trimmed @throws with standard error in the message */
  client(cwd: string, ...args: string[]): Promise<string>
}

export async function createGitWorld(): Promise<GitWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-git-'))
  const host = await openGitHost({ folder: join(folder, 'host') })
  const server = createServer()
  const world: GitWorld = {
    folder,
    host,
    pushes: [],
    onPush: async () => undefined,
    onRequest: () => undefined,
    urlOf: (id) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${id}`,
    client: (cwd, ...args) => runClient(folder, cwd, args),
    async [Symbol.asyncDispose]() {
      await close(server)
      await host[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
  server.on('request', (request: IncomingMessage, response) => {
    world.onRequest(request)
    const [path = '', query = ''] = (request.url ?? '').split('?')
    const [, id = '', rest = ''] = /^\/([^/]+)(\/.*)$/.exec(path) ?? []
    const gone = new AbortController()
    response.once('close', () => gone.abort(new Error('the client has gone')))
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    world.host
      .serve(
        id,
        {
          method: request.method ?? '',
          path: rest,
          query,
          headers,
          body: request,
          remoteUser: 'ada',
          signal: gone.signal,
        },
        async (updates) => {
          world.pushes.push(updates)
          await world.onPush(updates)
        },
      )
      .then((answer) => pipeline(answer.body, response.writeHead(answer.statusCode, answer.headers)))
      .catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return world
}

async function runClient(folder: string, cwd: string, args: readonly string[]): Promise<string> {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  }
  const { stdout } = await promisify(execFile)('git', [...args], { cwd, env, maxBuffer: 64 << 20 })
  return stdout.trim()
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}
