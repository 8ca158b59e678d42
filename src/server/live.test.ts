import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import type { Bus, BusEvent } from '../journal/journal.ts'
import { createLiveStreams } from './live.ts'
import type { LogLines } from './log-lines.ts'

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
  const live = createLiveStreams({ bus: bus as Bus, logLines: {} as LogLines })
  const response = deafClient()
  const principal = { account: '1', arn: '', userId: '', accessKeyId: '', type: 'Root' } as const
  live.events(new URLSearchParams(), principal, 'us-east-1', response)
  const closed = new Promise((resolve) => response.once('close', resolve))
  const event = { detail: { text: 'x'.repeat(10_000) } } as unknown as BusEvent
  let sent = 0
  for (; sent < 1000 && !response.destroyed; sent += 1) publish?.(event)
  assert.ok(sent < 200, `${sent} events of 10 kB each are kept for it`)
  await closed
  assert.equal(isListening, false)
})
