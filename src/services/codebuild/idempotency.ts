import type { StartBuildInput } from '@aws-sdk/client-codebuild'
import { createHash } from 'node:crypto'
import type { ResourceKey, Writer } from '../../store/store.ts'
import type { Place } from './arns.ts'
import { invalidInput } from './errors.ts'

/** Source: AWS CodeBuild API reference, StartBuild, idempotencyToken. */
const CALLER_MS = 5 * 60_000
/** A pipeline's token is its action execution: after a crash it asks again, and must get the build it started. */
export const PIPELINE_MS = 48 * 3_600_000
const SWEPT_AT_ONCE = 8

interface TokenRecord {
  readonly buildId: string
  readonly fingerprint: string
  readonly expiresAt: number
}

/** @returns the build that this token has started already. @throws InvalidInputException when it asked for something else */
export async function buildOfToken(
  tx: Writer,
  place: Place,
  request: StartBuildInput,
  now: number,
): Promise<string | undefined> {
  const token = request.idempotencyToken
  if (token === undefined) return undefined
  const known = (await tx.resources.get<TokenRecord>(tokenKey(place, token)))?.document
  if (known === undefined || known.expiresAt < now) return undefined
  if (known.fingerprint !== fingerprint(request))
    throw invalidInput('The idempotency token was used before, with other parameters')
  return known.buildId
}

export async function rememberToken(
  tx: Writer,
  place: Place,
  request: StartBuildInput,
  { buildId, now, keepMs = CALLER_MS }: { buildId: string; now: number; keepMs?: number },
): Promise<void> {
  const token = request.idempotencyToken
  if (token === undefined) return
  const record: TokenRecord = { buildId, fingerprint: fingerprint(request), expiresAt: now + keepMs }
  await tx.resources.put(tokenKey(place, token), record, { ordinal: record.expiresAt })
  const oldest = await tx.resources.list<TokenRecord>({
    ...place,
    service: 'codebuild',
    type: 'build-token',
    order: 'ordinal',
    limit: SWEPT_AT_ONCE,
  })
  for (const { document, name } of oldest)
    if (document.expiresAt < now) await tx.resources.delete(tokenKey(place, name))
}

const tokenKey = ({ account, region }: Place, token: string): ResourceKey => ({
  account,
  region,
  service: 'codebuild',
  type: 'build-token',
  name: token,
})

const fingerprint = (request: StartBuildInput): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(request)))
    .digest('hex')

/** The order in which a client writes members says nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value as Record<string, unknown>).filter(([, member]) => member !== undefined)
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sorted(member)]),
  )
}
