import { NormalizedSchema } from '@smithy/core/schema'
import { splitHeader } from '@smithy/core/serde'
import type { Readable } from 'node:stream'
import { percentDecode, type ParsedRequest } from '../request.ts'
import { bindingsOf, type BoundMember } from './http-binding.ts'
import type { Resolution } from './protocol.ts'
import { readText } from './text-reader.ts'

/** Reads bytes as a structure of the service's model. */
export type ReadBody = (shape: NormalizedSchema, body: Buffer) => Record<string, unknown>

/** Collects an operation's input from path, query, headers and body. @throws ServiceError */
export function readHttpInput(
  shape: NormalizedSchema,
  { labels }: Resolution,
  request: ParsedRequest,
  body: Buffer | Readable,
  readBody: ReadBody,
): Record<string, unknown> {
  const bindings = bindingsOf(shape)
  const input: Record<string, unknown> =
    bindings.body && Buffer.isBuffer(body) && body.length > 0 ? readBody(bindings.body, body) : {}
  for (const member of bindings.members) {
    const value = readMember(member, labels ?? {}, request, body, readBody)
    if (value !== undefined) input[member.name] = value
  }
  return input
}

export function streamsInput(shape: NormalizedSchema): boolean {
  const { payload } = bindingsOf(shape)
  return payload !== undefined && payload.schema.isStreaming()
}

function readMember(
  { name, schema, binding }: BoundMember,
  labels: Readonly<Record<string, string>>,
  { headers, params }: ParsedRequest,
  body: Buffer | Readable,
  readBody: ReadBody,
): unknown {
  switch (binding.in) {
    case 'label':
      return labels[name] === undefined ? undefined : readText(schema, percentDecode(labels[name]))
    case 'query':
      return readQuery(schema, params.get(binding.wireName))
    case 'queryParams':
      return Object.fromEntries([...params].map(([name, [value = '']]) => [name, value]))
    case 'header':
      return readHeader(schema, headers[binding.wireName])
    case 'prefixHeaders':
      return readPrefixHeaders(binding.wireName, headers)
    case 'payload':
      return readPayload(schema, body, readBody)
    case 'status':
    case 'body':
      return undefined
    default:
      return binding satisfies never
  }
}

function readQuery(schema: NormalizedSchema, values: readonly string[] | undefined): unknown {
  if (values === undefined) return undefined
  if (schema.isListSchema()) return values.map((value) => readText(schema.getValueSchema(), value))
  const [value = ''] = values
  return value === '' && !schema.isStringSchema() ? undefined : readText(schema, value)
}

function readHeader(schema: NormalizedSchema, value: string | undefined): unknown {
  if (value === undefined) return undefined
  if (schema.isListSchema()) return splitHeader(value).map((item) => readText(schema.getValueSchema(), item))
  if (schema.isTimestampSchema()) {
    // HTTP: a date that cannot be read is as if the header were not there (RFC 9110, 13.1.3)
    const date = new Date(value)
    return Number.isNaN(date.getTime()) ? undefined : date
  }
  return value === '' && !schema.isStringSchema() ? undefined : readText(schema, value)
}

function readPrefixHeaders(prefix: string, headers: Readonly<Record<string, string>>): unknown {
  const found = Object.entries(headers).filter(([name]) => name.startsWith(prefix))
  return found.length === 0
    ? undefined
    : Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]))
}

function readPayload(schema: NormalizedSchema, body: Buffer | Readable, readBody: ReadBody): unknown {
  if (!Buffer.isBuffer(body)) return body
  if (schema.isBlobSchema()) return body
  if (body.length === 0) return undefined
  return schema.isStringSchema() ? body.toString('utf8') : readBody(schema, body)
}
