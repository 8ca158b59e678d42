import { cbor, CborCodec } from '@smithy/core/cbor'
import { NormalizedSchema } from '@smithy/core/schema'
import type { StaticStructureSchema } from '@smithy/types'
import { ServiceError } from '../service-error.ts'
import { JSON_DIALECT } from './dialects.ts'
import { JsonMismatch, readStructure } from './json-reader.ts'
import { wireError } from './modelled-error.ts'
import type { Protocol } from './protocol.ts'

const codec = new CborCodec()
const CONTENT_TYPE = 'application/cbor'

/** `POST /service/<Service>/operation/<Operation>`, CBOR in and out. */
export const rpcv2Cbor: Protocol = {
  dialect: JSON_DIALECT,
  pathRule: 'normalised',
  payload: 'collected',
  resolve: ({ path }, { schemas }) => {
    const name = /\/operation\/([^/]+)$/.exec(path)?.[1] ?? ''
    const schema = schemas.get(name)
    return schema ? { name, schema } : { name }
  },
  streams: () => false,
  readInput: (schema, _resolution, _request, body) => {
    const shape = NormalizedSchema.of(schema[4])
    const bytes = body as Buffer
    if (shape.isUnitSchema() || bytes.length === 0) return {}
    const decoded = decode(bytes)
    try {
      // as strictly as JSON: the SDK's own reader hands on whatever types it finds
      return readStructure(shape, decoded, { jsonName: false })
    } catch (error) {
      if (error instanceof JsonMismatch) throw new ServiceError('SerializationException', error.message)
      throw error
    }
  },
  writeOutput: (schema, output, { requestId }) => {
    const shape = NormalizedSchema.of(schema[5])
    const body = shape.isUnitSchema() ? Buffer.alloc(0) : encode(shape, output)
    return { statusCode: 200, headers: headers(requestId, body), body }
  },
  writeError: (error, answering) => {
    const { code, statusCode } = wireError(error, JSON_DIALECT, answering)
    const body = encode(NormalizedSchema.of(ERROR_SHAPE), { __type: code, message: error.message })
    return {
      statusCode,
      headers: { ...error.headers, ...headers(answering.requestId, body), 'x-amzn-errortype': code },
      body,
    }
  },
}

const ERROR_SHAPE: StaticStructureSchema = [3, 'pipewright.wire', 'Error', 0, ['__type', 'message'], [0, 0]]

function decode(bytes: Buffer): unknown {
  try {
    return cbor.deserialize(bytes)
  } catch (cause) {
    throw new ServiceError('SerializationException', 'The request body is not valid CBOR', { cause })
  }
}

function encode(shape: NormalizedSchema, value: unknown): Buffer {
  const serializer = codec.createSerializer()
  serializer.write(shape, value)
  const bytes = serializer.flush()
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

const headers = (requestId: string, body: Buffer) => ({
  'smithy-protocol': 'rpc-v2-cbor',
  'content-type': CONTENT_TYPE,
  'content-length': String(body.length),
  'x-amzn-requestid': requestId,
})
