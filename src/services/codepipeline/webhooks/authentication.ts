/** Who may start a pipeline through a webhook's URL: the parameters a definition needs, and the proof a delivery brings. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { BlockList, isIP } from 'node:net'
import type { Authentication } from './record.ts'

interface Parameters {
  readonly SecretToken?: string | undefined
  readonly AllowedIPRange?: string | undefined
}

/** @returns what is wrong with the parameters of this kind of authentication */
export function parametersProblem(kind: Authentication, given: Parameters): string | undefined {
  const { SecretToken: secret, AllowedIPRange: range } = given
  switch (kind) {
    case 'GITHUB_HMAC':
      if (secret === undefined || range !== undefined) return `${kind} needs a SecretToken and nothing else`
      return undefined
    case 'IP':
      if (range === undefined || secret !== undefined) return `${kind} needs an AllowedIPRange and nothing else`
      return parseRange(range) === undefined ? `AllowedIPRange '${range}' is not a valid CIDR range` : undefined
    case 'UNAUTHENTICATED':
      return secret === undefined && range === undefined ? undefined : `${kind} takes no authentication parameters`
    default:
      return kind satisfies never
  }
}

/** `192.0.2.0/24`, `2001:db8::/32` */
function parseRange(text: string): BlockList | undefined {
  const [, address = '', digits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? []
  const version = isIP(address)
  const prefix = Number(digits)
  if (version === 0 || address.includes('%') || digits === '' || prefix > (version === 4 ? 32 : 128)) return undefined
  const list = new BlockList()
  list.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6')
  return list
}

/** @param address of the peer; an IPv4 address may come dressed as an IPv6 one */
export function isInRange(address: string, range: string): boolean {
  const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
  const version = isIP(plain)
  if (version === 0) return false
  return parseRange(range)?.check(plain, version === 4 ? 'ipv4' : 'ipv6') ?? false
}

const SIGNATURES = [
  ['x-hub-signature-256', 'sha256'],
  ['x-hub-signature', 'sha1'],
] as const

/** GitHub's signature of the raw body. The stronger header counts alone when it is there; compared in constant time. */
export function isSigned(headers: Readonly<Record<string, string>>, body: Uint8Array, secret: string): boolean {
  const [header, algorithm] = SIGNATURES.find(([name]) => headers[name] !== undefined) ?? []
  if (header === undefined || algorithm === undefined) return false
  const expected = Buffer.from(`${algorithm}=${createHmac(algorithm, secret).update(body).digest('hex')}`)
  const given = Buffer.from(headers[header] ?? '')
  return given.length === expected.length && timingSafeEqual(given, expected)
}
