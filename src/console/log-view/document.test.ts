import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { countUpTo, createDocument, nextPlace } from './document.ts'
import { createLogFeed, type EventStream, type LogFeed, type LogMessage } from './feed.ts'

/** A stream that says what the test says. */
function stage(name = 'Build/Unit') {
  const listeners = new Map<string, (event: { readonly data?: unknown }) => void>()
  const opened: number[] = []
  let closed = false
  const stream: EventStream = {
    addEventListener: (type, listener) => listeners.set(type, listener),
    close: () => {
      closed = true
    },
    readyState: 0,
  }
  const feed = createLogFeed(name, (from) => {
    opened.push(from)
    return stream
  })
  return {
    feed,
    opened,
    isClosed: () => closed,
    say: (...messages: readonly LogMessage[]) => listeners.get('message')?.({ data: JSON.stringify(messages) }),
    emit: (type: string) => listeners.get(type)?.({}),
  }
}
const lines = (from: number, ...said: readonly (readonly [timestamp: number, message: string])[]): LogMessage[] =>
  said.map(([timestamp, message], index) => ({ index: from + index, timestamp, message }))
const texts = ({ buffer }: LogFeed): readonly string[] =>
  Array.from({ length: buffer.count }, (_, line) => buffer.text(line))

describe('a log that is being read', () => {
  it('holds what came, once, and knows what can be folded and what failed', () => {
    const { feed, say, emit, isClosed } = stage()
    say(...lines(0, [1, '--- Install\n'], [2, 'error: bad\n']))
    say(...lines(1, [2, 'error: bad\n'], [3, '+++ Test\n']))
    assert.deepEqual(texts(feed), ['--- Install', 'error: bad', '+++ Test'])
    assert.equal(feed.failures.at(0), 1)
    assert.deepEqual(
      feed.folds.list.map(({ title, failures }) => [title, failures]),
      [
        ['Install', 1],
        ['Test', 0],
      ],
    )
    assert.equal(feed.status, 'live')
    emit('end')
    assert.equal(feed.status, 'complete')
    assert.equal(isClosed(), true)
    feed.close()
  })

  it('says that the connection was lost, and is live again with what comes next', () => {
    const { feed, say, emit } = stage()
    emit('error')
    assert.equal(feed.status, 'lost')
    say(...lines(0, [1, 'x']))
    assert.equal(feed.status, 'live')
    feed.close()
  })
})

describe('what the log view shows', () => {
  const one = stage('A')
  const other = stage('B')
  one.say(...lines(0, [10, 'error: a'], [30, 'x'], [50, 'error: b']))
  other.say(...lines(0, [20, 'y'], [40, 'error: c']))
  const document = createDocument([one.feed, other.feed])
  document.update()
  const failures = [one.feed.failures, other.feed.failures]

  it('is several logs in the order of time', () => {
    const shown = Array.from({ length: document.count }, (_, place) => document.at(place))
    assert.deepEqual(
      shown.map(({ log, line }) => document.feeds[log]?.buffer.text(line)),
      ['error: a', 'y', 'x', 'error: c', 'error: b'],
    )
  })

  for (const [from, direction, expected] of [
    [undefined, 1, 0],
    [0, 1, 3],
    [3, 1, 4],
    [4, 1, 0],
    [undefined, -1, 4],
    [4, -1, 3],
    [2, -1, 0],
    [0, -1, 4],
  ] as const) {
    it(`has the failure ${direction === 1 ? 'after' : 'before'} ${from ?? 'the end'} at ${expected}`, () =>
      assert.equal(nextPlace(document, failures, from, direction), expected))
  }

  it('counts failures up to a place', () =>
    assert.deepEqual(
      [0, 1, 3, 4].map((place) => countUpTo(document, failures, place)),
      [1, 1, 2, 3],
    ))

  it('may be one log as it is', () => {
    const single = createDocument([one.feed])
    assert.equal(single.update(), 0)
    assert.equal(single.count, 3)
    assert.equal(nextPlace(single, [one.feed.failures], 0, 1), 2)
    for (const { feed } of [one, other]) feed.close()
  })
})
