import { createHash } from 'node:crypto'
import { percentDecode } from '../request.ts'

/**
 * How the path enters the signature. `normalised`: dot segments and doubled slashes are resolved, then what was sent is
 * encoded once more. `verbatim`: object stores sign the path as sent, because `a//b` and `a/../b` are names of objects.
 */
export type PathRule = 'normalised' | 'verbatim'

export interface CanonicalParts {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly signedHeaders: readonly string[]
  readonly payloadHash: string
}

/** Source: AWS Signature Version 4, "Create a canonical request". */
export function canonicalRequest(parts: CanonicalParts, rule: PathRule): string {
  const headers = parts.signedHeaders.map((name) => `${name}:${trimAll(parts.headers[name] ?? '')}\n`).join('')
  return [
    parts.method,
    rule === 'verbatim' ? verbatimPath(parts.path) : normalisedPath(parts.path),
    canonicalQuery(parts.query),
    headers,
    parts.signedHeaders.join(';'),
    parts.payloadHash,
  ].join('\n')
}

export const stringToSign = (timestamp: string, scope: string, canonical: string): string =>
  `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256Hex(canonical)}`

export const sha256Hex = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')

/** RFC 3986: everything but letters, digits and `-._~` is escaped. */
export const uriEncode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)

function normalisedPath(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  const slash = kept.length > 0 && path.endsWith('/') ? '/' : ''
  return `/${kept.map(uriEncode).join('/')}${slash}`
}

/** Clients differ in which characters they leave bare on the wire, but sign the strictly encoded form. */
const verbatimPath = (path: string): string =>
  path
    .split('/')
    .map((segment) => uriEncode(percentDecode(segment)))
    .join('/')

function canonicalQuery(query: string): string {
  if (query === '') return ''
  const pairs: [string, string][] = []
  for (const part of query.split('&')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = percentDecode(equals < 0 ? part : part.slice(0, equals))
    if (name === 'X-Amz-Signature') continue
    pairs.push([uriEncode(name), equals < 0 ? '' : uriEncode(percentDecode(part.slice(equals + 1)))])
  }
  pairs.sort(([nameA, valueA], [nameB, valueB]) => order(nameA, nameB) || order(valueA, valueB))
  return pairs.map(([name, value]) => `${name}=${value}`).join('&')
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const trimAll = (value: string): string => value.trim().replace(/\s+/g, ' ')
