import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Bus, BusEvent } from '../journal/journal.ts'
import type { Credentials } from '../wire/wire.ts'
import { createLiveStreams } from './live.ts'
import type { LogLines } from './log-lines.ts'

const principal = { account: '1', arn: '', userId: '', accessKeyId: 'AKIA', type: 'Root' } as const

/** A client that reads nothing. */
const deafClient = () => Object.assign(new PassThrough(), { writeHead: () => undefined }) as unknown as ServerResponse

test('a client that does not read its events is cut off before they fill the memory', async () => {
  let publish: ((event: BusEvent) => void) | undefined
  let isListening = false
  const bus = {
    listen: (_filter, listener) => {
      isListening = true
      publish = listener
      return () => (isListening = false)
    },
  } as Pick<Bus, 'listen'>
  const auth = { lookup: async () => undefined }
  const live = createLiveStreams({ bus: bus as Bus, logLines: {} as LogLines, auth, clock: { now: () => 0 } })
  const response = deafClient()
  live.events(new URLSearchParams(), principal, 'us-east-1', response)
  const closed = new Promise((resolve) => response.once('close', resolve))
  const event = { detail: { text: 'x'.repeat(10_000) } } as unknown as BusEvent
  let sent = 0
  for (; sent < 1000 && !response.destroyed; sent += 1) publish?.(event)
  assert.ok(sent < 200, `${sent} events of 10 kB each are kept for it`)
  await closed
  assert.equal(isListening, false)
})

test('a stream ends with the key that it was signed with: deactivated, deleted, or of a session that is over', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] })
  const bus = { listen: () => () => undefined } as unknown as Bus
  const credentials: Credentials = { secretAccessKey: '', principal }
  for (const later of [undefined, { ...credentials, expiresAt: 5 }]) {
    let now: Credentials | undefined = credentials
    const auth = { lookup: async () => now }
    const live = createLiveStreams({ bus, logLines: {} as LogLines, auth, clock: { now: () => 5 } })
    const response = deafClient()
    live.events(new URLSearchParams(), principal, 'us-east-1', response)
    context.mock.timers.tick(15_000)
    await nextTurn()
    assert.equal(response.destroyed, false)
    now = later
    context.mock.timers.tick(15_000)
    await nextTurn()
    assert.equal(response.destroyed, true)
  }
})
