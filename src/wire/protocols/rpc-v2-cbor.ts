import { CborCodec } from '@smithy/core/cbor'
import { NormalizedSchema } from '@smithy/core/schema'
import type { StaticStructureSchema } from '@smithy/types'
import { ServiceError } from '../service-error.ts'
import { JSON_DIALECT } from './dialects.ts'
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
    try {
      return codec.createDeserializer().read(shape, bytes) as Record<string, unknown>
    } catch (cause) {
      throw new ServiceError('SerializationException', 'The request body is not valid CBOR for this operation', {
        cause,
      })
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
