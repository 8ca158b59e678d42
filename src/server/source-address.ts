import type { IncomingMessage } from 'node:http'
import type { ServerConfig } from './config.ts'

/**
 * Where a request comes from: the peer, or what a declared proxy says. Of several forwarded addresses the last one is the proxy's
 * own word, those before it are whatever the client claimed.
 */
export function sourceAddressOf(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  { behindProxy = false }: Pick<ServerConfig, 'behindProxy'>,
): string {
  const forwarded = behindProxy ? String(headers['x-forwarded-for'] ?? '') : ''
  return forwarded.split(',').at(-1)?.trim() || (socket.remoteAddress ?? '')
}
