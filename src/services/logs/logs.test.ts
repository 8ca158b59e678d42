import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type {
  DescribeLogGroupsResponse,
  DescribeLogStreamsResponse,
  FilterLogEventsResponse,
  GetLogEventsResponse,
  PutLogEventsResponse,
} from '@aws-sdk/client-cloudwatch-logs'
import { systemClock } from '../../base/clock.ts'
import { openLogFiles } from '../../journal/journal.ts'
import { openSqliteStore } from '../../store/store.ts'
import type { Call, Operation } from '../../wire/wire.ts'
import { parseFilterPattern } from './filter-pattern.ts'
import { createLogsService } from './logs.ts'

const opened = new AsyncDisposableStack()
let call: <Output>(operation: string, input: object) => Promise<Output>

before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-logs-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const store = opened.use(await openSqliteStore({ file: join(folder, 'test.db') }))
  const service = createLogsService({
    store,
    clock: systemClock,
    logFiles: openLogFiles({ folder: join(folder, 'logs'), clock: systemClock }),
  })
  call = async <Output>(name: string, input: object): Promise<Output> => {
    const found = service.operations.find(({ schema }) => schema[2] === name) as Operation<object> | undefined
    assert.ok(found, name)
    return (await found.handle(input, { account: '000000000000', region: 'eu-west-1' } as Call)) as Output
  }
})
after(() => opened.disposeAsync())

const lines = ({ events = [] }: GetLogEventsResponse | FilterLogEventsResponse): readonly (string | undefined)[] =>
  events.map(({ message }) => message)

/** A new group with the named streams, each with its messages a millisecond apart. */
async function group(name: string, streams: Readonly<Record<string, readonly string[]>>): Promise<number> {
  const since = Date.now() - 1000
  await call('CreateLogGroup', { logGroupName: name })
  for (const [logStreamName, messages] of Object.entries(streams)) {
    await call('CreateLogStream', { logGroupName: name, logStreamName })
    const logEvents = messages.map((message, index) => ({ timestamp: since + index, message }))
    if (logEvents.length > 0) await call('PutLogEvents', { logGroupName: name, logStreamName, logEvents })
  }
  return since
}

describe('log groups and streams', () => {
  it('exist once, and are gone when deleted, with everything in them', async () => {
    await group('/once', { a: ['x'] })
    await assert.rejects(call('CreateLogGroup', { logGroupName: '/once' }), { code: 'ResourceAlreadyExistsException' })
    await assert.rejects(call('CreateLogStream', { logGroupName: '/once', logStreamName: 'a' }), {
      code: 'ResourceAlreadyExistsException',
    })
    await call('DeleteLogGroup', { logGroupName: '/once' })
    await assert.rejects(call('GetLogEvents', { logGroupName: '/once', logStreamName: 'a' }), {
      code: 'ResourceNotFoundException',
      message: 'The specified log group does not exist.',
    })
  })

  it('are described with their ARNs, page by page', async () => {
    for (const name of ['/page/1', '/page/2', '/page/3']) await group(name, {})
    const first = await call<DescribeLogGroupsResponse>('DescribeLogGroups', { logGroupNamePrefix: '/page', limit: 2 })
    const second = await call<DescribeLogGroupsResponse>('DescribeLogGroups', {
      logGroupNamePrefix: '/page',
      limit: 2,
      nextToken: first.nextToken,
    })
    assert.deepEqual(
      [...(first.logGroups ?? []), ...(second.logGroups ?? [])].map(({ logGroupName }) => logGroupName),
      ['/page/1', '/page/2', '/page/3'],
    )
    assert.equal(second.nextToken, undefined)
    assert.equal(first.logGroups?.[0]?.arn, 'arn:aws:logs:eu-west-1:000000000000:log-group:/page/1:*')
  })

  it('are ordered by their last event when asked', async () => {
    await group('/streams', { old: ['1'], new: ['1', '2'] })
    const { logStreams } = await call<DescribeLogStreamsResponse>('DescribeLogStreams', {
      logGroupName: '/streams',
      orderBy: 'LastEventTime',
      descending: true,
    })
    assert.deepEqual(
      logStreams?.map(({ logStreamName }) => logStreamName),
      ['new', 'old'],
    )
  })

  it('keep a retention and tags', async () => {
    await group('/kept', {})
    await call('PutRetentionPolicy', { logGroupName: '/kept', retentionInDays: 30 })
    await assert.rejects(call('PutRetentionPolicy', { logGroupName: '/kept', retentionInDays: 31 }), {
      code: 'InvalidParameterException',
    })
    await call('TagResource', {
      resourceArn: 'arn:aws:logs:eu-west-1:000000000000:log-group:/kept:*',
      tags: { a: '1' },
    })
    assert.deepEqual(await call('ListTagsLogGroup', { logGroupName: '/kept' }), { tags: { a: '1' } })
    const { logGroups } = await call<DescribeLogGroupsResponse>('DescribeLogGroups', { logGroupNamePrefix: '/kept' })
    assert.equal(logGroups?.[0]?.retentionInDays, 30)
  })
})

describe('GetLogEvents', () => {
  const messages = ['1', '2', '3', '4', '5']
  const page = (input: object) =>
    call<GetLogEventsResponse>('GetLogEvents', { logGroupName: '/get', logStreamName: 's', limit: 2, ...input })
  before(async () => void (await group('/get', { s: messages })))

  it('reads forwards from the head; at the end the token stays the same', async () => {
    const read: unknown[] = []
    let last: GetLogEventsResponse = await page({ startFromHead: true })
    for (let token; token !== last.nextForwardToken; last = await page({ nextToken: token })) {
      token = last.nextForwardToken
      read.push(...lines(last))
    }
    assert.deepEqual(read, messages)
  })

  it('reads the newest first without it, and backwards from there', async () => {
    const newest = await page({})
    assert.deepEqual(lines(newest), ['4', '5'])
    assert.deepEqual(lines(await page({ nextToken: newest.nextBackwardToken })), ['2', '3'])
  })

  it('shows what comes later to the forward token of the end', async () => {
    await group('/later', { s: ['1'] })
    const read = (nextToken?: string) =>
      call<GetLogEventsResponse>('GetLogEvents', {
        logGroupName: '/later',
        logStreamName: 's',
        startFromHead: true,
        ...(nextToken && { nextToken }),
      })
    const { nextForwardToken } = await read()
    await call('PutLogEvents', {
      logGroupName: '/later',
      logStreamName: 's',
      logEvents: [{ timestamp: Date.now(), message: '2' }],
    })
    assert.deepEqual(lines(await read(nextForwardToken)), ['2'])
  })
})

describe('FilterLogEvents', () => {
  it('mixes streams by time, in pages, without losing or repeating an event', async () => {
    const since = await group('/mixed', { a: ['a1', 'a2', 'a3'], b: ['b1', 'b2', 'b3'] })
    const read: unknown[] = []
    let nextToken: string | undefined
    do {
      const page = await call<FilterLogEventsResponse>('FilterLogEvents', {
        logGroupName: '/mixed',
        startTime: since,
        limit: 2,
        ...(nextToken && { nextToken }),
      })
      read.push(...(page.events ?? []).map(({ message }) => message))
      ;({ nextToken } = page)
    } while (nextToken !== undefined)
    assert.equal(read.length, 6)
    assert.deepEqual(
      read.map((message) => String(message)[1]),
      ['1', '1', '2', '2', '3', '3'],
    )
    assert.equal(new Set(read).size, 6)
  })

  it('finds what matches', async () => {
    await group('/found', { a: ['ERROR one', 'fine', 'WARN two'] })
    const find = (filterPattern: string) =>
      call<FilterLogEventsResponse>('FilterLogEvents', { logGroupName: '/found', filterPattern })
    assert.deepEqual(lines(await find('?ERROR ?WARN')), ['ERROR one', 'WARN two'])
    await assert.rejects(find('{ $.level = "x" }'), { code: 'InvalidParameterException' })
  })
})

it('PutLogEvents refuses events out of order, and tells which were too old', async () => {
  await group('/put', { s: [] })
  const put = (timestamps: readonly number[]) =>
    call<PutLogEventsResponse>('PutLogEvents', {
      logGroupName: '/put',
      logStreamName: 's',
      logEvents: timestamps.map((timestamp) => ({ timestamp, message: 'x' })),
    })
  await assert.rejects(put([Date.now(), Date.now() - 5]), { code: 'InvalidParameterException' })
  assert.deepEqual((await put([1, Date.now()])).rejectedLogEventsInfo, { tooOldLogEventEndIndex: 1 })
})

describe('a filter pattern', () => {
  const cases: readonly [string, string, boolean][] = [
    ['', 'anything', true],
    ['ERROR', 'an ERROR here', true],
    ['ERROR exit', 'an ERROR here', false],
    ['"exit status" ERROR', 'ERROR: exit status 3', true],
    ['ERROR -timeout', 'ERROR: timeout', false],
    ['?a ?b', 'only b', true],
    ['%stat.s \\d%', 'exit status 3', true],
  ]
  for (const [pattern, message, expected] of cases)
    it(`${pattern || '(empty)'} ${expected ? 'finds' : 'does not find'} ${message}`, () => {
      const matches = parseFilterPattern(pattern)
      assert.equal(typeof matches === 'function' && matches(message), expected)
    })
})
