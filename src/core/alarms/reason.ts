/** Why an alarm is in its state, in the words that people and their chat bots look for. */
import { COMPARISONS, type AlarmRule, type AlarmState } from './alarm.ts'
import type { Evaluation } from './evaluate.ts'

export function reasonOf(rule: AlarmRule, state: AlarmState, { recent, breaching, missing }: Evaluation): string {
  if (state === 'INSUFFICIENT_DATA') {
    return `Insufficient Data: ${missing} ${missing === 1 ? 'datapoint was' : 'datapoints were'} unknown.`
  }
  const treated = missing > 0 && (rule.missingData === 'breaching' || rule.missingData === 'notBreaching')
  if (recent.length === 0) {
    const as = rule.missingData === 'breaching' ? 'Breaching' : 'NonBreaching'
    return `Threshold Crossed: no datapoints were received for ${periods(missing)} and ${points(missing)} treated as [${as}].`
  }
  const isAlarm = state === 'ALARM'
  const shown = recent.toReversed().map(({ value, at }) => `${decimal(value)} (${dayAndTime(at)})`)
  const needed = isAlarm ? rule.datapointsToAlarm : rule.evaluationPeriods - rule.datapointsToAlarm + 1
  const count = isAlarm ? breaching : recent.length - breaching
  const transition = isAlarm ? 'OK -> ALARM' : 'ALARM -> OK'
  const was = count === 1 ? 'was' : 'were'
  return [
    `Threshold Crossed: ${count} out of the last ${recent.length} datapoints [${shown.join(', ')}] ${was}`,
    `${isAlarm ? '' : 'not '}${COMPARISONS[rule.comparison].words} the threshold (${decimal(rule.threshold)})`,
    ...(treated
      ? [`and ${points(missing)} treated as [${rule.missingData === 'breaching' ? 'Breaching' : 'NonBreaching'}]`]
      : []),
    `(minimum ${needed} ${needed === 1 ? 'datapoint' : 'datapoints'} for ${transition} transition).`,
  ].join(' ')
}

const periods = (count: number): string => `${count} ${count === 1 ? 'period' : 'periods'}`
const points = (count: number): string => `${count} missing ${count === 1 ? 'datapoint was' : 'datapoints were'}`

/** Always with a point, as AWS writes its doubles. */
const decimal = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value))

/** `21/11/26 04:00:00` */
const dayAndTime = (at: number): string => {
  const [day = '', time = ''] = new Date(at).toISOString().split('T')
  const [year = '', month = '', date = ''] = day.split('-')
  return `${date}/${month}/${year.slice(2)} ${time.slice(0, 8)}`
}

/** The same for programs: the alarm's `StateReasonData`. */
export const reasonData = (rule: AlarmRule, { recent }: Evaluation, now: number, unit: string | undefined): string =>
  JSON.stringify({
    version: '1.0',
    queryDate: eventTime(now),
    ...(recent[0] !== undefined && { startDate: eventTime(recent[0].at) }),
    ...(unit !== undefined && { unit }),
    statistic: rule.statistic,
    period: rule.periodMs / 1000,
    recentDatapoints: recent.map(({ value }) => value),
    threshold: rule.threshold,
    evaluatedDatapoints: recent
      .toReversed()
      .map(({ at, count, value }) => ({ timestamp: eventTime(at), sampleCount: count, value })),
  })

/** `2026-11-21T04:00:00.000+0000` */
export const eventTime = (at: number): string => new Date(at).toISOString().replace('Z', '+0000')
