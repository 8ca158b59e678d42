import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { ensureLogStream } from '../../journal/journal.ts'
import { ACCOUNT, KEY, frames, openTestConsole, stateChange, take, type Frame, type TestConsole } from './testing.ts'

const API = '/_pipewright/console/'

let own: TestConsole
let cookie: string
beforeEach(async () => {
  own = await openTestConsole()
  ;({ cookie } = await own.signIn())
})
afterEach(() => own[Symbol.asyncDispose]())

/** Opens a stream; what it greets with has been read. */
async function follow(path: string, headers: Readonly<Record<string, string>> = {}) {
  const answer = await own.open(API + path, { headers: { cookie, ...headers } })
  assert.equal(answer.statusCode, 200)
  assert.equal(answer.headers['content-type'], 'text/event-stream; charset=utf-8')
  return frames(answer)
}
const named = (found: readonly Frame[]) =>
  found.map(({ data }) => (data as { detail?: { pipeline: string } }).detail?.pipeline)

describe('events', () => {
  test('without a session there are none', async () => {
    assert.equal((await own.ask(`${API}events`)).status, 401)
  })

  test('beyond a hundred at once of one session are refused, until one of them is closed', async () => {
    const open = await Promise.all(Array.from({ length: 100 }, () => own.open(`${API}events`, { headers: { cookie } })))
    const refused = await own.ask(`${API}events`, { headers: { cookie } })
    assert.deepEqual([refused.status, refused.json['code']], [429, 'TooManyRequests'])
    assert.equal((await own.ask(`${API}session`, { headers: { cookie } })).status, 200)
    const other = await own.signIn()
    assert.equal((await own.ask(`${API}audit`, { headers: { cookie: other.cookie } })).status, 200)
    open.pop()?.destroy()
    let again = refused
    while (again.status === 429) again = await own.ask(`${API}audit`, { headers: { cookie } })
    assert.equal(again.status, 200)
    for (const answer of open) answer.destroy()
  })

  test('end when the session does, as the next heartbeat notices', async (context) => {
    context.mock.timers.enable({ apis: ['setInterval'] })
    const stream = await follow('events')
    await take(stream, 1)
    context.mock.timers.tick(15_000)
    await own.bus.publish([stateChange('still open')])
    assert.deepEqual(named(await take(stream, 1)), ['still open'])
    await own.auth.changeAccessKey(KEY.accessKeyId, 'inactive')
    context.mock.timers.tick(15_000)
    assert.equal((await stream.next()).done, true)
  })

  test('come as they happen, each under its id, those of the account, region and pipeline only', async () => {
    const all = await follow('events')
    const one = await follow('events?pipeline=b')
    const elsewhere = await follow('events?region=eu-west-1')
    for (const stream of [all, one, elsewhere]) {
      assert.deepEqual(await take(stream, 1), [{ event: 'hello', data: { id: null } }])
    }
    await own.bus.publish([
      stateChange('a'),
      stateChange('theirs', { account: '222222222222' }),
      stateChange('internal', { source: 'aws.s3' }),
      stateChange('b', { source: 'pipewright.codepipeline' }),
      stateChange('far', { region: 'eu-west-1' }),
    ])
    const got = await take(all, 2)
    assert.deepEqual(named(got), ['a', 'b'])
    for (const { id, data } of got) assert.equal(id, (data as { id: string }).id)
    assert.deepEqual(named(await take(one, 1)), ['b'])
    assert.deepEqual(named(await take(elsewhere, 1)), ['far'])
  })

  test('go on behind the last one that a client has seen, without a gap and without a double', async () => {
    const before = await follow('events')
    await own.bus.publish(['1', '2', '3'].map((name) => stateChange(name)))
    const [, first] = await take(before, 2)
    await before.return()
    const many = Array.from({ length: 1200 }, (_, n) => stateChange(`m${n}`))
    await own.bus.publish(many)
    const newest = (await own.store.read.events.before(Number.MAX_SAFE_INTEGER, 1))[0]?.event.id
    // published while the client catches up
    const later = own.bus.publish([stateChange('later')])
    const after = await follow('events', { 'last-event-id': first?.id ?? '' })
    await later
    await own.bus.publish([stateChange('last')])
    const [hello, ...got] = await take(after, 1 + 2 + 1200 + 2)
    assert.deepEqual(
      [hello?.event, hello?.id],
      ['hello', undefined],
      'its id would be where a lost connection resumes, before what is missing has come',
    )
    assert.deepEqual(named(got), ['2', '3', ...many.map(({ detail }) => detail['pipeline']), 'later', 'last'])
    const byQuery = await follow(`events?lastEventId=${newest ?? ''}`)
    assert.deepEqual(named((await take(byQuery, 3)).slice(1)), ['later', 'last'])
  })

  test('a new client is greeted with the newest id, so that it can resume even before its first event', async () => {
    await own.bus.publish([stateChange('old')])
    const [row] = await own.store.read.events.after(0, 1)
    const stream = await follow('events')
    assert.deepEqual(await take(stream, 1), [{ event: 'hello', id: row?.event.id, data: { id: row?.event.id } }])
  })

  test('are cut off for a client that does not read them; it resumes with nothing lost', async () => {
    const answer = await own.open(`${API}events`, { headers: { cookie } })
    const stream = frames(answer)
    await take(stream, 1)
    answer.pause()
    const text = 'x'.repeat(100_000)
    const many = Array.from({ length: 200 }, (_, n) =>
      stateChange(String(n), { detail: { pipeline: String(n), text } }),
    )
    for (let at = 0; at < many.length; at += 20) await own.bus.publish(many.slice(at, at + 20))
    const got: Frame[] = []
    try {
      for await (const each of stream) got.push(each)
    } catch {
      // cut off in the middle of a frame
    }
    assert.ok(got.length < many.length, `${got.length} came all the same`)
    const resumed = await follow('events', { 'last-event-id': got.at(-1)?.id ?? '' })
    const [, ...rest] = await take(resumed, 1 + many.length - got.length)
    assert.deepEqual(
      named([...got, ...rest]),
      many.map(({ detail }) => detail['pipeline']),
    )
  })

  test('when the last one seen was forgotten, the client is told to start anew', async () => {
    await own.bus.publish([stateChange('seen'), stateChange('newest')])
    const [seen, newest] = await own.store.read.events.after(0, 2)
    await own.store.write((tx) => tx.events.prune(1))
    const stream = await follow('events', { 'last-event-id': seen?.event.id ?? '' })
    const greeting = await take(stream, 2)
    assert.deepEqual(
      greeting.map(({ event, id }) => [event, id]),
      [
        ['hello', newest?.event.id],
        ['reset', newest?.event.id],
      ],
    )
    await own.bus.publish([stateChange('next')])
    assert.deepEqual(named(await take(stream, 1)), ['next'])
  })
})

describe('logs', () => {
  const key = { account: ACCOUNT, region: 'us-east-1', group: '/aws/codebuild/unit', stream: 'b1' }
  const query = 'logs?group=%2Faws%2Fcodebuild%2Funit&stream=b1'
  const say = (...messages: readonly string[]) =>
    own.logFiles.append(
      key,
      messages.map((message) => ({ timestamp: 5, message })),
    )
  const build = (status: string) =>
    own.store.write((tx) =>
      tx.resources.put({ ...key, service: 'codebuild', type: 'build', name: 'unit:b1' }, { status }),
    )
  const ended = (stream: string, isComplete: boolean) => ({
    ...stateChange(''),
    source: 'aws.codebuild',
    detailType: 'CodeBuild Build State Change',
    detail: {
      'additional-information': {
        'build-complete': isComplete,
        logs: { 'group-name': key.group, 'stream-name': stream },
      },
    },
  })

  test('come in batches under the index of their last line, from any line on, and then end', async () => {
    await say('one', 'two', 'three')
    const batch = (await take(await follow(`${query}&from=1`), 2)) satisfies readonly Frame[]
    assert.deepEqual(batch, [
      {
        event: 'message',
        id: '2',
        data: [
          { index: 1, timestamp: 5, message: 'two' },
          { index: 2, timestamp: 5, message: 'three' },
        ],
      },
      { event: 'end', data: { complete: false } },
    ])
    const resumed = await take(await follow(`${query}&from=0`, { 'last-event-id': '1' }), 1)
    assert.equal(resumed[0]?.id, '2')
  })

  test('are followed until the build that writes them has ended, its last line included', async () => {
    await build('IN_PROGRESS')
    const stream = await follow(`${query}&follow=true`)
    await say('first')
    assert.equal((await take(stream, 1))[0]?.id, '0')
    await own.bus.publish([ended('another', true), ended('b1', false)])
    await say('last')
    await own.bus.publish([ended('b1', true)])
    assert.deepEqual(
      (await take(stream, 2)).map(({ event, id, data }) => id ?? [event, data]),
      ['1', ['end', { complete: true }]],
    )
  })

  test('of a build that has ended are complete at once, also under a name of the project’s choice', async () => {
    await build('FAILED')
    await say('all there is')
    assert.deepEqual((await take(await follow(`${query}&follow=true`), 2))[1], {
      event: 'end',
      data: { complete: true },
    })
    const chosen = { ...key, group: 'mine', stream: 'nightly/b1' }
    await own.store.write((tx) => ensureLogStream(tx, chosen, 1, { build: 'unit:b1' }))
    assert.deepEqual(await take(await follow('logs?group=mine&stream=nightly%2Fb1&follow=true'), 1), [
      { event: 'end', data: { complete: true } },
    ])
  })

  test('without a group or with a number that is none are refused', async () => {
    const headers = { cookie }
    assert.equal((await own.ask(`${API}logs?stream=x`, { headers })).status, 400)
    assert.equal((await own.ask(`${API}${query}&from=-1`, { headers })).status, 400)
    assert.equal((await own.ask(`${API}events?region=x%0Ay`, { headers })).status, 400)
  })
})
