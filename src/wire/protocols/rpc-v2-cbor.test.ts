import { PutMetricData$ } from '@aws-sdk/client-cloudwatch'
import { cbor, dateToTag } from '@smithy/core/cbor'
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { rpcv2Cbor } from './rpc-v2-cbor.ts'

const read = (body: Uint8Array) =>
  rpcv2Cbor.readInput(PutMetricData$, { name: 'PutMetricData' }, undefined as never, Buffer.from(body))
const refused = { name: 'ServiceError', code: 'SerializationException' }

describe('a CBOR body', () => {
  it('given every type that it has, is read as the shape has it', () => {
    const at = new Date(1_700_000_000_000)
    const datum = { MetricName: 'm', Timestamp: dateToTag(at), Value: 1.5, StorageResolution: 60n }
    assert.deepEqual(read(cbor.serialize({ Namespace: 'n', MetricData: [datum], Unknown: 1 })), {
      Namespace: 'n',
      MetricData: [{ MetricName: 'm', Timestamp: at, Value: 1.5, StorageResolution: 60 }],
    })
  })

  for (const [what, body] of [
    ['a number for a string', cbor.serialize({ Namespace: 5 })],
    ['a string for a list', cbor.serialize({ MetricData: 'x' })],
    ['no structure at all', cbor.serialize('x')],
    ['nothing', Buffer.from('f7', 'hex')],
    ['bytes that stop', Buffer.from('bf', 'hex')],
    ['a length beyond all memory', Buffer.from('9b7fffffffffffffff', 'hex')],
    ['nothing but nesting', Buffer.from(`${'81'.repeat(100_000)}00`, 'hex')],
  ] as const) {
    it(`given ${what}, is a SerializationException`, () => {
      assert.throws(() => read(body), refused)
    })
  }
})
