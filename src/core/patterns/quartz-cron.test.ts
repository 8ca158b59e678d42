import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { matches, nextMatch, parseCron, type LocalTime } from './quartz-cron.ts'

/** `2026-03-02 10:15` */
const local = (text: string): LocalTime => {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/\D/).map(Number)
  return { year, month, day, hour, minute }
}

const fits = (expression: string, time: string): boolean => {
  const cron = parseCron(expression)
  assert.ok(!('problem' in cron), `${expression}: ${'problem' in cron ? cron.problem : ''}`)
  return matches(cron, local(time))
}

const utc = (at: number): LocalTime => local(new Date(at).toISOString())

const next = (expression: string, from: string, hours = 24 * 60) => {
  const cron = parseCron(expression)
  assert.ok(!('problem' in cron))
  const at = Date.parse(from)
  const found = nextMatch(cron, { from: at, until: at + hours * 3_600_000, zone: utc })
  return found && new Date(found).toISOString()
}

describe('an expression and a time', () => {
  // 2026-03-02 is a Monday; March has 31 days, the last of which is a Tuesday
  const CASES: readonly [expression: string, yes: readonly string[], no: readonly string[]][] = [
    ['* * * * * ?', ['2026-03-02 00:00', '2030-12-31 23:59'], []],
    ['0 0 9 * * ?', ['2026-03-02 09:00'], ['2026-03-02 09:01', '2026-03-02 10:00']],
    ['30 * 9-17 ? * MON-FRI', ['2026-03-02 09:59', '2026-03-06 17:30'], ['2026-03-01 12:00', '2026-03-02 18:00']],
    ['0 * 9-17 ? * 2-6 *', ['2026-03-02 09:59'], ['2026-03-01 12:00']],
    ['0 0/15 * * * ?', ['2026-03-02 10:00', '2026-03-02 10:45'], ['2026-03-02 10:20']],
    ['0 5/10 * * * ?', ['2026-03-02 10:05', '2026-03-02 10:55'], ['2026-03-02 10:00']],
    ['0 */20 * * * ?', ['2026-03-02 10:40'], ['2026-03-02 10:30']],
    ['0 * 22-4 * * ?', ['2026-03-02 23:10', '2026-03-02 04:59', '2026-03-02 00:00'], ['2026-03-02 05:00']],
    ['0 * * ? JAN,mar *', ['2026-03-02 10:00'], ['2026-02-02 10:00']],
    ['0 * * ? * FRI-MON', ['2026-03-01 10:00', '2026-03-06 10:00', '2026-03-07 10:00'], ['2026-03-04 10:00']],
    ['0 * * 1,15 * ?', ['2026-03-15 10:00'], ['2026-03-02 10:00']],
    ['0 * * L * ?', ['2026-03-31 10:00', '2028-02-29 10:00'], ['2026-03-30 10:00', '2028-02-28 10:00']],
    ['0 * * L-3 * ?', ['2026-03-28 10:00'], ['2026-03-31 10:00']],
    ['0 * * LW * ?', ['2026-03-31 10:00', '2026-05-29 10:00'], ['2026-05-31 10:00']],
    ['0 * * 1W * ?', ['2026-03-02 10:00', '2026-08-03 10:00'], ['2026-03-01 10:00', '2026-07-31 10:00']],
    ['0 * * 15W * ?', ['2026-03-16 10:00', '2026-08-14 10:00'], ['2026-03-15 10:00']],
    ['0 * * ? * L', ['2026-03-07 10:00'], ['2026-03-06 10:00']],
    ['0 * * ? * 6L', ['2026-03-27 10:00'], ['2026-03-20 10:00']],
    ['0 * * ? * FRI#3', ['2026-03-20 10:00'], ['2026-03-13 10:00', '2026-03-27 10:00']],
    ['0 * * * * ? 2026-2027', ['2026-03-20 10:00'], ['2028-03-13 10:00']],
  ]
  for (const [expression, yes, no] of CASES) {
    test(`given ${expression}, then it fits where it should`, () => {
      for (const time of yes) assert.equal(fits(expression, time), true, time)
      for (const time of no) assert.equal(fits(expression, time), false, time)
    })
  }
})

test('given an expression that is none, then the problem names what is wrong', () => {
  const problem = (text: string) => {
    const cron = parseCron(text)
    return 'problem' in cron ? cron.problem : undefined
  }
  assert.match(problem('* * * *') ?? '', /4 fields/)
  assert.match(problem('0 0 0 ? * ?') ?? '', /\?/)
  assert.match(problem('0 60 * * * ?') ?? '', /'60' is no minutes/)
  assert.match(problem('0 * * ? * 8') ?? '', /'8' is no day of week/)
  assert.match(problem('0 * * ? FOO *') ?? '', /'FOO' is no month/)
  assert.match(problem('0 */0 * * * ?') ?? '', /no minutes/)
  assert.match(problem('0 / * * * ?') ?? '', /no minutes/)
})

test('given a time inside the window, when the next one is asked for, then it is now', () => {
  assert.equal(next('0 * 9-17 ? * MON-FRI', '2026-03-02T10:15:42.500Z'), '2026-03-02T10:15:42.500Z')
})

test('given a time outside, when the next one is asked for, then it is the first minute of the window', () => {
  assert.equal(next('0 * 9-17 ? * MON-FRI', '2026-03-06T18:00:00.001Z'), '2026-03-09T09:00:00.000Z')
  assert.equal(next('0 7 3 29 2 ?', '2026-03-06T00:00:00Z', 24 * 800), '2028-02-29T03:07:00.000Z')
  assert.equal(next('0 59 * * * ?', '2026-03-06T10:00:30Z'), '2026-03-06T10:59:00.000Z')
})

test('given a window that does not open in time, then there is none', () => {
  assert.equal(next('0 0 9 * * ?', '2026-03-06T10:00:00Z', 22), undefined)
})
