import { createHmac, timingSafeEqual } from 'node:crypto'

export interface Scope {
  /** YYYYMMDD */
  readonly date: string
  readonly region: string
  readonly service: string
}

export const scopeText = (scope: Scope): string => `${scope.date}/${scope.region}/${scope.service}/aws4_request`

export const hmac = (key: string | Uint8Array, data: string): Buffer => createHmac('sha256', key).update(data).digest()

export const hmacHex = (key: string | Uint8Array, data: string): string =>
  createHmac('sha256', key).update(data).digest('hex')

/** Source: AWS Signature Version 4, "Calculate the signature": four nested HMACs over date, region, service, terminator. */
export const deriveSigningKey = (secretAccessKey: string, scope: Scope): Buffer =>
  hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, scope.date), scope.region), scope.service), 'aws4_request')

export type SigningKeys = (accessKeyId: string, secretAccessKey: string, scope: Scope) => Buffer

/** Derived keys live for a day of one caller; the oldest entry leaves when `limit` is reached. */
export function createSigningKeys(limit = 500): SigningKeys {
  const cache = new Map<string, { secretAccessKey: string; key: Buffer }>()
  return (accessKeyId, secretAccessKey, scope) => {
    const name = `${accessKeyId}/${scopeText(scope)}`
    const known = cache.get(name)
    if (known?.secretAccessKey === secretAccessKey) return known.key
    const key = deriveSigningKey(secretAccessKey, scope)
    if (cache.size >= limit) {
      const [oldest] = cache.keys()
      if (oldest !== undefined) cache.delete(oldest)
    }
    cache.set(name, { secretAccessKey, key })
    return key
  }
}

/** Compares without telling by its duration where the first difference is. */
export function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
