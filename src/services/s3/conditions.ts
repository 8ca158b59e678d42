import type { ObjectRow } from '../../store/store.ts'
import { s3Error } from './errors.ts'
import { unquote } from './objects.ts'

export interface Conditions {
  readonly IfMatch?: string | undefined
  readonly IfNoneMatch?: string | undefined
  readonly IfModifiedSince?: Date | undefined
  readonly IfUnmodifiedSince?: Date | undefined
}

/** Source: RFC 9110 §13.2.2, the order in which S3 evaluates them. @throws PreconditionFailed (412), NotModified (304) */
export function checkConditions(row: ObjectRow, conditions: Conditions): void {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions
  // HTTP dates have whole seconds
  const modified = Math.floor(row.lastModified / 1000) * 1000
  if (IfMatch !== undefined) {
    if (!namesTag(IfMatch, row.etag)) throw s3Error('PreconditionFailed', { Condition: 'If-Match' })
  } else if (IfUnmodifiedSince && modified > IfUnmodifiedSince.getTime()) {
    throw s3Error('PreconditionFailed', { Condition: 'If-Unmodified-Since' })
  }
  if (IfNoneMatch !== undefined) {
    if (namesTag(IfNoneMatch, row.etag)) throw notModified(row)
  } else if (IfModifiedSince && modified <= IfModifiedSince.getTime()) {
    throw notModified(row)
  }
}

const namesTag = (header: string, etag: string): boolean =>
  header.trim() === '*' || header.split(',').some((tag) => unquote(tag.trim()) === etag)

const notModified = (row: ObjectRow) =>
  s3Error(
    'NotModified',
    {},
    { headers: { etag: `"${row.etag}"`, 'last-modified': new Date(row.lastModified).toUTCString() } },
  )
