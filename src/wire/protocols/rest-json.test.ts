import { CborCodec } from '@smithy/core/cbor'
import { NormalizedSchema } from '@smithy/core/schema'
import type { StaticOperationSchema, StaticStructureSchema } from '@smithy/types'
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bodyText, createCloud, sign, type Draft } from '../testing.ts'
import { operation, ServiceError, type ServiceDefinition } from '../wire.ts'

/** No installed client speaks these protocols, so the model of this small service is written by hand. */
const input: StaticStructureSchema = [
  3,
  'test',
  'InvokeRequest',
  0,
  ['name', 'dryRun', 'kind', 'payload', 'at', 'count'],
  [
    [0, 1],
    [2, { httpQuery: 'dryRun' }],
    [0, { httpHeader: 'X-Kind' }],
    [0, { jsonName: 'Payload' }],
    [4, 0],
    [1, 0],
  ],
  1,
]
const output: StaticStructureSchema = [
  3,
  'test',
  'InvokeResponse',
  0,
  ['status', 'kind', 'payload', 'at'],
  [
    [1, 32],
    [0, { httpHeader: 'X-Kind' }],
    [0, { jsonName: 'Payload' }],
    [4, 0],
  ],
]
const invoke: StaticOperationSchema = [
  9,
  'test',
  'Invoke',
  { http: ['POST', '/2015-03-31/functions/{name}/invocations', 202] } as never,
  input,
  output,
]

interface Invocation {
  readonly name?: string
  readonly dryRun?: boolean
  readonly kind?: string
  readonly payload?: string
  readonly at?: Date
}

const definition = (protocols: ServiceDefinition['protocols']): ServiceDefinition => ({
  name: 'functions',
  signingNames: ['functions'],
  protocols,
  targetPrefix: 'Functions_2015',
  schemas: [invoke],
  operations: [
    operation<Invocation, Record<string, unknown>>(
      invoke,
      { action: 'functions:Invoke', resource: '*' },
      async (invocation) => {
        if (invocation.name === 'none') {
          throw new ServiceError('ResourceNotFoundException', 'no such function', { statusCode: 404 })
        }
        return { ...invocation, payload: JSON.stringify(invocation) }
      },
    ),
  ],
})

const AT = Date.UTC(2026, 0, 31, 12, 0)

async function send(protocols: ServiceDefinition['protocols'], draft: Partial<Draft>) {
  const service = definition(protocols)
  const { dispatcher } = createCloud({
    clock: { now: () => AT },
    services: [{ ...service, load: async () => service }],
  })
  return dispatcher.handle(sign({ service: 'functions', at: AT, ...draft }).request)
}

describe('restJson1', () => {
  it('reads labels, query, headers and body, and writes status, headers and body', async () => {
    const response = await send(['restJson1'], {
      url: '/2015-03-31/functions/my%20fn/invocations?dryRun=true',
      headers: { 'x-kind': 'Event' },
      body: '{"Payload":"p","at":1700000000.5,"unknown":1}',
    })
    assert.equal(response.statusCode, 202)
    assert.equal(response.headers['x-kind'], 'Event')
    const { Payload, at } = JSON.parse(await bodyText(response)) as { Payload: string; at: number }
    assert.equal(at, 1_700_000_000.5)
    assert.deepEqual(JSON.parse(Payload), {
      name: 'my fn',
      dryRun: true,
      kind: 'Event',
      payload: 'p',
      at: '2023-11-14T22:13:20.500Z',
    })
  })
  it('answers errors with their own status', async () => {
    const response = await send(['restJson1'], { url: '/2015-03-31/functions/none/invocations' })
    assert.equal(response.statusCode, 404)
    assert.equal(response.headers['x-amzn-errortype'], 'ResourceNotFoundException')
  })
  it('a path that is no route is an unknown operation, and a wrong type a SerializationException', async () => {
    const unknown = await send(['restJson1'], { url: '/2015-03-31/nothing' })
    assert.deepEqual([unknown.statusCode, unknown.headers['x-amzn-errortype']], [404, 'UnknownOperationException'])
    const url = '/2015-03-31/functions/f/invocations'
    for (const body of ['{"count":"1"}', '{"Payload":1}', 'x']) {
      assert.equal((await send(['restJson1'], { url, body })).headers['x-amzn-errortype'], 'SerializationException')
    }
    const query = await send(['restJson1'], { url: `${url}?dryRun=maybe` })
    assert.equal(query.headers['x-amzn-errortype'], 'SerializationException')
  })
})

describe('rpcv2Cbor', () => {
  const codec = new CborCodec()
  const encode = (value: unknown): Uint8Array => {
    const serializer = codec.createSerializer()
    serializer.write(NormalizedSchema.of(input), value)
    return serializer.flush()
  }
  const ask = (body: Uint8Array, name = 'Invoke') =>
    send(['rpcv2Cbor', 'awsJson1_0'], {
      url: `/service/Functions_2015/operation/${name}`,
      headers: { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' },
      body,
    })

  it('takes and returns CBOR', async () => {
    const response = await ask(encode({ name: 'f', at: new Date(1_700_000_000_500) }))
    assert.equal(response.statusCode, 200)
    assert.equal(response.headers['smithy-protocol'], 'rpc-v2-cbor')
    const read = codec.createDeserializer().read(NormalizedSchema.of(output), response.body as Uint8Array) as Invocation
    assert.equal(read.at?.getTime(), 1_700_000_000_500)
  })
  it('tells errors in CBOR', async () => {
    const response = await ask(encode({ name: 'none' }))
    assert.deepEqual([response.statusCode, response.headers['x-amzn-errortype']], [404, 'ResourceNotFoundException'])
    assert.equal((await ask(Buffer.from([0xff, 0x00]))).headers['x-amzn-errortype'], 'SerializationException')
    assert.equal((await ask(encode({}), 'Nope')).headers['x-amzn-errortype'], 'UnknownOperationException')
  })
  it('is told from JSON to the same service by its header', async () => {
    const response = await send(['rpcv2Cbor', 'awsJson1_0'], {
      headers: { 'x-amz-target': 'Functions_2015.Invoke', 'content-type': 'application/x-amz-json-1.0' },
      body: '{"name":"f"}',
    })
    assert.equal(response.headers['content-type'], 'application/x-amz-json-1.0')
  })
})
