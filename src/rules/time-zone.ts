/** Time zones by name, through the machine's own tables. */
import type { LocalTime, TimeZone } from '../core/patterns/quartz-cron.ts'

/** @param name `Europe/Paris`, `UTC`, `UTC+05:30`, or an abbreviation of 3 to 5 letters. @returns undefined: unknown */
export function timeZone(name: string): TimeZone | undefined {
  const offset = /^(?:UTC|GMT)([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(name)
  if (offset !== null) {
    const [, sign, hours, minutes = '0'] = offset
    const ms = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1)
    return (at) => localTime(new Date(at + ms))
  }
  try {
    const format = new Intl.DateTimeFormat('en-US', { ...PARTS, timeZone: ABBREVIATIONS[name.toUpperCase()] ?? name })
    return (at) => localTime(asIfUtc(format, at))
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

const localTime = (date: Date): LocalTime => ({
  year: date.getUTCFullYear(),
  month: date.getUTCMonth() + 1,
  day: date.getUTCDate(),
  hour: date.getUTCHours(),
  minute: date.getUTCMinutes(),
})

const PARTS = {
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
} as const satisfies Intl.DateTimeFormatOptions

/** An instant of UTC whose clock shows what the zone's clock shows now. */
function asIfUtc(format: Intl.DateTimeFormat, at: number): Date {
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = parts
  return new Date(Date.UTC(year, month - 1, day, hour, minute))
}

/** Those that the tables do not have, or not with daylight saving time. Source: `java.time.ZoneId`, SHORT_IDS, and common usage. */
const ABBREVIATIONS: Readonly<Record<string, string | undefined>> = {
  PST: 'America/Los_Angeles',
  PDT: 'America/Los_Angeles',
  MDT: 'America/Denver',
  CST: 'America/Chicago',
  CDT: 'America/Chicago',
  EDT: 'America/New_York',
  BST: 'Europe/London',
  CEST: 'Europe/Paris',
  IST: 'Asia/Kolkata',
  JST: 'Asia/Tokyo',
  AEST: 'Australia/Brisbane',
  AEDT: 'Australia/Sydney',
}
