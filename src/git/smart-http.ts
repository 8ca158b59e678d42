import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { MAX_LEARNED_BYTES } from './advertisement.ts'
import type { RefUpdate, SmartHttpRequest, SmartHttpResponse } from './git.ts'
import { encodePacket, FLUSH } from './pkt-line.ts'
import { startGit } from './process.ts'
import { servePush } from './push.ts'
import type { Repository } from './repository.ts'

/** Does the work of `git http-backend` without a CGI process between us and git. Source: git's gitprotocol-http. */
export async function serveSmartHttp(
  repository: Repository,
  request: SmartHttpRequest,
  onPush: (updates: readonly RefUpdate[]) => Promise<void>,
): Promise<SmartHttpResponse> {
  const route = ROUTES[request.path]
  if (route === undefined) return plain(404, 'not a path of the git protocol')
  if (request.method !== route.method)
    return plain(405, `this path answers to ${route.method}`, { allow: route.method })
  return route.serve(repository, request, onPush)
}

type Serve = typeof serveSmartHttp

const ROUTES: Readonly<Record<string, { readonly method: string; readonly serve: Serve }>> = {
  '/info/refs': { method: 'GET', serve: advertise },
  '/git-upload-pack': { method: 'POST', serve: uploadPack },
  '/git-receive-pack': { method: 'POST', serve: receivePack },
}

async function advertise(
  { git, gitDir, advertisement }: Repository,
  request: SmartHttpRequest,
): Promise<SmartHttpResponse> {
  const service = new URLSearchParams(request.query).get('service')
  if (service !== 'git-upload-pack' && service !== 'git-receive-pack')
    return plain(403, 'only the smart protocol is spoken here; is this git client very old?')
  const contentType = `application/x-${service}-advertisement`
  const environment = clientEnvironment(request)
  const protocol = environment.GIT_PROTOCOL
  // version 2 starts with its own greeting, and only fetching has a version 2
  const isVersion2 = service === 'git-upload-pack' && protocol?.split(':').includes('version=2') === true
  const greeting = isVersion2 ? [] : [encodePacket(`# service=${service}\n`), FLUSH]
  const told = await advertisement.tell(service, protocol)
  if (told !== undefined) return ok(contentType, Readable.from([Buffer.concat([...greeting, told])]))
  // strict: the folder itself, never one inside it that looks like a repository; receive-pack has no such search
  const command = service === 'git-upload-pack' ? ['upload-pack', '--strict'] : ['receive-pack']
  const body = new PassThrough()
  if (greeting.length > 0) body.write(Buffer.concat(greeting))
  const child = startGit(git, gitDir, [...command, '--stateless-rpc', '--advertise-refs', '.'], environment)
  child.stdin.end()
  child.stderr.resume()
  const said = firstBytes(child.stdout, MAX_LEARNED_BYTES + 1)
  child.stdout.once('end', () => advertisement.learn(service, protocol, said()))
  connect(child, body, request.signal)
  return ok(contentType, body)
}

/** Listens to a stream that somebody else reads. */
function firstBytes(stream: Readable, limit: number): () => Buffer {
  const chunks: Buffer[] = []
  let size = 0
  stream.on('data', (chunk: Buffer) => {
    if (size < limit) chunks.push(chunk)
    size += chunk.length
  })
  return () => Buffer.concat(chunks)
}

async function uploadPack({ git, gitDir }: Repository, request: SmartHttpRequest): Promise<SmartHttpResponse> {
  const source = contentOf(request, 'upload-pack')
  if (source === undefined) return wrongContent()
  const args = ['upload-pack', '--strict', '--stateless-rpc', '.']
  const child = startGit(git, gitDir, args, clientEnvironment(request))
  child.stderr.resume()
  const body = new PassThrough()
  // when the client breaks off, git sees the end of its input and leaves
  pipeline(source, child.stdin).catch(() => undefined)
  connect(child, body, request.signal)
  return ok('application/x-git-upload-pack-result', body)
}

async function receivePack(
  repository: Repository,
  request: SmartHttpRequest,
  onPush: (updates: readonly RefUpdate[]) => Promise<void>,
): Promise<SmartHttpResponse> {
  const source = contentOf(request, 'receive-pack')
  if (source === undefined) return wrongContent()
  const abort = (): void => void source.destroy(request.signal.reason as Error)
  request.signal.addEventListener('abort', abort, { once: true })
  source.once('close', () => request.signal.removeEventListener('abort', abort))
  const body = await servePush(repository, source, clientEnvironment(request), onPush)
  return body === undefined
    ? plain(400, 'not a push of the git protocol')
    : ok('application/x-git-receive-pack-result', body)
}

/** The answer is what git writes; when either side breaks off, the other is ended too. */
function connect(child: ReturnType<typeof startGit>, body: PassThrough, signal: AbortSignal): void {
  const stop = (): void => void body.destroy(signal.reason as Error)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  child.stdout.pipe(body)
  child.once('error', (error) => body.destroy(error))
  body.once('close', () => {
    signal.removeEventListener('abort', stop)
    child.kill()
  })
}

function contentOf({ headers, body }: SmartHttpRequest, command: string): Readable | undefined {
  if (headers['content-type'] !== `application/x-git-${command}-request`) return undefined
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding === 'identity') return body
  if (encoding !== 'gzip' && encoding !== 'x-gzip') return undefined
  const unpacked = createGunzip()
  pipeline(body, unpacked).catch(() => undefined) // who reads `unpacked` gets the error
  return unpacked
}

function clientEnvironment({ headers, remoteUser }: SmartHttpRequest): Record<string, string> {
  const protocol = headers['git-protocol']
  const user = remoteUser.replaceAll(/[^\w.@:/+=,-]/g, '_').slice(0, 256) || 'anonymous'
  return {
    REMOTE_USER: user,
    GIT_COMMITTER_NAME: user,
    GIT_COMMITTER_EMAIL: `${user}@http`,
    ...(protocol !== undefined && /^[\w=:.-]{1,256}$/.test(protocol) && { GIT_PROTOCOL: protocol }),
  }
}

const NEVER_CACHED = {
  expires: 'Fri, 01 Jan 1980 00:00:00 GMT',
  pragma: 'no-cache',
  'cache-control': 'no-cache, max-age=0, must-revalidate',
}

const ok = (contentType: string, body: Readable): SmartHttpResponse => ({
  statusCode: 200,
  headers: { 'content-type': contentType, ...NEVER_CACHED },
  body,
})

export const plain = (statusCode: number, text: string, headers: Record<string, string> = {}): SmartHttpResponse => ({
  statusCode,
  headers: { 'content-type': 'text/plain; charset=utf-8', ...NEVER_CACHED, ...headers },
  body: Readable.from([Buffer.from(`${text}\n`)]),
})

const wrongContent = (): SmartHttpResponse => plain(415, 'not the content type or encoding of the git protocol')
