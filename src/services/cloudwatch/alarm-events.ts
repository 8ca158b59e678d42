/** What the bus hears of an alarm. Source: EventBridge, "Events from Amazon CloudWatch", alarm state change. */
import { eventTime } from '../../core/alarms/reason.ts'
import type { BusEvent } from '../../journal/journal.ts'
import { alarmArn, watched, type AlarmRecord, type StateRecord } from './alarm-record.ts'

export function stateChangeEvent(before: AlarmRecord, after: AlarmRecord): Omit<BusEvent, 'id'> {
  const { metric, statistic, periodSeconds, unit } = watched(after)
  const { Metrics, AlarmDescription } = after.settings
  return {
    account: after.account,
    region: after.region,
    time: after.state.updatedAt,
    source: 'aws.cloudwatch',
    detailType: 'CloudWatch Alarm State Change',
    resources: [alarmArn(after, after.name)],
    detail: {
      alarmName: after.name,
      state: stateDetail(after.state),
      previousState: stateDetail(before.state),
      configuration: {
        ...(AlarmDescription !== undefined && { description: AlarmDescription }),
        metrics: [
          {
            id: Metrics?.[0]?.Id ?? 'm1',
            metricStat: {
              metric: {
                namespace: metric.namespace,
                name: metric.name,
                dimensions: Object.fromEntries(metric.dimensions.map(({ name, value }) => [name, value])),
              },
              period: periodSeconds,
              stat: statistic,
              ...(unit !== undefined && { unit }),
            },
            returnData: true,
          },
        ],
      },
    },
  }
}

const stateDetail = ({ value, reason, reasonData, updatedAt }: StateRecord) => ({
  value,
  reason,
  ...(reasonData !== undefined && { reasonData }),
  timestamp: eventTime(updatedAt),
})
