/** Serves the browser app below `/console/`. Every path that names no file is the app's own: it shows the page for it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AppFile, type AppFiles, type Encoding } from './app-files.ts'
import { pathOf } from './routing.ts'

const PREFIX = '/console/'

/**
 * Nothing but our own files runs, nothing frames us, nothing is fetched from elsewhere. Components set style attributes, which
 * cannot run anything; style sheets and `<style>` elements must be our own.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "object-src 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ')

export const COMMON_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const

const PAGE_HEADERS = {
  ...COMMON_HEADERS,
  'content-security-policy': PAGE_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'x-frame-options': 'DENY',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const

export async function serveApp(
  files: AppFiles,
  request: IncomingMessage,
  response: ServerResponse,
  url: string,
): Promise<void> {
  const path = pathOf(url).slice(PREFIX.length)
  // what lies among the assets is a file or a mistake; a page in its place would be run as a script
  const named = await files.find(path)
  const file = named ?? (path.startsWith('assets/') ? undefined : await files.find('index.html'))
  if (file !== undefined) return await sendFile(file, request, response)
  if (path.startsWith('assets/')) return sendText(request, response, 404, 'There is no such file.\n')
  sendText(request, response, 503, NOT_BUILT)
}

const NOT_BUILT = `The console of this Pipewright is not built.

Build it in the folder of the clone, then load this page again:

    npm run build:console

The API, git and the command line work without it.
`

async function sendFile(file: AppFile, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const headers = {
    ...(file.type.startsWith('text/html') ? PAGE_HEADERS : COMMON_HEADERS),
    'content-type': file.type,
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
    etag: file.etag,
  }
  if (request.headers['if-none-match']?.includes(file.etag)) {
    response.writeHead(304, headers).end()
    return
  }
  const encoding = chooseEncoding(request.headers['accept-encoding'], file.encodings)
  const body = await file.body(encoding)
  response.writeHead(200, {
    ...headers,
    ...(encoding !== undefined && { 'content-encoding': encoding }),
    'content-length': body.length,
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** The first of ours that the client takes at all. */
function chooseEncoding(accepted = '', offered: readonly Encoding[]): Encoding | undefined {
  const taken = new Set(
    accepted
      .toLowerCase()
      .split(',')
      .map((part) => part.trim().split(';'))
      .filter(([, weight]) => !/^\s*q=0(?:\.0*)?\s*$/.test(weight ?? ''))
      .map(([name]) => name?.trim()),
  )
  return offered.find((encoding) => taken.has(encoding))
}

function sendText(request: IncomingMessage, response: ServerResponse, statusCode: number, text: string): void {
  response.writeHead(statusCode, {
    ...PAGE_HEADERS,
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(text),
  })
  response.end(request.method === 'HEAD' ? undefined : text)
}
