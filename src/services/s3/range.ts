import type { ByteRange } from '../../artifacts/artifacts.ts'
import { s3Error } from './errors.ts'

/**
 * One byte range of a `Range` header. Several ranges, or a header that is no byte range, are ignored as S3 does.
 * @returns undefined for "the whole object"; @throws InvalidRange when it starts behind the end
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = header === undefined ? undefined : /^bytes=(\d*)-(\d*)$/.exec(header.trim())
  if (!match) return undefined
  const [, first = '', last = ''] = match
  if (first === '' && last === '') return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (start >= size || (first === '' && Number(last) === 0)) {
    throw s3Error('InvalidRange', { RangeRequested: header, ActualObjectSize: size })
  }
  return start > end ? undefined : { start, end }
}
