/**
 * `GET …/artifacts/…`: objects of S3 and what is inside their archives, read as the session's user. What others have built is shown
 * to nobody as a page: it is saved, or shown as text.
 */
import type { S3Client } from '@aws-sdk/client-s3'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Auth } from '../../auth/auth.ts'
import type { InProcessHandler } from '../../wire/wire.ts'
import { COMMON_HEADERS } from './app.ts'
import { ok, Refusal, regionOf, required, type Endpoint, type SignedInVisit } from './endpoint.ts'
import { listEntries, NoArchive, openEntry, openRemoteZip } from './remote-zip.ts'

export interface ArtifactDependencies {
  readonly auth: Pick<Auth, 'issueOwnSession'>
  /** enters the dispatcher: who may read what is decided there, as for every other client */
  readonly handler: InProcessHandler
  readonly endpoint: () => string
}

const MOST_ENTRIES = 20_000
const MOST_TEXT_BYTES = 1024 * 1024
const CREDENTIALS_SECONDS = 900
/** clients that are kept, each of a session and a region */
const MOST_CLIENTS = 50

export function artifactEndpoints(deps: ArtifactDependencies): readonly Endpoint[] {
  const clients = new Map<string, Promise<S3Client>>()
  const clientOf = (visit: SignedInVisit): Promise<S3Client> => {
    const region = regionOf(visit)
    const id = `${visit.session.id} ${region}`
    const known = clients.get(id) ?? makeClient(deps, visit, region)
    clients.delete(id)
    clients.set(id, known) // last in the map: used last
    const [oldest] = clients.keys()
    if (clients.size > MOST_CLIENTS && oldest !== undefined) clients.delete(oldest)
    return known
  }
  const row = (path: string, handle: (visit: SignedInVisit, client: S3Client) => Promise<unknown>): Endpoint => ({
    method: 'GET',
    path: `artifacts/${path}`,
    access: 'signed-in',
    handle: async (visit) => {
      try {
        const body = await handle(visit, await clientOf(visit))
        return body === undefined ? undefined : ok(body)
      } catch (error) {
        throw inWords(error)
      }
    },
  })

  return [
    row('entries', async (visit, client) => {
      const { zip } = await openObject(visit, client)
      return await listEntries(await zip(), MOST_ENTRIES)
    }),
    row('file', async (visit, client) => {
      const path = required(visit.query, 'path')
      const { zip } = await openObject(visit, client)
      const found = await openEntry(await zip(), path)
      if (found === undefined) throw new Refusal(404, 'NoSuchEntry', `The archive has no file ${path}.`)
      return await deliver(visit, path, found.size, found.content)
    }),
    row('object', async (visit, client) => {
      const { key, size, read } = await openObject(visit, client)
      return await deliver(visit, key, size, await read(0, size))
    }),
  ]
}

async function makeClient({ auth, handler, endpoint }: ArtifactDependencies, visit: SignedInVisit, region: string) {
  const { S3Client } = await import('@aws-sdk/client-s3')
  const { id, principal } = visit.session
  return new S3Client({
    region,
    endpoint: endpoint(),
    forcePathStyle: true,
    requestHandler: handler as never,
    maxAttempts: 1,
    credentials: async () => {
      const owner = { accessKeyId: principal.accessKeyId, owner: id, seconds: CREDENTIALS_SECONDS }
      const issued = await auth.issueOwnSession(owner)
      if (issued === undefined) throw new Refusal(401, 'SignedOut', 'The session has ended. Sign in again.')
      return { ...issued, expiration: new Date(issued.expiresAt) }
    },
  })
}

async function openObject({ query, signal }: SignedInVisit, client: S3Client) {
  const { GetObjectCommand, HeadObjectCommand } = await import('@aws-sdk/client-s3')
  const versionId = query.get('versionId')
  const key = required(query, 'key')
  const bucket = required(query, 'bucket')
  // an ARN or a path would lead the client elsewhere
  if (!/^[\w.-]{1,255}$/.test(bucket))
    throw new Refusal(400, 'BadRequest', 'The parameter bucket is no name of a bucket.')
  const object = {
    Bucket: bucket,
    Key: key,
    ...(versionId !== null && versionId !== '' && { VersionId: versionId }),
  }
  const options = { abortSignal: signal }
  const { ContentLength: size = 0, ETag } = await client.send(new HeadObjectCommand(object), options)
  const read = async (start: number, end: number): Promise<Readable> => {
    if (start >= end) return Readable.from([])
    // the object may be replaced while we read on
    const range = { Range: `bytes=${start}-${end - 1}`, ...(ETag !== undefined && { IfMatch: ETag }) }
    const { Body } = await client.send(new GetObjectCommand({ ...object, ...range }), options)
    return Body as Readable
  }
  return { key, size, read, zip: () => openRemoteZip(size, read) }
}

/** @returns undefined: the answer is sent */
async function deliver(
  { query, response, signal }: SignedInVisit,
  path: string,
  size: number,
  content: Readable,
): Promise<undefined> {
  const asText = query.get('view') === 'text'
  const length = asText ? Math.min(size, MOST_TEXT_BYTES) : size
  response.writeHead(200, {
    ...COMMON_HEADERS,
    'content-type': asText ? 'text/plain; charset=utf-8' : 'application/octet-stream',
    'content-disposition': attachment(path.slice(path.lastIndexOf('/') + 1)),
    'content-security-policy': "sandbox; default-src 'none'",
    'content-length': length,
    'cache-control': 'private, no-store',
    ...(length < size && { 'x-truncated': 'true' }),
  })
  // the whole is read to its very end, where damage shows; of a part the rest is not even fetched
  await pipeline(length < size ? firstBytes(content, length) : content, response, { signal })
  return undefined
}

async function* firstBytes(content: Readable, length: number): AsyncGenerator<Buffer> {
  let left = length
  for await (const chunk of content as AsyncIterable<Buffer>) {
    yield chunk.subarray(0, left)
    left -= chunk.length
    if (left <= 0) return
  }
}

/** of a file on anybody's disk; the end tells what it is */
const MOST_NAME_CHARACTERS = 200

/** Source: RFC 6266 and RFC 5987: a name for old readers, and the real one. */
export function attachment(name: string): string {
  const plain = name.replaceAll(/[^\w .()+,=@-]/g, '_').slice(-MOST_NAME_CHARACTERS) || 'download'
  // what turns the direction of a text around shows `gnp.exe` as `exe.png`
  const seen = name.replaceAll(/[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '_')
  const real = encodeURIComponent(Array.from(seen).slice(-MOST_NAME_CHARACTERS).join('')).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${real}`
}

/** What S3 refused is the caller's to hear, in S3's words. */
function inWords(error: unknown): unknown {
  if (error instanceof NoArchive)
    return new Refusal(422, 'NoArchive', `This is no usable ZIP archive: ${error.message}`)
  const { httpStatusCode } = (error as { $metadata?: { httpStatusCode?: number } }).$metadata ?? {}
  if (!(error instanceof Error) || httpStatusCode === undefined || httpStatusCode >= 500) return error
  // the answer to HEAD has no body that could say more
  if (httpStatusCode === 403 && error.name === 'Unknown')
    return new Refusal(403, 'AccessDenied', 'This object is not for you to read.')
  const message = error.name === 'NotFound' ? 'There is no such object.' : error.message
  return new Refusal(httpStatusCode, error.name, message)
}
