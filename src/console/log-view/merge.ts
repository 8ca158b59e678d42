/**
 * Several logs as one, in the order of time. Lines of one log never change their order among themselves, whatever their clocks say;
 * of lines of the same instant those of the earlier log come first. What arrives late is put where it belongs.
 */
import type { LogBuffer } from './buffer.ts'

export interface MergedLog {
  readonly count: number
  /** which log, and which of its lines */
  at(row: number): { readonly log: number; readonly line: number }
  /** where a line of a log stands now; -1 before it was merged */
  rowOf(log: number, line: number): number
  /** takes in what the logs got since the last call. @returns the first row that is not what it was */
  update(): number
  /** one more log; its number is the count of those before it */
  add(buffer: LogBuffer): number
}

export function createMergedLog(): MergedLog {
  const logs: { readonly buffer: LogBuffer; taken: number }[] = []
  let owner = new Uint16Array(1024)
  let line = new Uint32Array(1024)
  /** the time by which a row is ordered: never before the line above it in its own log */
  let time = new Float64Array(1024)
  /** time of the last merged line of each log */
  const last: number[] = []
  let count = 0

  const reserve = (rows: number): void => {
    if (rows <= owner.length) return
    const size = Math.max(rows, owner.length * 2)
    const grown = { owner: new Uint16Array(size), line: new Uint32Array(size), time: new Float64Array(size) }
    grown.owner.set(owner)
    grown.line.set(line)
    grown.time.set(time)
    ;({ owner, line, time } = grown)
  }

  const takeNew = (): Fresh[] =>
    logs.flatMap((log, index) => {
      const from = log.taken
      const to = log.buffer.count
      if (from === to) return []
      log.taken = to
      const times = new Float64Array(to - from)
      let floor = last[index] ?? -Infinity
      for (let at = from; at < to; at += 1) {
        floor = Math.max(floor, log.buffer.timestamp(at))
        times[at - from] = floor
      }
      last[index] = floor
      return [{ log: index, from, times }]
    })

  return {
    get count() {
      return count
    },
    at: (row) => ({ log: owner[row] ?? 0, line: line[row] ?? 0 }),
    rowOf(log, wanted) {
      // rows of one log ascend by line, so the search may compare with the nearest row of that log
      const source = logs[log]
      if (source === undefined || wanted >= source.taken) return -1
      for (let row = firstRowAt(source.buffer.timestamp(wanted)); row < count; row += 1)
        if (owner[row] === log && line[row] === wanted) return row
      return -1
    },
    update() {
      const fresh = takeNew()
      if (fresh.length === 0) return count
      const added = fresh.reduce((sum, { times }) => sum + times.length, 0)
      reserve(count + added)
      const earliest = Math.min(...fresh.map(({ times }) => times[0] ?? Infinity))
      // rows before the earliest new line stay; those after it are merged anew
      const kept = Math.max(0, firstRowAfter(earliest))
      const tail = { owner: owner.slice(kept, count), line: line.slice(kept, count), time: time.slice(kept, count) }
      count = kept
      mergeInto(tail, fresh, (log, at, when) => {
        owner[count] = log
        line[count] = at
        time[count] = when
        count += 1
      })
      return kept
    },
    add(buffer) {
      return logs.push({ buffer, taken: 0 }) - 1
    },
  }

  /** rows are ordered by time: the first whose time is later */
  function firstRowAfter(when: number): number {
    let low = 0
    let high = count
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((time[middle] ?? 0) <= when) low = middle + 1
      else high = middle
    }
    return low
  }
  function firstRowAt(when: number): number {
    let row = firstRowAfter(when)
    while (row > 0 && (time[row - 1] ?? 0) >= when) row -= 1
    return row
  }
}

interface Fresh {
  readonly log: number
  readonly from: number
  readonly times: Float64Array
}

interface Tail {
  readonly owner: Uint16Array
  readonly line: Uint32Array
  readonly time: Float64Array
}

/** Of the same instant: what was there stays first, then the earlier log. */
function mergeInto(tail: Tail, fresh: readonly Fresh[], take: (log: number, line: number, time: number) => void): void {
  const cursors = fresh.map((each) => ({ ...each, at: 0 }))
  let nextOld = 0
  for (;;) {
    let best: (typeof cursors)[number] | undefined
    let bestTime = nextOld < tail.time.length ? (tail.time[nextOld] ?? 0) : Infinity
    for (const cursor of cursors) {
      const when = cursor.times[cursor.at] ?? Infinity
      if (when < bestTime) {
        best = cursor
        bestTime = when
      }
    }
    if (best !== undefined) {
      take(best.log, best.from + best.at, bestTime)
      best.at += 1
    } else if (nextOld < tail.time.length) {
      take(tail.owner[nextOld] ?? 0, tail.line[nextOld] ?? 0, tail.time[nextOld] ?? 0)
      nextOld += 1
    } else {
      return
    }
  }
}
