import { s3Error } from './errors.ts'

export interface Page<Row> {
  readonly items: readonly Row[]
  readonly prefixes: readonly string[]
  /** what the page ended with, when there is more: a key with its row, or a folded prefix */
  readonly next: { readonly key: string; readonly row?: Row } | undefined
  readonly limit: number
}

/** Where a page begins: behind a row, or (without a row, as when a client names a key) behind everything of that key. */
export interface Cursor<Row> {
  readonly key: string
  readonly row?: Row
}

const MAX_KEYS = 1000
/** Sorts behind every key that starts with the prefix it is appended to. */
const BEHIND = '\u{10FFFF}'

/**
 * One page of keys, those with the delimiter behind the prefix folded into common prefixes. A folded prefix counts as one key
 * and its members are skipped in one step, so that a folder of a million keys costs one look-up.
 * @param read rows by key, behind `after`; several of one key (its versions) may follow each other
 */
export async function collate<Row extends { readonly key: string }>(
  read: (after: Cursor<Row> | undefined, limit: number) => Promise<readonly Row[]>,
  input: {
    Prefix?: string | undefined
    Delimiter?: string | undefined
    MaxKeys?: number | undefined
    after?: Cursor<Row> | undefined
  },
): Promise<Page<Row>> {
  const limit = Math.min(input.MaxKeys ?? MAX_KEYS, MAX_KEYS)
  if (limit < 0) throw s3Error('InvalidArgument', { ArgumentName: 'maxKeys' })
  const prefix = input.Prefix ?? ''
  const fold = (key: string): string | undefined => {
    if (!input.Delimiter) return undefined
    const end = key.indexOf(input.Delimiter, prefix.length)
    return end < 0 ? undefined : key.slice(0, end + input.Delimiter.length)
  }
  const items: Row[] = []
  const prefixes: string[] = []
  // the page before may have ended with a folded prefix
  let after = input.after
  if (after && fold(after.key) === after.key) after = { key: after.key + BEHIND }
  let newest: Page<Row>['next']
  while (true) {
    const wanted = limit - items.length - prefixes.length
    const rows = await read(after, wanted + 1)
    for (const row of rows) {
      if (items.length + prefixes.length >= limit) return { items, prefixes, next: newest, limit }
      const folded = fold(row.key)
      if (folded !== undefined) {
        prefixes.push(folded)
        newest = { key: folded }
        after = { key: folded + BEHIND }
        break
      }
      items.push(row)
      newest = { key: row.key, row }
      after = newest
    }
    if (rows.length === 0) return { items, prefixes, next: undefined, limit }
  }
}
