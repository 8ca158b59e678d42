/** Slows down guessing: so many failures from one address, or for one key, and both wait. Successes cost nothing. */
import { isIPv6 } from 'node:net'
import type { Clock } from '../../base/clock.ts'

export interface LoginLimits {
  /** @returns seconds to wait; undefined: try */
  wait(address: string, accessKeyId: string): number | undefined
  failed(address: string, accessKeyId: string): void
  succeeded(accessKeyId: string): void
}

const WINDOW_MS = 5 * 60_000
const MOST_OF_ADDRESS = 20
/** fewer than of an address: a botnet shares one key's guesses */
const MOST_OF_KEY = 10
/** what is remembered; beyond it the oldest are forgotten */
const MOST_REMEMBERED = 10_000

interface Failures {
  count: number
  readonly since: number
}

export function createLoginLimits(clock: Clock): LoginLimits {
  const byAddress = new Map<string, Failures>()
  const byKey = new Map<string, Failures>()

  const current = (map: Map<string, Failures>, name: string): Failures | undefined => {
    const found = map.get(name)
    if (found === undefined || clock.now() - found.since < WINDOW_MS) return found
    map.delete(name)
    return undefined
  }
  const note = (map: Map<string, Failures>, name: string): void => {
    const found = current(map, name)
    if (found !== undefined) {
      found.count += 1
      return
    }
    const [oldest] = map.keys()
    if (map.size >= MOST_REMEMBERED && oldest !== undefined) map.delete(oldest)
    map.set(name, { count: 1, since: clock.now() })
  }

  return {
    wait(address, accessKeyId) {
      const full = [
        { failures: current(byAddress, network(address)), most: MOST_OF_ADDRESS },
        { failures: current(byKey, accessKeyId), most: MOST_OF_KEY },
      ].filter(({ failures, most }) => (failures?.count ?? 0) >= most)
      if (full.length === 0) return undefined
      const until = Math.max(...full.map(({ failures }) => (failures?.since ?? 0) + WINDOW_MS))
      return Math.ceil((until - clock.now()) / 1000)
    },
    failed(address, accessKeyId) {
      note(byAddress, network(address))
      note(byKey, accessKeyId)
    },
    succeeded(accessKeyId) {
      byKey.delete(accessKeyId)
    },
  }
}

/** Whoever has one IPv6 address has 2^64 of them: the first four groups count. */
function network(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address
  const [head = '', tail] = address.split('::')
  const groups = head.split(':')
  const rest = tail === undefined ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length)
  return [...groups, ...Array.from({ length: zeros }, () => '0'), ...rest].slice(0, 4).join(':')
}
