/** CloudWatch Logs by the real SDK (`spec` services, V38), and the live streams of our own command line. */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  type DescribeLogGroupsCommandOutput,
  type DescribeLogStreamsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs'
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { followEvents, readLog, type LiveEvent, type LiveLine } from '../../src/cli/live.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { action, checkout, stage, worldOf } from '../support/world.ts'
import { fails } from './support.ts'

const OTHER = { accessKeyId: 'OTHER', secretAccessKey: 'secret' }
let server: TestServer
let logs: CloudWatchLogsClient
before(async () => {
  server = await startTestServer({ args: ['--key', 'OTHER:secret:111122223333'] })
  logs = new CloudWatchLogsClient(server.client)
})
after(async () => await server[Symbol.asyncDispose]())

async function stream(logGroupName: string, logStreamName: string, client = logs): Promise<void> {
  const exists = (error: Error): void => assert.equal(error.name, 'ResourceAlreadyExistsException')
  await client.send(new CreateLogGroupCommand({ logGroupName })).catch(exists)
  await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }))
}

/** @param start how long ago the first line was said; each of the others a millisecond later */
async function put(
  logGroupName: string,
  logStreamName: string,
  lines: readonly string[],
  { client = logs, start = Date.now() - 60_000 } = {},
): Promise<void> {
  const logEvents = lines.map((message, index) => ({ timestamp: start + index, message }))
  await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }))
}

const numbered = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${prefix} ${n}`)

describe('GetLogEvents', () => {
  const source = { logGroupName: 'pages', logStreamName: 'one' }
  const lines = numbered('line', 25)
  before(async () => {
    await stream('pages', 'one')
    await put('pages', 'one', lines)
  })

  for (const startFromHead of [true, false]) {
    const direction = startFromHead ? 'forwards from the first' : 'backwards from the last'
    test(`V38 pages ${direction} event to the end, where the token stays the same`, async () => {
      const found: string[] = []
      let nextToken: string | undefined
      for (;;) {
        const page = await logs.send(new GetLogEventsCommand({ ...source, limit: 10, startFromHead, nextToken }))
        const messages = (page.events ?? []).map(({ message = '' }) => message)
        if (startFromHead) found.push(...messages)
        else found.unshift(...messages)
        const token = startFromHead ? page.nextForwardToken : page.nextBackwardToken
        if (token === nextToken) break
        nextToken = token
      }
      assert.deepEqual(found, lines)
    })
  }

  test('the token of the end shows what is said later', async () => {
    const end = await logs.send(new GetLogEventsCommand({ ...source, startFromHead: false }))
    await put('pages', 'one', ['later'], { start: Date.now() })
    const news = await logs.send(new GetLogEventsCommand({ ...source, nextToken: end.nextForwardToken }))
    assert.deepEqual(
      news.events?.map(({ message }) => message),
      ['later'],
    )
  })

  test('what is not there is ResourceNotFoundException, and a token of somebody else’s making is refused', async () => {
    const get = (input: Partial<typeof source> & { nextToken?: string }) =>
      logs.send(new GetLogEventsCommand({ ...source, ...input }))
    await assert.rejects(get({ logGroupName: 'nowhere' }), fails('ResourceNotFoundException', 400))
    await assert.rejects(get({ logStreamName: 'nowhere' }), fails('ResourceNotFoundException', 400))
    await assert.rejects(get({ nextToken: 'x' }), fails('InvalidParameterException', 400))
  })
})

describe('FilterLogEvents', () => {
  before(async () => {
    const start = Date.now() - 60_000
    for (const [name, lines] of [
      ['a/1', ['ERROR one', 'fine']],
      ['a/2', ['fine', 'ERROR two']],
      ['b/1', ['ERROR three']],
    ] as const) {
      await stream('filtered', name)
      await put('filtered', name, lines, { start })
    }
  })
  const filter = async (input: Partial<ConstructorParameters<typeof FilterLogEventsCommand>[0]>) => {
    const found: string[] = []
    let nextToken: string | undefined
    do {
      const page = await logs.send(new FilterLogEventsCommand({ logGroupName: 'filtered', ...input, nextToken }))
      found.push(...(page.events ?? []).map(({ logStreamName, message }) => `${logStreamName}: ${message}`))
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    return found
  }

  test('finds a word in all streams, in order of time, also page by page', async () => {
    const all = ['a/1: ERROR one', 'b/1: ERROR three', 'a/2: ERROR two']
    assert.deepEqual((await filter({ filterPattern: 'ERROR' })).sort(), [...all].sort())
    assert.equal((await filter({ filterPattern: 'ERROR' })).at(-1), 'a/2: ERROR two')
    assert.deepEqual(await filter({ filterPattern: 'ERROR', limit: 1 }), await filter({ filterPattern: 'ERROR' }))
  })

  test('looks at the named streams only, or at those of a prefix', async () => {
    assert.deepEqual(await filter({ filterPattern: 'ERROR', logStreamNames: ['a/2'] }), ['a/2: ERROR two'])
    assert.deepEqual((await filter({ logStreamNamePrefix: 'b/' })).length, 1)
  })
})

describe('PutLogEvents', () => {
  before(async () => await stream('put', 'one'))

  test('refuses events out of order, and says which are too old or too new', async () => {
    const target = { logGroupName: 'put', logStreamName: 'one' }
    const now = Date.now()
    const event = (timestamp: number) => ({ timestamp, message: 'm' })
    const send = (...timestamps: number[]) =>
      logs.send(new PutLogEventsCommand({ ...target, logEvents: timestamps.map(event) }))
    await assert.rejects(send(now, now - 1), fails('InvalidParameterException', 400, /chronological/))
    const day = 24 * 3_600_000
    const { rejectedLogEventsInfo } = await send(now - 15 * day, now, now + day)
    assert.deepEqual(rejectedLogEventsInfo, { tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 })
    const { events } = await logs.send(new GetLogEventsCommand(target))
    assert.equal(events?.length, 1)
  })
})

test('groups and streams are described page by page, each once', async () => {
  const names = numbered('described/g', 5).map((name) => name.replace(' ', '-'))
  for (const name of names) await stream(name, 's')
  for (const name of ['s2', 's3']) await stream(names[0] ?? '', name)
  const groups: (string | undefined)[] = []
  let nextToken: string | undefined
  do {
    const page: DescribeLogGroupsCommandOutput = await logs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: 'described/', limit: 2, nextToken }),
    )
    groups.push(...(page.logGroups ?? []).map(({ logGroupName }) => logGroupName))
    ;({ nextToken } = page)
  } while (nextToken !== undefined)
  assert.deepEqual(groups, names)

  const streams: (string | undefined)[] = []
  do {
    const page: DescribeLogStreamsCommandOutput = await logs.send(
      new DescribeLogStreamsCommand({ logGroupName: names[0], limit: 2, nextToken }),
    )
    streams.push(...(page.logStreams ?? []).map(({ logStreamName }) => logStreamName))
    ;({ nextToken } = page)
  } while (nextToken !== undefined)
  assert.deepEqual(streams, ['s', 's2', 's3'])
})

describe('the live streams', () => {
  const first = async <Item>(items: AsyncIterable<Item>): Promise<Item | undefined> => {
    for await (const item of items) return item
    return undefined
  }

  const abortedAtTheEnd = () => {
    const controller = new AbortController()
    return { signal: controller.signal, [Symbol.dispose]: () => controller.abort() }
  }

  for (const path of ['events', 'logs']) {
    test(`an unsigned request for ${path} is refused`, async () => {
      const { status } = await fetch(`${server.url}/_pipewright/${path}?pipeline=p&group=g&stream=s`)
      assert.equal(status, 403)
    })
  }

  test('a wrong secret is refused', async () => {
    const wrong = { ...server.client, credentials: { accessKeyId: 'test', secretAccessKey: 'wrong' } }
    await assert.rejects(followEvents(wrong, 'p', new AbortController().signal), /403/)
  })

  test('another account sees nothing: of two like named logs and pipelines each sees its own', async () => {
    using stop = abortedAtTheEnd()
    const connections = [server.client, { ...server.client, credentials: OTHER }]
    const source = { group: 'shared', stream: 'one', from: 0, follow: true }
    const heard: Promise<[LiveLine | undefined, LiveEvent | undefined]>[] = []
    for (const connection of connections) {
      const lines = await readLog(connection, source, stop.signal)
      const events = await followEvents(connection, 'shared', stop.signal)
      heard.push(Promise.all([first(lines), first(events)]))
    }
    // one account after the other: had the second heard of the first's, that would be what it heard first
    for (const [index, connection] of connections.entries()) {
      const client = new CloudWatchLogsClient(connection)
      await stream('shared', 'one', client)
      await put('shared', 'one', [`of ${index}`], { client })
      const id = await worldOf({ client: connection }).pipeline('shared', [
        stage('Source', checkout('nowhere')),
        stage('Approve', action('Ask', 'Approval/Manual')),
      ])
      const [line, event] = (await heard[index]) ?? []
      assert.equal(line?.message, `of ${index}`)
      assert.equal(event?.detail['execution-id'], id)
    }
  })
})
