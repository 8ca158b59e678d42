/** CloudWatch in the three protocols it is spoken to in: CBOR, JSON 1.0 and query. */
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  ListTagsForResourceCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
  type CloudWatchClientConfig,
  type PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch'
import { AwsJson1_0Protocol, AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols'
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startTestServer, type TestServer } from '../support/server.ts'
import { action, checkout, stage, worldOf } from '../support/world.ts'
import { fails, missing, run } from './support.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(async () => await server[Symbol.asyncDispose]())

const PROTOCOLS = {
  CBOR: AwsSmithyRpcV2CborProtocol,
  'JSON 1.0': AwsJson1_0Protocol,
  query: AwsQueryProtocol,
} as unknown as Readonly<Record<string, NonNullable<CloudWatchClientConfig['protocol']>>>

for (const [name, protocol] of Object.entries(PROTOCOLS)) {
  describe(`in ${name}`, () => {
    const Namespace = `Shop ${name}`
    const Dimensions = [{ Name: 'Store', Value: 'north' }]
    const alarm: PutMetricAlarmCommandInput = {
      AlarmName: `errors ${name}`,
      AlarmDescription: 'Too many',
      Namespace,
      MetricName: 'Errors',
      Dimensions,
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 2,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      Tags: [{ Key: 'team', Value: 'shop' }],
    }
    let client: CloudWatchClient
    before(() => {
      // with CBOR this SDK tells the length from before the compression, and no server could ever read that
      client = new CloudWatchClient({ ...server.client, protocol, disableRequestCompression: name === 'CBOR' })
    })
    after(() => client.destroy())

    const described = async () => {
      const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({ AlarmNames: [`errors ${name}`] }))
      return MetricAlarms[0] ?? assert.fail('there is no alarm')
    }

    test('given data above its threshold, then the alarm is in ALARM and says why', async () => {
      await client.send(new PutMetricAlarmCommand(alarm))
      const before = await described()
      assert.equal(before.StateValue, 'OK')
      assert.equal(before.AlarmArn, `arn:aws:cloudwatch:us-east-1:000000000000:alarm:errors ${name}`)
      assert.deepEqual(before.Dimensions, Dimensions)
      assert.equal(before.Threshold, 2)
      assert.equal(before.ActionsEnabled, true)
      await client.send(
        new PutMetricDataCommand({
          Namespace,
          MetricData: [
            { MetricName: 'Errors', Dimensions, Values: [1, 2.5], Counts: [1, 2], Unit: 'Count' },
            { MetricName: 'Other', Value: 1 },
          ],
        }),
      )
      const after = await described()
      assert.equal(after.StateValue, 'ALARM')
      assert.match(
        after.StateReason ?? '',
        /^Threshold Crossed: 1 out of the last 1 datapoints \[6\.0 .* was greater than/,
      )
      assert.ok(after.StateUpdatedTimestamp instanceof Date)
    })

    test('then its data can be read in all forms', async () => {
      const [StartTime, EndTime] = [new Date(Date.now() - 600_000), new Date(Date.now() + 60_000)]
      const { Datapoints = [] } = await client.send(
        new GetMetricStatisticsCommand({
          Namespace,
          MetricName: 'Errors',
          Dimensions,
          StartTime,
          EndTime,
          Period: 3600,
          Statistics: ['Sum', 'Average', 'Maximum', 'Minimum', 'SampleCount'],
          ExtendedStatistics: ['p50'],
        }),
      )
      const [{ Timestamp, ...point } = {}] = Datapoints
      assert.ok(Timestamp instanceof Date)
      assert.deepEqual(point, {
        Sum: 6,
        Average: 2,
        Maximum: 2.5,
        Minimum: 1,
        SampleCount: 3,
        Unit: 'Count',
        ExtendedStatistics: { p50: 2.5 },
      })
      const { MetricDataResults = [] } = await client.send(
        new GetMetricDataCommand({
          StartTime,
          EndTime,
          MetricDataQueries: [
            {
              Id: 'e',
              MetricStat: { Metric: { Namespace, MetricName: 'Errors', Dimensions }, Period: 3600, Stat: 'Sum' },
            },
          ],
        }),
      )
      assert.deepEqual(MetricDataResults[0]?.Values, [6])
      const { Metrics = [] } = await client.send(new ListMetricsCommand({ Namespace }))
      assert.deepEqual(Metrics.map(({ MetricName }) => MetricName).sort(), ['Errors', 'Other'])
      const { Metrics: northern } = await client.send(new ListMetricsCommand({ Namespace, Dimensions }))
      assert.deepEqual(northern, [{ Namespace, MetricName: 'Errors', Dimensions }])
    })

    test('tags are kept, and a state can be set by hand', async () => {
      const { AlarmArn } = await described()
      const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceARN: AlarmArn }))
      assert.deepEqual(Tags, [{ Key: 'team', Value: 'shop' }])
      await client.send(
        new SetAlarmStateCommand({
          AlarmName: `errors ${name}`,
          StateValue: 'INSUFFICIENT_DATA',
          StateReason: 'a test',
        }),
      )
      const { StateValue, StateReason } = await described()
      assert.deepEqual([StateValue, StateReason], ['INSUFFICIENT_DATA', 'a test'])
    })

    test('errors are the modelled ones', async () => {
      await assert.rejects(
        client.send(new SetAlarmStateCommand({ AlarmName: 'none', StateValue: 'OK', StateReason: 'r' })),
        fails('ResourceNotFound', 404, /none/),
      )
      await assert.rejects(
        client.send(new DeleteAlarmsCommand({ AlarmNames: [`errors ${name}`, 'none'] })),
        fails('ResourceNotFound', 404),
      )
      assert.equal((await described()).AlarmName, `errors ${name}`)
      await assert.rejects(
        client.send(new PutMetricAlarmCommand({ ...alarm, ExtendedStatistic: 'p99' })),
        fails('InvalidParameterCombinationException', 400),
      )
      await client.send(new DeleteAlarmsCommand({ AlarmNames: [`errors ${name}`] }))
      await assert.rejects(described(), /there is no alarm/)
    })

    test('a large request, which most clients compress, is read', async () => {
      const MetricData = Array.from({ length: 500 }, (_, index) => ({ MetricName: 'Many', Value: index }))
      await client.send(new PutMetricDataCommand({ Namespace, MetricData }))
      const { Datapoints } = await client.send(
        new GetMetricStatisticsCommand({
          Namespace,
          MetricName: 'Many',
          StartTime: new Date(Date.now() - 600_000),
          EndTime: new Date(Date.now() + 60_000),
          Period: 3600,
          Statistics: ['SampleCount'],
        }),
      )
      assert.equal(Datapoints?.[0]?.SampleCount, 500)
    })
  })
}

test('the AWS CLI', { skip: await missing('aws', ['--version'], 'the AWS CLI is not on this machine') }, async () => {
  const aws = async (...args: string[]): Promise<Record<string, unknown>> => {
    const { code, stdout, stderr } = await run('aws', ['cloudwatch', ...args, '--output', 'json'], { env: server.env })
    assert.equal(code, 0, stderr)
    return stdout.trim() === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>)
  }
  const put = 'put-metric-alarm --alarm-name cli --namespace Cli --metric-name Depth --statistic Maximum --period 60'
  await aws(
    ...put.split(' '),
    ...'--evaluation-periods 1 --threshold 10 --comparison-operator GreaterThanOrEqualToThreshold'.split(' '),
  )
  await aws('put-metric-data', '--namespace', 'Cli', '--metric-name', 'Depth', '--value', '10')
  const { MetricAlarms } = await aws('describe-alarms', '--alarm-names', 'cli')
  assert.equal((MetricAlarms as { StateValue: string }[])[0]?.StateValue, 'ALARM')
  await aws('delete-alarms', '--alarm-names', 'cli')
  const { code, stderr } = await run('aws', ['cloudwatch', 'delete-alarms', '--alarm-names', 'cli'], {
    env: server.env,
  })
  assert.notEqual(code, 0)
  assert.match(stderr, /\(ResourceNotFound\)/)
})

const PROGRAM = String.raw`
import boto3, datetime
from botocore.exceptions import ClientError
cloudwatch = boto3.client('cloudwatch')
cloudwatch.put_metric_alarm(AlarmName='boto', Namespace='Boto', MetricName='Age', Statistic='Average', Period=60, EvaluationPeriods=1, Threshold=1.5, ComparisonOperator='LessThanThreshold')
cloudwatch.put_metric_data(Namespace='Boto', MetricData=[{'MetricName': 'Age', 'Value': 1.25, 'Timestamp': datetime.datetime.now(datetime.timezone.utc)}])
alarm = cloudwatch.describe_alarms(AlarmNamePrefix='bo')['MetricAlarms'][0]
assert alarm['StateValue'] == 'ALARM', alarm
assert isinstance(alarm['StateUpdatedTimestamp'], datetime.datetime), alarm
cloudwatch.disable_alarm_actions(AlarmNames=['boto'])
assert cloudwatch.describe_alarms()['MetricAlarms'][0]['ActionsEnabled'] is False
try:
    cloudwatch.set_alarm_state(AlarmName='none', StateValue='OK', StateReason='r')
    raise AssertionError('refusal was expected')
except ClientError as error:
    assert error.response['Error']['Code'] == 'ResourceNotFound', error.response
try:
    cloudwatch.put_metric_data(Namespace='Boto', MetricData=[{'MetricName': 'Age'}])
    raise AssertionError('refusal was expected')
except ClientError as error:
    assert error.response['Error']['Code'] == 'InvalidParameterCombination', error.response
pages = list(cloudwatch.get_paginator('list_metrics').paginate(Namespace='Boto'))
assert pages[0]['Metrics'][0]['MetricName'] == 'Age', pages
print('done')
`

test('boto3', { skip: await missing('python3', ['-c', 'import boto3'], 'boto3 is not on this machine') }, async () => {
  const { stdout, stderr } = await run('python3', ['-c', PROGRAM], { env: server.env })
  assert.equal(stdout, 'done\n', stderr)
})

describe('a stage behind a CloudWatchAlarm rule', () => {
  const guarded = (WaitTime: string) => ({
    ...stage('Deploy', action('Upload', 'Deploy/S3', { BucketName: 'web', Extract: 'true' }, { input: ['Code'] })),
    beforeEntry: {
      conditions: [
        {
          result: 'FAIL' as const,
          rules: [
            {
              name: 'Quiet',
              ruleTypeId: {
                category: 'Rule' as const,
                owner: 'AWS' as const,
                provider: 'CloudWatchAlarm',
                version: '1',
              },
              configuration: { AlarmName: 'noise', WaitTime },
            },
          ],
        },
      ],
    },
  })

  test('is entered when the alarm leaves its bad state, and not while it does not', async () => {
    const world = worldOf(server)
    const client = new CloudWatchClient(server.client)
    const set = (StateValue: 'ALARM' | 'OK') =>
      client.send(new SetAlarmStateCommand({ AlarmName: 'noise', StateValue, StateReason: 'a test' }))
    await Promise.all([
      world.bucket('artifacts'),
      world.bucket('web'),
      world.repository('app', { 'index.html': 'hello' }),
      client.send(
        new PutMetricAlarmCommand({
          AlarmName: 'noise',
          Namespace: 'Shop',
          MetricName: 'Noise',
          Statistic: 'Sum',
          Period: 60,
          EvaluationPeriods: 1,
          Threshold: 1,
          ComparisonOperator: 'GreaterThanThreshold',
        }),
      ),
    ])
    await set('ALARM')

    const impatient = await world.pipeline('impatient', [stage('Source', checkout('app')), guarded('0')])
    assert.equal((await world.ended('impatient', impatient)).execution.status, 'Failed')

    const patient = await world.pipeline('patient', [stage('Source', checkout('app')), guarded('5')])
    await world.until('patient', 'the end of the checkout', async () => {
      const { actions } = await world.look('patient', patient)
      return actions[0]?.status === 'Succeeded' ? true : undefined
    })
    assert.equal((await world.look('patient', patient)).execution.status, 'InProgress')
    await set('OK')
    assert.equal((await world.ended('patient', patient)).execution.status, 'Succeeded')
    client.destroy()
  })
})
