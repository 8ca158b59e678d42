import { NormalizedSchema } from '@smithy/core/schema'
import { NumericValue } from '@smithy/core/serde'
import { parseTimestampText } from './timestamp-text.ts'

/** The JSON does not fit the shape; `message` says where and how. */
export class JsonMismatch extends Error {
  override readonly name = 'JsonMismatch'
}

export interface JsonReading {
  /** rest protocols may name members differently on the wire */
  readonly jsonName: boolean
}

const MAX_DEPTH = 100

/**
 * Reads parsed JSON, or what CBOR decodes to, as a shape, strictly: a wrong type is the caller's mistake and must be told, not handed to an operation.
 * `null` means absent; members the shape does not know are ignored.
 * @throws JsonMismatch
 */
export function readJson(schema: NormalizedSchema, value: unknown, reading: JsonReading, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new JsonMismatch('The request is nested too deeply')
  if (schema.isDocumentSchema()) return value
  if (schema.isStructSchema()) return readStructure(schema, value, reading, depth)
  if (schema.isListSchema()) return readList(schema, value, reading, depth)
  if (schema.isMapSchema()) return readMap(schema, value, reading, depth)
  return readScalar(schema, value)
}

export function readStructure(
  schema: NormalizedSchema,
  value: unknown,
  reading: JsonReading,
  depth = 0,
): Record<string, unknown> {
  const record = asObject(value)
  const read: Record<string, unknown> = {}
  for (const [name, member] of schema.structIterator()) {
    const wireName = reading.jsonName ? (member.getMergedTraits().jsonName ?? name) : name
    const found = Object.hasOwn(record, wireName) ? record[wireName] : undefined
    if (found !== null && found !== undefined) read[name] = readJson(member, found, reading, depth + 1)
  }
  return read
}

function readList(schema: NormalizedSchema, value: unknown, reading: JsonReading, depth: number): unknown[] {
  if (!Array.isArray(value)) throw new JsonMismatch(`Expected a list at '${nameOf(schema)}', found ${kindOf(value)}`)
  const member = schema.getValueSchema()
  const sparse = isSparse(schema)
  const read: unknown[] = []
  for (const item of value as unknown[]) {
    if (item !== null) read.push(readJson(member, item, reading, depth + 1))
    else if (sparse) read.push(null)
  }
  return read
}

function readMap(
  schema: NormalizedSchema,
  value: unknown,
  reading: JsonReading,
  depth: number,
): Record<string, unknown> {
  const member = schema.getValueSchema()
  const sparse = isSparse(schema)
  const read: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(asObject(value))) {
    if (item === null && !sparse) continue
    const entry = item === null ? null : readJson(member, item, reading, depth + 1)
    // defined, not assigned: a key named __proto__ is data too
    if (key === '__proto__') Object.defineProperty(read, key, { value: entry, enumerable: true, configurable: true })
    else read[key] = entry
  }
  return read
}

function readScalar(schema: NormalizedSchema, value: unknown): unknown {
  if (schema.isStringSchema()) {
    if (typeof value === 'string') return value
    throw new JsonMismatch(`${kindOf(value)} can not be converted to a String`)
  }
  if (schema.isBooleanSchema()) {
    if (typeof value === 'boolean') return value
    throw new JsonMismatch(`${kindOf(value)} can not be converted to a Boolean`)
  }
  if (schema.isTimestampSchema()) return readTimestamp(value)
  if (schema.isBlobSchema()) {
    if (value instanceof Uint8Array) return value
    if (typeof value === 'string' && /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(value)) return Buffer.from(value, 'base64')
    throw new JsonMismatch(`${kindOf(value)} can not be converted to a Blob`)
  }
  return readNumber(schema, value)
}

function readNumber(schema: NormalizedSchema, value: unknown): unknown {
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value)
  // CBOR has integers of 64 bits; those that a number can hold are numbers here
  if (typeof value === 'bigint') return readNumber(schema, Number(value))
  if (typeof value !== 'number') throw new JsonMismatch(`${kindOf(value)} can not be converted to a Number`)
  if (schema.isBigIntegerSchema()) return BigInt(value)
  return schema.isBigDecimalSchema() ? new NumericValue(String(value), 'bigDecimal') : value
}

function readTimestamp(value: unknown): Date {
  // CBOR tags seconds since the epoch with a 1
  const seconds =
    typeof value === 'object' && value !== null && 'tag' in value && value.tag === 1 ? valueOf(value) : value
  const date =
    typeof seconds === 'number'
      ? new Date(Math.round(seconds * 1000))
      : typeof seconds === 'string'
        ? parseTimestampText(seconds)
        : undefined
  if (date === undefined || Number.isNaN(date.getTime())) {
    throw new JsonMismatch(`${kindOf(value)} can not be converted to a Timestamp`)
  }
  return date
}

const valueOf = (tagged: object): unknown => ('value' in tagged ? tagged.value : undefined)

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new JsonMismatch(`Expected a structure or map, found ${kindOf(value)}`)
}

const isSparse = (schema: NormalizedSchema): boolean => schema.getMergedTraits().sparse !== undefined

const nameOf = (schema: NormalizedSchema): string =>
  schema.isMemberSchema() ? schema.getMemberName() : (schema.getName() ?? '')

/** The words AWS's own parser uses. */
function kindOf(value: unknown): string {
  if (value === true) return 'TRUE_VALUE'
  if (value === false) return 'FALSE_VALUE'
  if (typeof value === 'number') return Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE'
  if (typeof value === 'string') return 'STRING_VALUE'
  return Array.isArray(value) ? 'START_ARRAY' : 'START_OBJECT'
}
