import { invalidToken } from './errors.ts'

/** One page of a list that is sorted by name. The token is the last name. */
export function page<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  limit: number,
  token: string | undefined,
): { readonly items: Item[]; readonly NextToken?: string } {
  const after = token === undefined ? undefined : readToken(token)
  const left = after === undefined ? items : items.filter((item) => nameOf(item) > after)
  const shown = left.slice(0, limit)
  const last = shown.at(-1)
  if (left.length <= limit || last === undefined) return { items: shown }
  return { items: shown, NextToken: Buffer.from(JSON.stringify({ after: nameOf(last) })).toString('base64url') }
}

function readToken(token: string): string {
  try {
    const { after } = JSON.parse(Buffer.from(token, 'base64url').toString()) as { readonly after?: unknown }
    if (typeof after === 'string') return after
  } catch {
    // answered below
  }
  throw invalidToken()
}
