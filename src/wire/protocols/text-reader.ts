import { NormalizedSchema } from '@smithy/core/schema'
import { NumericValue } from '@smithy/core/serde'
import { ServiceError } from '../service-error.ts'
import { parseTimestampText } from './timestamp-text.ts'

/** Reads one scalar from a form field, header, label or query parameter. @throws ServiceError `MalformedInput` */
export function readText(schema: NormalizedSchema, text: string): unknown {
  if (schema.isStringSchema()) return text
  if (schema.isBooleanSchema()) {
    if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true'
    throw malformed(schema, text, 'a boolean')
  }
  if (schema.isTimestampSchema()) {
    const date = parseTimestampText(text)
    if (date === undefined) throw malformed(schema, text, 'a timestamp')
    return date
  }
  if (schema.isBlobSchema()) return Buffer.from(text, 'base64')
  if (schema.isBigDecimalSchema()) return new NumericValue(text, 'bigDecimal')
  const value = Number(text)
  if (text.trim() === '' || Number.isNaN(value)) throw malformed(schema, text, 'a number')
  return schema.isBigIntegerSchema() ? BigInt(text) : value
}

const malformed = (schema: NormalizedSchema, text: string, kind: string): ServiceError =>
  new ServiceError(
    'MalformedInput',
    `'${text}' at '${schema.isMemberSchema() ? schema.getMemberName() : ''}' is not ${kind}`,
  )
