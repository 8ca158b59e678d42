import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { DeliveryRecord } from '../../services/codepipeline/codepipeline.ts'
import type { AuditRecord } from '../audit.ts'
import { ACCOUNT, KEY, OWN_PAGE, openTestConsole, stateChange, type TestConsole } from './testing.ts'

const API = '/_pipewright/console/'

let own: TestConsole
let cookie: string
beforeEach(async () => {
  own = await openTestConsole()
  ;({ cookie } = await own.signIn())
})
afterEach(() => own[Symbol.asyncDispose]())

const get = async <Body>(path: string): Promise<Body> => {
  const { status, json } = await own.ask(API + path, { headers: { cookie } })
  assert.equal(status, 200)
  return json as Body
}

describe('the journal', () => {
  interface Page {
    readonly events: readonly {
      readonly sequence: number
      readonly time: number
      readonly detail: { pipeline: string }
    }[]
    readonly next?: number
  }
  const times = ({ events }: Page) => events.map(({ time }) => time / 1000)
  const HOUR = 3_600_000

  test('is told the newest first, in pages, for one pipeline or all', async () => {
    await own.bus.publish([1, 2, 3, 4, 5].map((n) => stateChange(n % 2 === 0 ? 'even' : 'odd', { time: n * 1000 })))
    await own.bus.publish([stateChange('odd', { account: '222222222222', time: 6000 })])
    const first = await get<Page>('journal?limit=2')
    assert.deepEqual(times(first), [5, 4])
    const second = await get<Page>(`journal?limit=2&before=${first.next}`)
    assert.deepEqual(times(second), [3, 2])
    const last = await get<Page>(`journal?limit=2&before=${second.next}`)
    assert.deepEqual([times(last), last.next], [[1], undefined])
    assert.deepEqual(times(await get<Page>('journal?pipeline=even')), [4, 2])
  })

  test('of a window of time is found without reading what is newer', async () => {
    const hours = Array.from({ length: 3000 }, (_, n) => stateChange('p', { time: n * HOUR }))
    await own.bus.publish(hours)
    const iso = (hour: number): string => new Date(hour * HOUR).toISOString()
    const page = await get<Page>(`journal?from=${iso(10)}&to=${12 * HOUR}`)
    assert.deepEqual(
      page.events.map(({ time }) => time / HOUR),
      [12, 11, 10],
    )
    assert.equal(page.next, undefined)
    assert.deepEqual(times(await get<Page>(`journal?from=${iso(4000)}`)), [])
    assert.equal((await own.ask(`${API}journal?from=yesterday`, { headers: { cookie } })).status, 400)
  })
})

describe('the audit trail', () => {
  const record = (operation: string, more: Partial<AuditRecord> = {}): AuditRecord => ({
    requestId: 'r',
    time: 1,
    durationMs: 1,
    account: ACCOUNT,
    region: 'us-east-1',
    service: 'codepipeline',
    operation,
    principal: { arn: `arn:aws:iam::${ACCOUNT}:user/alice`, type: 'User', accessKeyId: 'AKIA' },
    sourceAddress: '192.0.2.1',
    userAgent: 'aws-cli',
    input: { name: 'Site' },
    ...more,
  })
  interface Page {
    readonly calls: readonly (AuditRecord & { readonly number: number })[]
    readonly next?: number
  }
  const operations = ({ calls }: Page) => calls.map(({ operation }) => operation)

  test('tells the account’s own calls, the newest first, in pages', async () => {
    for (const each of [record('A'), record('B', { account: '222222222222' }), record('C')]) own.audit.add(() => each)
    const first = await get<Page>('audit?limit=1')
    assert.deepEqual(operations(first), ['C'])
    assert.deepEqual(operations(await get<Page>(`audit?before=${first.next}`)), ['A', 'ConsoleLogin'])
  })

  test('is searched by words, which may be anywhere in it', async () => {
    own.audit.add(() => record('DeletePipeline'))
    own.audit.add(() => record('DeletePipeline', { errorCode: 'AccessDeniedException', input: { name: 'api' } }))
    assert.equal((await get<Page>('audit?filter=delete%20SITE%20alice')).calls.length, 1)
    assert.equal((await get<Page>('audit?filter=accessdenied')).calls.length, 1)
    assert.equal((await get<Page>('audit?filter=bob')).calls.length, 0)
  })

  test('holds who signed in and who failed to, and no secret', async () => {
    const guess = { ...KEY, secretAccessKey: 'the-guess' }
    await own.ask(`${API}login`, { method: 'POST', headers: OWN_PAGE, body: guess })
    const page = await get<Page>('audit')
    assert.deepEqual(
      page.calls.map(({ operation, errorCode, principal }) => [operation, errorCode, principal.accessKeyId]),
      [
        ['ConsoleLogin', 'WrongKey', KEY.accessKeyId],
        ['ConsoleLogin', undefined, KEY.accessKeyId],
      ],
    )
    assert.equal(/the-guess|a-very-secret/.test(JSON.stringify(page)), false)
  })
})

test('deliveries to the web-hooks of the account and region are told, the newest first', async () => {
  const delivery = (webhook: string, more: Partial<DeliveryRecord> = {}): DeliveryRecord => ({
    time: 1,
    account: ACCOUNT,
    region: 'us-east-1',
    webhook,
    pipeline: 'p',
    action: 'Source',
    sourceAddress: '192.0.2.1',
    verdict: 'accepted',
    statusCode: 200,
    filters: [],
    executions: [],
    ...more,
  })
  for (const each of [delivery('a'), delivery('theirs', { account: '2' }), delivery('b')])
    own.deliveries.add(() => each)
  const { deliveries } = await get<{ deliveries: readonly DeliveryRecord[] }>('webhook-events')
  assert.deepEqual(deliveries, [
    { number: 3, ...delivery('b') },
    { number: 1, ...delivery('a') },
  ])
})
