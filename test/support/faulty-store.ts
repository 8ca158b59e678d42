/**
 * A store that fails now and then, in the two ways that a caller must survive: the work was not done, and the work was done but the
 * caller is told that it failed (the connection broke behind the commit). Give the seed a failing test printed to see it again.
 */
import { setImmediate } from 'node:timers/promises'
import type { Reader, Store } from '../../src/store/store.ts'

export class StoreFault extends Error {
  override readonly name = 'StoreFault'
  readonly done: boolean
  constructor(done: boolean) {
    super(done ? 'injected: the write was done, its answer was lost' : 'injected: nothing was done')
    this.done = done
  }
}

export interface Faults {
  readonly seed: number
  /** chances, 0..1 */
  readonly failBefore?: number
  readonly failAfter?: number
  readonly failReads?: number
  /** of a write to wait for a turn of the event loop, so that others overtake */
  readonly delay?: number
  /** of a write to be done twice, as by a connection that asks again when it hears nothing */
  readonly duplicate?: number
}

export interface FaultyStore extends Store {
  /** how many faults were injected so far */
  readonly injected: () => number
  /** from now on it works (the part of a test that looks at the result) */
  heal(): void
}

/** The inner store stays its opener's: disposing of this one does nothing. */
export function faultyStore(
  inner: Store,
  { seed, failBefore = 0, failAfter = 0, failReads = 0, delay = 0, duplicate = 0 }: Faults,
): FaultyStore {
  const random = mulberry32(seed)
  let injected = 0
  let healed = false
  const strikes = (chance: number): boolean => !healed && random() < chance

  function fail(done: boolean): never {
    injected += 1
    throw new StoreFault(done)
  }

  return {
    read: failReads === 0 ? inner.read : failingReader(inner.read, () => strikes(failReads) && fail(false)),
    async write(work) {
      if (strikes(delay)) await setImmediate()
      if (strikes(failBefore)) fail(false)
      let result = await inner.write(work)
      if (strikes(duplicate)) {
        injected += 1
        result = await inner.write(work)
      }
      if (strikes(failAfter)) fail(true)
      return result
    },
    injected: () => injected,
    heal() {
      healed = true
    },
    async [Symbol.asyncDispose]() {},
  }
}

type Method = (...given: readonly unknown[]) => Promise<unknown>

/** Every method of every part, whatever parts the door gets. */
function failingReader(reader: Reader, strike: () => unknown): Reader {
  const parts = Object.entries(reader).map(([name, part]: [string, Readonly<Record<string, Method>>]) => [
    name,
    Object.fromEntries(
      Object.entries(part).map(([method, call]): [string, Method] => [
        method,
        async (...given) => {
          strike()
          return call(...given)
        },
      ]),
    ),
  ])
  return Object.fromEntries(parts) as Reader
}

/** A small, well mixed generator: the same numbers in [0, 1) for the same seed. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
