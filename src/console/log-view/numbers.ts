/** A growing list of ascending whole numbers, four bytes each. */
export interface Numbers {
  readonly length: number
  at(index: number): number | undefined
  push(value: number): void
  /** index of the last one that is at most `value`; -1 when there is none */
  lastAtMost(value: number): number
  has(value: number): boolean
  clear(): void
}

export function createNumbers(): Numbers {
  let values = new Uint32Array(256)
  let length = 0
  const lastAtMost = (value: number): number => {
    let low = 0
    let high = length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((values[middle] ?? 0) <= value) low = middle + 1
      else high = middle
    }
    return low - 1
  }
  return {
    get length() {
      return length
    },
    at: (index) => (index >= 0 && index < length ? values[index] : undefined),
    push(value) {
      if (length === values.length) {
        const larger = new Uint32Array(length * 2)
        larger.set(values)
        values = larger
      }
      values[length] = value
      length += 1
    },
    lastAtMost,
    has: (value) => {
      const index = lastAtMost(value)
      return index >= 0 && values[index] === value
    },
    clear() {
      length = 0
    },
  }
}
