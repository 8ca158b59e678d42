import type { ObjectRow } from '../../store/store.ts'
import { s3Error } from './errors.ts'
import { unquote } from './objects.ts'

export interface Conditions {
  readonly IfMatch?: string | undefined
  readonly IfNoneMatch?: string | undefined
  readonly IfModifiedSince?: Date | undefined
  readonly IfUnmodifiedSince?: Date | undefined
}

/** The conditions of a read. @throws PreconditionFailed (412), NotModified (304) */
export function checkConditions(row: ObjectRow, conditions: Conditions): void {
  const unmet = unmetCondition(row, conditions)
  if (unmet === undefined) return
  throw NOT_MODIFIED.has(unmet) ? notModified(row) : s3Error('PreconditionFailed', { Condition: unmet })
}

type ConditionHeader = 'If-Match' | 'If-None-Match' | 'If-Modified-Since' | 'If-Unmodified-Since'

/** What a cache asks: to a read the answer is "what you have is still right". */
const NOT_MODIFIED: ReadonlySet<ConditionHeader> = new Set(['If-None-Match', 'If-Modified-Since'])

/** @returns the first condition that does not hold. Source: RFC 9110 §13.2.2, the order in which S3 evaluates them. */
export function unmetCondition(row: ObjectRow, conditions: Conditions): ConditionHeader | undefined {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions
  // HTTP dates have whole seconds
  const modified = Math.floor(row.lastModified / 1000) * 1000
  if (IfMatch !== undefined) {
    if (!namesTag(IfMatch, row.etag)) return 'If-Match'
  } else if (IfUnmodifiedSince && modified > IfUnmodifiedSince.getTime()) {
    return 'If-Unmodified-Since'
  }
  if (IfNoneMatch !== undefined) {
    if (namesTag(IfNoneMatch, row.etag)) return 'If-None-Match'
  } else if (IfModifiedSince && modified <= IfModifiedSince.getTime()) {
    return 'If-Modified-Since'
  }
  return undefined
}

const namesTag = (header: string, etag: string): boolean =>
  header.trim() === '*' || header.split(',').some((tag) => unquote(tag.trim()) === etag)

const notModified = (row: ObjectRow) =>
  s3Error(
    'NotModified',
    {},
    { headers: { etag: `"${row.etag}"`, 'last-modified': new Date(row.lastModified).toUTCString() } },
  )
