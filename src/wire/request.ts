import type { WireRequest } from './wire.ts'

/** A request taken apart once: routing, signatures and bindings read this, never the URL again. */
export interface ParsedRequest {
  readonly request: WireRequest
  readonly method: string
  /** as received, still percent-encoded, without the query */
  readonly path: string
  /** as received, without the question mark */
  readonly query: string
  /** decoded; a parameter without `=` has an empty value */
  readonly params: ReadonlyMap<string, readonly string[]>
  readonly headers: Readonly<Record<string, string>>
  /** lower case, without a port */
  readonly hostName: string
}

export function parseRequest(request: WireRequest): ParsedRequest {
  const target = originForm(request.url)
  const mark = target.indexOf('?')
  const query = mark < 0 ? '' : target.slice(mark + 1)
  return {
    request,
    method: request.method.toUpperCase(),
    path: (mark < 0 ? target : target.slice(0, mark)) || '/',
    query,
    params: parseForm(query),
    headers: request.headers,
    hostName: withoutPort(request.headers['host'] ?? '').toLowerCase(),
  }
}

/** `application/x-www-form-urlencoded` text, which query strings are too; the first value of a name comes first. */
export function parseForm(text: string): Map<string, string[]> {
  const params = new Map<string, string[]>()
  for (const part of text.split('&')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = decodeFormText(equals < 0 ? part : part.slice(0, equals))
    const value = equals < 0 ? '' : decodeFormText(part.slice(equals + 1))
    const values = params.get(name)
    if (values === undefined) params.set(name, [value])
    else values.push(value)
  }
  return params
}

export const firstParam = (request: ParsedRequest, name: string): string | undefined => request.params.get(name)?.[0]

/** Percent-decoding that leaves text alone which is not percent-encoded UTF-8. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const decodeFormText = (text: string): string => percentDecode(text.includes('+') ? text.replaceAll('+', ' ') : text)

/** Proxies may send the absolute form `GET http://host/path`. */
const originForm = (url: string): string => (url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]*/i, ''))

export const withoutPort = (host: string): string => host.replace(/:\d+$/, '')
