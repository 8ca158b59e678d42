/** Which requests are a browser's, for the console, and which are AWS calls: a bucket may be called "console". */
import type { IncomingMessage } from 'node:http'

/** `home`: to be sent on to the console; `app`: one of its files */
export type ConsoleRoute = 'home' | 'app'

const APP = '/console'

export function consoleRoute({ method, headers }: IncomingMessage, url: string): ConsoleRoute | undefined {
  if ((method !== 'GET' && method !== 'HEAD') || isSigned(headers, url)) return undefined
  const path = pathOf(url)
  if (path === '/') return headers.accept?.includes('text/html') === true ? 'home' : undefined
  if (path === APP) return 'home'
  return path.startsWith(`${APP}/`) ? 'app' : undefined
}

/** Browsers cannot sign what they navigate to, except by a query that somebody gave them. */
export function isSigned({ authorization }: IncomingMessage['headers'], url: string): boolean {
  return authorization !== undefined || isPresigned(url)
}

export const isPresigned = (url: string): boolean => /[?&](?:x-amz-(?:signature|credential)|awsaccesskeyid)=/i.test(url)

export const pathOf = (url: string): string => url.split('?', 1)[0] ?? url
