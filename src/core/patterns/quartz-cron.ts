/**
 * Quartz cron expressions: seconds minutes hours day-of-month month day-of-week, and perhaps the year. Matched by the minute: the
 * seconds are read and ignored.
 *
 * Source: Quartz documentation, "CronTrigger tutorial"; CodePipeline user guide, "DeploymentWindow" for the minute.
 */

/** What a clock in some place shows. `month` is 1..12. */
export interface LocalTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
}

export type TimeZone = (at: number) => LocalTime

export interface Cron {
  readonly minute: (minute: number) => boolean
  readonly hour: (hour: number) => boolean
  readonly date: (date: Pick<LocalTime, 'year' | 'month' | 'day'>) => boolean
}

export function parseCron(text: string): Cron | { readonly problem: string } {
  const fields = text.trim().toUpperCase().split(/\s+/)
  const [seconds = '', minutes = '', hours = '', days = '', months = '', weekdays = '', years = '*'] = fields
  if (fields.length !== 6 && fields.length !== 7) return { problem: `it has ${fields.length} fields instead of 6 or 7` }
  if (days === '?' && weekdays === '?') return { problem: `'?' stands for one of the two day fields only` }
  try {
    numbers(seconds, SECONDS)
    const month = numbers(months, MONTHS)
    const year = numbers(years, YEARS)
    const day = daysOfMonth(days)
    const weekday = daysOfWeek(weekdays)
    return {
      minute: numbers(minutes, MINUTES),
      hour: numbers(hours, HOURS),
      date: (date) => year(date.year) && month(date.month) && day(date) && weekday(date),
    }
  } catch (error) {
    if (error instanceof Misspelt) return { problem: error.message }
    throw error
  }
}

export const matches = ({ minute, hour, date }: Cron, time: LocalTime): boolean =>
  minute(time.minute) && hour(time.hour) && date(time)

/**
 * @returns `from` when the minute it is in matches, else the beginning of the first minute that does, up to `until`
 */
export function nextMatch(
  cron: Cron,
  { from, until, zone }: { readonly from: number; readonly until: number; readonly zone: TimeZone },
): number | undefined {
  for (let at = from - (from % MINUTE); at <= until;) {
    const time = zone(at)
    if (matches(cron, time)) return Math.max(at, from)
    // the clocks of all zones differ by whole quarters: where not even the hour fits, nothing before the next quarter does
    const step = cron.hour(time.hour) && cron.date(time) ? MINUTE : QUARTER
    at += step - (at % step)
  }
  return undefined
}

const MINUTE = 60_000
const QUARTER = 15 * MINUTE

class Misspelt extends Error {}

interface Field {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly names?: readonly string[]
}

const MONTH_NAMES = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const DAY_NAMES = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

const SECONDS: Field = { name: 'seconds', min: 0, max: 59 }
const MINUTES: Field = { name: 'minutes', min: 0, max: 59 }
const HOURS: Field = { name: 'hours', min: 0, max: 23 }
const DAYS: Field = { name: 'day of month', min: 1, max: 31 }
const MONTHS: Field = { name: 'month', min: 1, max: 12, names: MONTH_NAMES }
const WEEKDAYS: Field = { name: 'day of week', min: 1, max: 7, names: DAY_NAMES }
const YEARS: Field = { name: 'year', min: 1970, max: 2199 }

/** Lists, ranges and steps: `*`, `5`, `1-5`, `22-4`, `0/15`, `MON-FRI`. */
function numbers(text: string, field: Field): (value: number) => boolean {
  const wanted = new Set(text.split(',').flatMap((part) => [...range(part, field)]))
  return (value) => wanted.has(value)
}

function* range(part: string, field: Field): Generator<number> {
  const [, values = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? []
  const [first = '', last] = values === '*' ? [`${field.min}`, `${field.max}`] : values.split('-')
  const by = step === undefined ? 1 : Number(step)
  if (by === 0) throw misspelt(part, field)
  const from = number(first, field)
  const to = last === undefined ? (step === undefined ? from : field.max) : number(last, field)
  const size = field.max - field.min + 1
  // a range may go around the end: 22-4, FRI-MON
  for (let value = from; value <= (to < from ? to + size : to); value += by) {
    yield value > field.max ? value - size : value
  }
}

function number(text: string, field: Field): number {
  const named = field.names?.indexOf(text) ?? -1
  const value = named >= 0 ? named + field.min : /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= field.min && value <= field.max)) throw misspelt(text, field)
  return value
}

const misspelt = (text: string, { name }: Field): Misspelt => new Misspelt(`'${text}' is no ${name}`)

type DateTest = Cron['date']

const any: DateTest = () => true

/** `L` the last day, `L-3` three days before it, `15W` the weekday nearest to the 15th in its month, `LW` the last weekday. */
function daysOfMonth(text: string): DateTest {
  if (text === '?' || text === '*') return any
  const tests = text.split(',').map((part): DateTest => {
    const [, before = '0'] = /^L(?:-(\d+))?$/.exec(part) ?? []
    if (part === 'LW') return ({ year, month, day }) => day === nearestWeekday(year, month, lastDay(year, month))
    if (part.startsWith('L') && /^L(-\d+)?$/.test(part)) {
      return ({ year, month, day }) => day === lastDay(year, month) - Number(before)
    }
    if (/^\d+W$/.test(part)) {
      const wanted = number(part.slice(0, -1), DAYS)
      return ({ year, month, day }) => wanted <= lastDay(year, month) && day === nearestWeekday(year, month, wanted)
    }
    const wanted = numbers(part, DAYS)
    return ({ day }) => wanted(day)
  })
  return (date) => tests.some((test) => test(date))
}

/** `6L` the last Friday, `6#3` the third Friday, `L` alone is Saturday. */
function daysOfWeek(text: string): DateTest {
  if (text === '?' || text === '*') return any
  const tests = text.split(',').map((part): DateTest => {
    if (part.length > 1 && part.endsWith('L')) {
      const wanted = number(part.slice(0, -1), WEEKDAYS)
      return (date) => weekdayOf(date) === wanted && date.day + 7 > lastDay(date.year, date.month)
    }
    const [, name = '', nth] = /^(\w+)#([1-5])$/.exec(part) ?? []
    if (nth !== undefined) {
      const wanted = number(name, WEEKDAYS)
      return (date) => weekdayOf(date) === wanted && Math.ceil(date.day / 7) === Number(nth)
    }
    const wanted = numbers(part === 'L' ? 'SAT' : part, WEEKDAYS)
    return (date) => wanted(weekdayOf(date))
  })
  return (date) => tests.some((test) => test(date))
}

/** 1 is Sunday. */
const weekdayOf = ({ year, month, day }: { readonly year: number; readonly month: number; readonly day: number }) =>
  new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1

const lastDay = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()

/** Monday to Friday, and never in another month. */
function nearestWeekday(year: number, month: number, day: number): number {
  const weekday = weekdayOf({ year, month, day })
  if (weekday === 7) return day === 1 ? 3 : day - 1
  if (weekday === 1) return day === lastDay(year, month) ? day - 2 : day + 1
  return day
}
