import type { Instant } from '../../base/clock.ts'

export const MAX_SKEW_MS = 15 * 60_000

/** @param text `20150830T123600Z` @returns `undefined` when it is no such time */
export function parseBasicTime(text: string): Instant | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second] = match
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(at) ? undefined : at
}

export const basicTime = (at: Instant): string => new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '')
