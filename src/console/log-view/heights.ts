/**
 * Where each of a million rows of different heights stands. Most rows are one line high; what others have more is kept in a
 * Fenwick tree, so that finding and changing a place takes the logarithm of their number.
 */
export interface Heights {
  readonly count: number
  /** of all rows */
  readonly total: number
  height(row: number): number
  /** where the row begins */
  top(row: number): number
  /** the row at a place; the last one for a place below it */
  rowAt(y: number): number
  /** @returns by how much the row grew */
  set(row: number, height: number): number
  /** forgets the rows from `from` on and has `count` rows then; without `height` the new ones are one line high */
  resize(from: number, count: number, height?: (row: number) => number): void
}

/** up to this many rows are changed one by one; of more the tree is made anew */
const FEW = 256

/** @param base height of one line */
export function createHeights(base: number): Heights {
  let count = 0
  /** what a row has more than `base`; empty until a row has */
  let extra = new Float64Array(0)
  let tree = new Float64Array(1)

  const add = (row: number, more: number): void => {
    extra[row] = (extra[row] ?? 0) + more
    for (let at = row + 1; at < tree.length; at += at & -at) tree[at] = (tree[at] ?? 0) + more
  }
  const reserve = (rows: number): void => {
    if (rows <= extra.length) return
    const larger = new Float64Array(Math.max(1024, rows + (rows >> 1)))
    larger.set(extra)
    extra = larger
    grow()
  }
  const grow = (): void => {
    tree = new Float64Array(extra.length + 1)
    for (let at = 1; at < tree.length; at += 1) {
      tree[at] = (tree[at] ?? 0) + (extra[at - 1] ?? 0)
      const parent = at + (at & -at)
      if (parent < tree.length) tree[parent] = (tree[parent] ?? 0) + (tree[at] ?? 0)
    }
  }
  const top = (row: number): number => {
    let sum = row * base
    for (let at = Math.min(row, tree.length - 1); at > 0; at -= at & -at) sum += tree[at] ?? 0
    return sum
  }

  return {
    get count() {
      return count
    },
    get total() {
      return top(count)
    },
    height: (row) => base + (extra[row] ?? 0),
    top,
    rowAt(y) {
      let row = 0
      let rest = y
      for (let step = 2 ** Math.floor(Math.log2(Math.max(1, count))); step >= 1; step /= 2) {
        const next = row + step
        if (next > count) continue
        const height = step * base + (next < tree.length ? (tree[next] ?? 0) : top(next) - top(row) - step * base)
        if (height > rest) continue
        row = next
        rest -= height
      }
      return Math.max(0, Math.min(count - 1, row))
    },
    set(row, height) {
      const more = height - base - (extra[row] ?? 0)
      if (more === 0 || row >= count) return 0
      reserve(count)
      add(row, more)
      return more
    },
    resize(from, next, height) {
      const kept = Math.min(from, next, count)
      if (height !== undefined) reserve(next)
      const isFew = count - kept + next - kept <= FEW
      if (isFew) for (let row = kept; row < Math.min(count, extra.length); row += 1) add(row, -(extra[row] ?? 0))
      else extra.fill(0, kept)
      count = next
      if (height !== undefined)
        for (let row = kept; row < next; row += 1) {
          const more = height(row) - base
          if (isFew) add(row, more)
          else extra[row] = more
        }
      if (!isFew) grow()
    },
  }
}
