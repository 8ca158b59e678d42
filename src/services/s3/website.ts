import type { Readable } from 'node:stream'
import type { ObjectRow } from '../../store/store.ts'
import type { Bucket } from './buckets.ts'
import type { S3Dependencies } from './dependencies.ts'
import { documentOf } from './objects.ts'

export interface WebsiteAnswer {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable | string | undefined
}

interface WebsiteConfiguration {
  readonly IndexDocument?: { readonly Suffix?: string }
  readonly ErrorDocument?: { readonly Key?: string }
}

export interface Websites {
  /** @param path decoded, without the leading slash */
  serve(bucket: string, path: string, method: string): Promise<WebsiteAnswer>
}

/**
 * Static web sites out of buckets, for anybody who can reach the server: a bucket is a site once it has a website configuration
 * (`aws s3 website`), and never before. Index and error documents as on AWS; a folder without its slash is redirected.
 */
export function createWebsites({ store, blobs }: Pick<S3Dependencies, 'store' | 'blobs'>): Websites {
  const visible = async (bucket: string, key: string): Promise<ObjectRow | undefined> => {
    const row = await store.read.objects.latest(bucket, key)
    return row && !row.deleteMarker ? row : undefined
  }

  const answer = async (statusCode: number, row: ObjectRow, method: string): Promise<WebsiteAnswer> => ({
    statusCode,
    headers: {
      'content-type': documentOf(row).headers.ContentType ?? 'binary/octet-stream',
      'content-length': String(row.size),
      etag: `"${row.etag}"`,
      'last-modified': new Date(row.lastModified).toUTCString(),
      'x-content-type-options': 'nosniff',
      ...(documentOf(row).headers.CacheControl && { 'cache-control': documentOf(row).headers.CacheControl as string }),
    },
    body: method === 'HEAD' ? undefined : await blobs.get(row.blobId ?? ''),
  })

  return {
    async serve(bucket, path, method) {
      if (method !== 'GET' && method !== 'HEAD')
        return plain(405, 'MethodNotAllowed', 'A web site only answers GET and HEAD.')
      const found = await store.read.resources.find<Bucket>('s3', 'bucket', bucket)
      if (!found) return plain(404, 'NoSuchBucket', `The specified bucket does not exist: ${bucket}`)
      const site = found.document.settings['website'] as WebsiteConfiguration | undefined
      if (!site) {
        return plain(
          404,
          'NoSuchWebsiteConfiguration',
          `The bucket ${bucket} is not a web site. Make it one with: aws s3 website s3://${bucket} --index-document index.html`,
        )
      }
      const index = site.IndexDocument?.Suffix ?? 'index.html'
      const wanted = path === '' || path.endsWith('/') ? path + index : path
      const row = await visible(bucket, wanted)
      if (row) return answer(200, row, method)
      if (wanted === path && (await visible(bucket, `${path}/${index}`))) {
        const last = path.slice(path.lastIndexOf('/') + 1)
        return { statusCode: 302, headers: { location: `${encodeURIComponent(last)}/` }, body: undefined }
      }
      const errorPage = site.ErrorDocument?.Key && (await visible(bucket, site.ErrorDocument.Key))
      return errorPage
        ? answer(404, errorPage, method)
        : plain(404, 'NoSuchKey', `The specified key does not exist: ${wanted}`)
    },
  }
}

const plain = (statusCode: number, code: string, message: string): WebsiteAnswer => ({
  statusCode,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  body: `${code}: ${message}\n`,
})
