import { createHash, createHmac } from 'node:crypto'
import type { JobCredentials } from '../../runner/runner.ts'

export interface PresignInput {
  readonly method: 'GET' | 'PUT'
  /** scheme and host, e.g. `http://127.0.0.1:4566` */
  readonly endpoint: string
  readonly bucket: string
  readonly key: string
  readonly query?: Readonly<Record<string, string>>
  /** signed, and to be sent with the request */
  readonly headers?: Readonly<Record<string, string>>
  readonly region: string
  readonly credentials: JobCredentials
  readonly now: number
}

const VALID_SECONDS = 3600

/** A URL that lets its bearer read or write one object under a build's role. Source: S3 API reference, "Authenticating requests: query parameters". */
export function presignObject(input: PresignInput): string {
  const { endpoint, bucket, key, region, credentials, headers = {} } = input
  const time = new Date(input.now).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const scope = [time.slice(0, 8), region, 's3', 'aws4_request']
  const signed = Object.entries({ ...headers, host: new URL(endpoint).host }).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const signedNames = signed.map(([name]) => name).join(';')
  const path = `/${[bucket, ...key.split('/')].map(encode).join('/')}`
  const query = Object.entries({
    ...input.query,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${credentials.accessKeyId}/${scope.join('/')}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(VALID_SECONDS),
    'X-Amz-Security-Token': credentials.sessionToken,
    'X-Amz-SignedHeaders': signedNames,
  })
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted()
    .join('&')
  const canonicalHeaders = signed.map(([name, value]) => `${name}:${value.trim()}\n`).join('')
  const canonical = [input.method, path, query, canonicalHeaders, signedNames, 'UNSIGNED-PAYLOAD'].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', time, scope.join('/'), createHash('sha256').update(canonical).digest('hex')].join(
    '\n',
  )
  const signingKey = scope.reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${credentials.secretAccessKey}`,
  )
  return `${endpoint}${path}?${query}&X-Amz-Signature=${createHmac('sha256', signingKey).update(toSign).digest('hex')}`
}

/** RFC 3986: everything but letters, digits and `-._~` is escaped. */
const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
