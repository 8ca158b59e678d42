import { createHash } from 'node:crypto'
import { invalidNextToken } from './errors.ts'

/**
 * Opaque pagination tokens: where the next page begins, bound to the operation and to everything that selects its items, so
 * that a token of another list is refused. The checksum is no secret: a cursor opens nothing that its caller may not list.
 * @param scope account, region and filters of the list
 */
export function writeToken(operation: string, scope: unknown, cursor: unknown): string {
  const body = JSON.stringify(cursor)
  return Buffer.from(`${checksum(operation, scope, body)}${body}`).toString('base64url')
}

/** @returns the cursor, or `undefined` for the first page. @throws InvalidNextTokenException */
export function readToken<Cursor>(operation: string, scope: unknown, token: string | undefined): Cursor | undefined {
  if (token === undefined) return undefined
  const text = Buffer.from(token, 'base64url').toString()
  const body = text.slice(CHECKSUM_LENGTH)
  if (text.slice(0, CHECKSUM_LENGTH) !== checksum(operation, scope, body)) throw invalidNextToken()
  return JSON.parse(body) as Cursor
}

const CHECKSUM_LENGTH = 22

const checksum = (operation: string, scope: unknown, body: string) =>
  createHash('sha256')
    .update(JSON.stringify([operation, scope, body]))
    .digest('base64url')
    .slice(0, CHECKSUM_LENGTH)

/**
 * One page of a list that is read with one item more than asked for: that item proves that another page follows.
 * `next` makes the token out of the last item shown.
 */
export function page<Item>(
  items: readonly Item[],
  limit: number,
  next: (last: Item) => string,
): { readonly items: readonly Item[]; readonly nextToken?: string } {
  const shown = items.slice(0, limit)
  const last = shown.at(-1)
  return items.length > limit && last !== undefined ? { items: shown, nextToken: next(last) } : { items: shown }
}
