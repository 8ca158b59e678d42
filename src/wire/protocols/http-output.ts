import { ToStringShapeSerializer } from '@smithy/core/protocols'
import { NormalizedSchema } from '@smithy/core/schema'
import type { StaticOperationSchema } from '@smithy/types'
import { Readable } from 'node:stream'
import type { WireResponse } from '../wire.ts'
import { bindingsOf, type BoundMember } from './http-binding.ts'

export interface WriteBody {
  readonly contentType: string
  readonly write: (shape: NormalizedSchema, value: Record<string, unknown>) => Buffer
}

/** Lays an operation's output out over status, headers and body, as the model binds them. */
export function writeHttpOutput(
  schema: StaticOperationSchema,
  output: Record<string, unknown>,
  { contentType, write }: WriteBody,
): WireResponse {
  const shape = NormalizedSchema.of(schema[5])
  const bindings = bindingsOf(shape)
  const headers: Record<string, string> = {}
  let statusCode = declaredStatus(schema)
  for (const member of bindings.members) {
    const value = output[member.name]
    if (value === undefined || value === null) continue
    if (member.binding.in === 'status') statusCode = Number(value)
    else writeHeader(member, value, headers)
  }
  // part of an object is told by its range: no model has a member for this status
  if (headers['content-range'] !== undefined && statusCode === 200) statusCode = 206

  const body = writeBody()
  if (body === undefined || body instanceof Readable) return { statusCode, headers, body }
  return { statusCode, headers: { 'content-length': String(body.length), ...headers }, body }

  function writeBody(): Buffer | Readable | undefined {
    if (bindings.payload !== undefined) return writePayload(bindings.payload, output[bindings.payload.name])
    if (bindings.body === undefined) return statusCode === 204 ? undefined : Buffer.alloc(0)
    headers['content-type'] ??= contentType
    return write(bindings.body, output)
  }

  function writePayload({ schema: payload }: BoundMember, value: unknown): Buffer | Readable | undefined {
    if (value === undefined || value === null) return undefined
    if (value instanceof Readable) return value
    if (typeof value === 'string') return Buffer.from(value)
    if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    if (payload.isBlobSchema()) throw new TypeError('a streamed output must be a Readable, bytes or text')
    headers['content-type'] ??= contentType
    return write(payload, value as Record<string, unknown>)
  }
}

const headerText = new ToStringShapeSerializer({ timestampFormat: { useTrait: true, default: 5 }, httpBindings: true })

function writeHeader({ schema, binding }: BoundMember, value: unknown, headers: Record<string, string>): void {
  if (binding.in === 'header') {
    headerText.write(schema, value)
    const text = headerText.flush()
    if (text !== '') headers[binding.wireName] = text
  } else if (binding.in === 'prefixHeaders') {
    for (const [name, text] of Object.entries(value as Record<string, string>)) headers[binding.wireName + name] = text
  }
}

const declaredStatus = (schema: StaticOperationSchema): number => {
  const traits = schema[3] as { readonly http?: readonly [string, string, number?] } | number
  return (typeof traits === 'object' ? traits.http?.[2] : undefined) ?? 200
}
