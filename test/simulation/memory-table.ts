/** A map with a unit of work in it: what the unit changed is seen by the unit alone until it is committed, or taken back. */
export interface Rows<Key, Value> {
  get(key: Key): Value | undefined
  values(): Value[]
  /** in no order to rely on */
  entries(): (readonly [Key, Value])[]
}

export interface Table<Key, Value> extends Rows<Key, Value> {
  put(key: Key, value: Value): void
  /** @returns whether it was there */
  remove(key: Key): boolean
  /** what everybody else sees */
  readonly committed: Rows<Key, Value>
  commit(): void
  rollBack(): void
}

export function createTable<Key, Value>(): Table<Key, Value> {
  const rows = new Map<Key, Value>()
  /** what the keys that the unit changed had before it */
  const before = new Map<Key, Value | undefined>()
  const remember = (key: Key): unknown => before.has(key) || before.set(key, rows.get(key))

  function committedRows(): ReadonlyMap<Key, Value> {
    if (before.size === 0) return rows
    const committed = new Map(rows)
    for (const [key, value] of before) restore(committed, key, value)
    return committed
  }

  return {
    ...rowsOf(() => rows),
    committed: rowsOf(committedRows),
    put(key, value) {
      remember(key)
      rows.set(key, value)
    },
    remove(key) {
      remember(key)
      return rows.delete(key)
    },
    commit: () => before.clear(),
    rollBack() {
      for (const [key, value] of before) restore(rows, key, value)
      before.clear()
    },
  }
}

const rowsOf = <Key, Value>(rows: () => ReadonlyMap<Key, Value>): Rows<Key, Value> => ({
  get: (key) => rows().get(key),
  values: () => [...rows().values()],
  entries: () => [...rows().entries()],
})

function restore<Key, Value>(rows: Map<Key, Value>, key: Key, value: Value | undefined): void {
  if (value === undefined) rows.delete(key)
  else rows.set(key, value)
}

/** How a part of the store answers: at once, not at all, or with a refusal. */
export type Answer = <Value>(make: () => Value) => Promise<Value>

/** The order of the UTF-8 bytes, which is neither that of a locale nor that of UTF-16. */
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
