import type { ResourceQuery, ResourceReader } from '../../store/store.ts'
import { invalidInput } from './errors.ts'

export const PAGE_SIZE = 100

interface Position {
  readonly name: string
  readonly ordinal: number
}

/** One page of names of records. The token is the last record's place in the order. */
export async function namesPage(
  resources: ResourceReader,
  query: Omit<ResourceQuery, 'after' | 'limit'>,
  nextToken: string | undefined,
): Promise<{ readonly names: string[]; readonly nextToken?: string }> {
  const after = nextToken === undefined ? undefined : readToken(nextToken)
  const found = await resources.list({ ...query, ...(after === undefined ? {} : { after }), limit: PAGE_SIZE + 1 })
  const shown = found.slice(0, PAGE_SIZE)
  const last = shown.at(-1)
  const names = shown.map(({ name }) => name)
  if (found.length <= PAGE_SIZE || last === undefined) return { names }
  return {
    names,
    nextToken: Buffer.from(JSON.stringify({ name: last.name, ordinal: last.ordinal })).toString('base64url'),
  }
}

function readToken(token: string): Position {
  try {
    const { name, ordinal } = JSON.parse(Buffer.from(token, 'base64url').toString()) as Partial<Position>
    if (typeof name === 'string' && typeof ordinal === 'number') return { name, ordinal }
  } catch {
    // answered below
  }
  throw invalidInput('Invalid nextToken')
}
