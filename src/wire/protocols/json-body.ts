import { JsonCodec2 } from '@smithy/core/protocols'
import { NormalizedSchema } from '@smithy/core/schema'
import { ServiceError } from '../service-error.ts'
import type { WireResponse } from '../wire.ts'
import type { Dialect } from './dialects.ts'
import { JsonMismatch, readStructure, type JsonReading } from './json-reader.ts'
import { wireError } from './modelled-error.ts'
import type { Answering } from './protocol.ts'

/** @throws ServiceError `SerializationException` */
export function readJsonBody(shape: NormalizedSchema, body: Buffer, reading: JsonReading): Record<string, unknown> {
  if (shape.isUnitSchema()) return {}
  const parsed = parseJson(body)
  try {
    return readStructure(shape, parsed, reading)
  } catch (error) {
    if (error instanceof JsonMismatch) throw new ServiceError('SerializationException', error.message)
    throw error
  }
}

export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {}
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new ServiceError('SerializationException', 'The request body is not valid JSON')
  }
}

/** Epoch seconds with a fraction for timestamps, as the AWS protocols have it, unless the model says otherwise. */
export function jsonWriter({ jsonName }: JsonReading): (shape: NormalizedSchema, value: unknown) => Buffer {
  const codec = new JsonCodec2({ timestampFormat: { useTrait: true, default: 7 }, jsonName })
  const serializer = codec.createSerializer()
  return (shape, value) => {
    serializer.write(shape, value)
    const bytes = serializer.flush()
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
}

/** `{"__type": code, "message": …}` and the error shape's other members; SDKs also read the code from the header. */
export function jsonError(
  error: ServiceError,
  dialect: Dialect,
  contentType: string,
  answering: Answering,
): WireResponse {
  const { code, statusCode } = wireError(error, dialect, answering)
  const fields = Object.entries(error.fields).map(([name, value]) => [
    name,
    value instanceof Date ? value.getTime() / 1000 : value,
  ])
  const body = Buffer.from(JSON.stringify({ __type: code, message: error.message, ...Object.fromEntries(fields) }))
  return {
    statusCode,
    headers: {
      ...error.headers,
      'content-type': contentType,
      'content-length': String(body.length),
      'x-amzn-requestid': answering.requestId,
      'x-amzn-errortype': code,
    },
    body,
  }
}
