/** S3 objects by the unmodified SDK: bytes, checksums, ranges, conditions, metadata, copies, versions, parts, presigned URLs. */
import * as S3 from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { startTestServer, type TestServer } from '../support/server.ts'
import { fails } from './support.ts'

const Bucket = 'objects'
const MEGABYTE = 1024 * 1024

let server: TestServer
let s3: S3.S3Client
before(async () => {
  server = await startTestServer()
  s3 = new S3.S3Client({ ...server.client, forcePathStyle: true })
  await s3.send(new S3.CreateBucketCommand({ Bucket }))
})
after(async () => await server[Symbol.asyncDispose]())

const md5 = (bytes: Uint8Array | string) => createHash('md5').update(bytes).digest('hex')
const put = (
  Key: string,
  Body: NonNullable<S3.PutObjectCommandInput['Body']>,
  more: Partial<S3.PutObjectCommandInput> = {},
) => s3.send(new S3.PutObjectCommand({ Bucket, Key, Body, ...more }))
const get = (Key: string, more: Partial<S3.GetObjectCommandInput> = {}) =>
  s3.send(new S3.GetObjectCommand({ Bucket, Key, ...more }))
const bytesOf = async (answer: S3.GetObjectCommandOutput) =>
  Buffer.from((await answer.Body?.transformToByteArray()) as Uint8Array)
const textOf = async (answer: S3.GetObjectCommandOutput) => (await answer.Body?.transformToString()) ?? ''

describe('bytes', { concurrency: true }, () => {
  for (const size of [0, 1, 65_536, 3 * MEGABYTE + 1]) {
    test(`given ${size} bytes, when they are put with default checksums, then they come back and the ETag is their MD5`, async () => {
      const bytes = randomBytes(size)
      const { ETag, ChecksumCRC32 } = await put(`size-${size}`, bytes)
      assert.equal(ETag, `"${md5(bytes)}"`)
      assert.ok(ChecksumCRC32)
      const answer = await get(`size-${size}`, { ChecksumMode: 'ENABLED' })
      assert.equal(answer.ContentLength, size)
      assert.equal(answer.ChecksumCRC32, ChecksumCRC32)
      assert.ok((await bytesOf(answer)).equals(bytes))
    })
  }

  test('given a stream, when it is put, then its checksum travels as a trailer and is verified and kept', async () => {
    const bytes = randomBytes(200_000)
    const body = Readable.from([bytes.subarray(0, 70_000), bytes.subarray(70_000)])
    await put('stream', body, { ContentLength: bytes.length, ChecksumAlgorithm: 'SHA256' })
    const answer = await get('stream', { ChecksumMode: 'ENABLED' })
    assert.equal(answer.ChecksumSHA256, createHash('sha256').update(bytes).digest('base64'))
    assert.ok((await bytesOf(answer)).equals(bytes))
  })

  for (const algorithm of ['CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const) {
    test(`given ${algorithm}, when an object is put, then HeadObject gives the checksum back`, async () => {
      const answer = await put(`sum-${algorithm}`, 'text', { ChecksumAlgorithm: algorithm })
      const head = await s3.send(new S3.HeadObjectCommand({ Bucket, Key: `sum-${algorithm}`, ChecksumMode: 'ENABLED' }))
      assert.ok(answer[`Checksum${algorithm}`])
      assert.equal(head[`Checksum${algorithm}`], answer[`Checksum${algorithm}`])
    })
  }

  test('given a wrong checksum or MD5, when an object is put, then it is refused and nothing is kept', async () => {
    await assert.rejects(put('wrong', 'text', { ChecksumCRC32: 'AAAAAA==' }), fails('BadDigest', 400))
    await assert.rejects(
      put('wrong', 'text', { ContentMD5: Buffer.alloc(16).toString('base64') }),
      fails('BadDigest', 400),
    )
    await assert.rejects(get('wrong'), fails('NoSuchKey', 404))
  })
})

test('given objects, then what is on disk is not their clear text', async () => {
  const secret = `clear-text-${randomBytes(8).toString('hex')}`
  await put('secret', secret.repeat(100))
  const files = (await readdir(server.dataDir, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  )
  assert.ok(files.length > 0)
  for (const file of files) {
    assert.ok(!(await readFile(join(file.parentPath, file.name))).includes(secret), `${file.name} holds clear text`)
  }
})

describe('ranges and conditions', { concurrency: true }, () => {
  const text = '0123456789'
  before(() => put('digits', text))

  const ranges = [
    ['bytes=0-3', '0123', 'bytes 0-3/10'],
    ['bytes=4-', '456789', 'bytes 4-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=8-100', '89', 'bytes 8-9/10'],
    ['bytes=-100', text, 'bytes 0-9/10'],
  ] as const
  for (const [Range, part, ContentRange] of ranges) {
    test(`given ${Range}, then the answer is 206 with ${ContentRange}`, async () => {
      const answer = await get('digits', { Range })
      assert.equal(answer.$metadata.httpStatusCode, 206)
      assert.equal(answer.ContentRange, ContentRange)
      assert.equal(answer.ContentLength, part.length)
      assert.equal(await textOf(answer), part)
    })
  }

  test('given a range that crosses the frames of a stored object, then exactly those bytes come', async () => {
    const bytes = randomBytes(2 * MEGABYTE)
    await put('frames', bytes)
    for (const [first, last] of [
      [65_530, 65_545],
      [MEGABYTE - 1, MEGABYTE],
      [2 * MEGABYTE - 1, 2 * MEGABYTE - 1],
    ] as const) {
      const part = await bytesOf(await get('frames', { Range: `bytes=${first}-${last}` }))
      assert.ok(part.equals(bytes.subarray(first, last + 1)))
    }
  })

  test('given a range behind the end, then it is 416; one that is no range is ignored', async () => {
    await assert.rejects(get('digits', { Range: 'bytes=10-' }), fails('InvalidRange', 416))
    await assert.rejects(get('digits', { Range: 'bytes=-0' }), fails('InvalidRange', 416))
    for (const Range of ['bytes=5-2', 'lines=1-2', 'bytes=0-1,4-5']) {
      const answer = await get('digits', { Range })
      assert.deepEqual([answer.$metadata.httpStatusCode, await textOf(answer)], [200, text])
    }
  })

  test('given conditions on reading, then they answer 304 and 412', async () => {
    const ETag = `"${md5(text)}"`
    const { LastModified = new Date() } = await get('digits')
    const before = new Date(LastModified.getTime() - 60_000)
    assert.equal(await textOf(await get('digits', { IfMatch: ETag, IfUnmodifiedSince: before })), text)
    assert.equal(await textOf(await get('digits', { IfNoneMatch: '"other"', IfModifiedSince: LastModified })), text)
    await assert.rejects(get('digits', { IfMatch: '"other"' }), fails('PreconditionFailed', 412))
    await assert.rejects(get('digits', { IfUnmodifiedSince: before }), fails('PreconditionFailed', 412))
    const notModified = (error: unknown) => {
      assert.equal((error as S3.S3ServiceException).$metadata.httpStatusCode, 304)
      return true
    }
    await assert.rejects(get('digits', { IfNoneMatch: ETag }), notModified)
    await assert.rejects(get('digits', { IfModifiedSince: LastModified }), notModified)
    await assert.rejects(s3.send(new S3.HeadObjectCommand({ Bucket, Key: 'digits', IfNoneMatch: ETag })), notModified)
  })

  test('given If-None-Match: * on writing, then of many writers exactly one wins', async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => put('once', `writer ${index}`, { IfNoneMatch: '*' })),
    )
    assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const one of tries) if (one.status === 'rejected') fails('PreconditionFailed', 412)(one.reason)
  })

  test('given If-Match on writing, then only the writer who knows the newest object may replace it', async () => {
    const { ETag } = await put('guarded', 'one')
    await assert.rejects(put('guarded', 'two', { IfMatch: '"other"' }), fails('PreconditionFailed', 412))
    await put('guarded', 'two', { IfMatch: ETag })
    assert.equal(await textOf(await get('guarded')), 'two')
  })
})

describe('what an object carries', { concurrency: true }, () => {
  const headers = {
    ContentType: 'text/plain; charset=utf-8',
    CacheControl: 'max-age=60',
    ContentDisposition: 'attachment; filename="a b.txt"',
    ContentEncoding: 'identity',
    ContentLanguage: 'de, en',
  }

  test('given headers, metadata and tags, then GetObject and HeadObject give them back', async () => {
    const Metadata = { plain: 'value', 'with-dash': 'a, b', spaces: 'two  words' }
    await put('headers', 'x', { ...headers, Metadata, Tagging: 'a=1&b=two%20words' })
    for (const answer of [await get('headers'), await s3.send(new S3.HeadObjectCommand({ Bucket, Key: 'headers' }))]) {
      for (const [name, value] of Object.entries(headers)) assert.equal(answer[name as keyof typeof headers], value)
      assert.deepEqual(answer.Metadata, Metadata)
      assert.equal(answer.ServerSideEncryption, 'AES256')
      assert.equal(answer.AcceptRanges, 'bytes')
    }
    assert.equal((await get('headers')).TagCount, 2)
  })

  test('given metadata beyond ASCII as clients encode it (RFC 2047), then it comes back unchanged', async () => {
    const encoded = `=?UTF-8?B?${Buffer.from('Grüße 🙂').toString('base64')}?=`
    await put('unicode', 'x', { Metadata: { greeting: encoded } })
    assert.deepEqual((await get('unicode')).Metadata, { greeting: encoded })
  })

  test('given a KMS key, when an object is put with it, then the answers name it', async () => {
    const SSEKMSKeyId = 'arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555'
    const answer = await put('kms', 'x', { ServerSideEncryption: 'aws:kms', SSEKMSKeyId })
    assert.deepEqual([answer.ServerSideEncryption, answer.SSEKMSKeyId], ['aws:kms', SSEKMSKeyId])
    const head = await s3.send(new S3.HeadObjectCommand({ Bucket, Key: 'kms' }))
    assert.deepEqual([head.ServerSideEncryption, head.SSEKMSKeyId], ['aws:kms', SSEKMSKeyId])
  })

  test('given an object, when it is put again, then nothing of the old one is left', async () => {
    await put('again', 'long text', { Metadata: { old: 'yes' }, Tagging: 'old=yes' })
    await put('again', 'new')
    const answer = await get('again')
    assert.deepEqual([await textOf(answer), answer.Metadata, answer.TagCount], ['new', {}, undefined])
  })

  test('given a copy in the same bucket, then metadata, tags and headers come along', async () => {
    await put('copy/source', 'text', { ...headers, Metadata: { a: '1' }, Tagging: 't=1' })
    const { CopyObjectResult } = await s3.send(
      new S3.CopyObjectCommand({ Bucket, Key: 'copy/target', CopySource: `${Bucket}/copy/source` }),
    )
    assert.equal(CopyObjectResult?.ETag, `"${md5('text')}"`)
    const answer = await get('copy/target')
    assert.equal(await textOf(answer), 'text')
    assert.deepEqual([answer.Metadata, answer.ContentType, answer.TagCount], [{ a: '1' }, headers.ContentType, 1])
  })

  test('given a copy to another bucket with REPLACE, then only the bytes come along', async () => {
    await s3.send(new S3.CreateBucketCommand({ Bucket: 'objects-2' }))
    await put('copy/ä b+c%.txt', 'text', { Metadata: { a: '1' } })
    await s3.send(
      new S3.CopyObjectCommand({
        Bucket: 'objects-2',
        Key: 'target',
        CopySource: `/${Bucket}/${encodeURIComponent('copy/ä b+c%.txt')}`,
        MetadataDirective: 'REPLACE',
        Metadata: { b: '2' },
        ContentType: 'text/css',
      }),
    )
    const answer = await get('target', { Bucket: 'objects-2' })
    assert.deepEqual([await textOf(answer), answer.Metadata, answer.ContentType], ['text', { b: '2' }, 'text/css'])
  })

  test('given a copy onto itself, then it needs something to change', async () => {
    await put('copy/self', 'text')
    const onto = { Bucket, Key: 'copy/self', CopySource: `${Bucket}/copy/self` }
    await assert.rejects(s3.send(new S3.CopyObjectCommand(onto)), fails('InvalidRequest', 400, /itself/))
    await s3.send(new S3.CopyObjectCommand({ ...onto, MetadataDirective: 'REPLACE', Metadata: { c: '3' } }))
    const answer = await get('copy/self')
    assert.deepEqual([await textOf(answer), answer.Metadata], ['text', { c: '3' }])
  })

  test('given a missing source or a failed condition, then nothing is copied', async () => {
    const copy = (more: Partial<S3.CopyObjectCommandInput>) =>
      s3.send(new S3.CopyObjectCommand({ Bucket, Key: 'copy/none', CopySource: `${Bucket}/copy/nothing`, ...more }))
    await put('copy/there', 'text')
    await assert.rejects(copy({}), fails('NoSuchKey', 404))
    await assert.rejects(copy({ CopySource: 'no-such-bucket-here/x' }), fails('NoSuchBucket', 404))
    await assert.rejects(copy({ CopySource: 'x' }), fails('InvalidArgument', 400))
    await assert.rejects(
      copy({ CopySource: `${Bucket}/copy/there`, CopySourceIfMatch: '"other"' }),
      fails('PreconditionFailed', 412),
    )
    await assert.rejects(
      copy({ CopySource: `${Bucket}/copy/there`, CopySourceIfNoneMatch: `"${md5('text')}"` }),
      fails('PreconditionFailed', 412),
    )
    await assert.rejects(get('copy/none'), fails('NoSuchKey', 404))
  })
})

describe('versions', () => {
  const versioned = 'versioned'
  const ids: string[] = []
  before(async () => {
    await s3.send(new S3.CreateBucketCommand({ Bucket: versioned }))
    await put('early', 'before versioning', { Bucket: versioned })
    const VersioningConfiguration = { Status: 'Enabled' } as const
    await s3.send(new S3.PutBucketVersioningCommand({ Bucket: versioned, VersioningConfiguration }))
    for (const text of ['one', 'two']) ids.push((await put('key', text, { Bucket: versioned })).VersionId ?? '')
  })

  test('given two puts, then there are two versions and both can be read', async () => {
    assert.equal(new Set(ids).size, 2)
    const newest = await get('key', { Bucket: versioned })
    assert.deepEqual([await textOf(newest), newest.VersionId], ['two', ids[1]])
    assert.equal(await textOf(await get('key', { Bucket: versioned, VersionId: ids[0] ?? '' })), 'one')
    await assert.rejects(get('key', { Bucket: versioned, VersionId: 'f'.repeat(32) }), fails('NoSuchVersion', 404))
  })

  test('given a delete, then a marker hides the object; deleting the marker brings it back', async () => {
    const { VersionId: marker, DeleteMarker } = await s3.send(
      new S3.DeleteObjectCommand({ Bucket: versioned, Key: 'key' }),
    )
    assert.equal(DeleteMarker, true)
    await assert.rejects(get('key', { Bucket: versioned }), fails('NoSuchKey', 404))
    await assert.rejects(get('key', { Bucket: versioned, VersionId: marker ?? '' }), fails('MethodNotAllowed', 405))
    assert.equal(await textOf(await get('key', { Bucket: versioned, VersionId: ids[0] ?? '' })), 'one')
    const removed = await s3.send(
      new S3.DeleteObjectCommand({ Bucket: versioned, Key: 'key', VersionId: marker ?? '' }),
    )
    assert.deepEqual([removed.DeleteMarker, removed.VersionId], [true, marker])
    assert.equal(await textOf(await get('key', { Bucket: versioned })), 'two')
  })

  test('given an old version, when it is copied, then it becomes the newest', async () => {
    const answer = await s3.send(
      new S3.CopyObjectCommand({ Bucket: versioned, Key: 'key', CopySource: `${versioned}/key?versionId=${ids[0]}` }),
    )
    assert.equal(answer.CopySourceVersionId, ids[0])
    assert.ok(answer.VersionId)
    assert.equal(await textOf(await get('key', { Bucket: versioned })), 'one')
  })

  test('given an object from before versioning, then its version is "null" and stays when it is replaced', async () => {
    await put('early', 'after', { Bucket: versioned })
    const old = await get('early', { Bucket: versioned, VersionId: 'null' })
    assert.deepEqual([await textOf(old), old.VersionId], ['before versioning', 'null'])
  })

  test('given versioning is suspended, then new puts share the version "null" and old versions stay', async () => {
    const VersioningConfiguration = { Status: 'Suspended' } as const
    await s3.send(new S3.PutBucketVersioningCommand({ Bucket: versioned, VersioningConfiguration }))
    for (const text of ['three', 'four']) await put('key', text, { Bucket: versioned })
    const { Versions = [] } = await s3.send(new S3.ListObjectVersionsCommand({ Bucket: versioned, Prefix: 'key' }))
    assert.equal(Versions.filter(({ VersionId }) => VersionId === 'null').length, 1)
    assert.equal(await textOf(await get('key', { Bucket: versioned })), 'four')
    assert.equal(await textOf(await get('key', { Bucket: versioned, VersionId: ids[1] ?? '' })), 'two')
  })
})

describe('multipart uploads', { concurrency: true }, () => {
  const begin = async (Key: string, more: Partial<S3.CreateMultipartUploadCommandInput> = {}) => {
    const { UploadId = '' } = await s3.send(new S3.CreateMultipartUploadCommand({ Bucket, Key, ...more }))
    return { Bucket, Key, UploadId }
  }
  type Target = Awaited<ReturnType<typeof begin>>
  const part = async (target: Target, PartNumber: number, Body: Uint8Array | string) => ({
    PartNumber,
    ETag: (await s3.send(new S3.UploadPartCommand({ ...target, PartNumber, Body }))).ETag,
  })
  const complete = (
    target: Target,
    Parts: S3.CompletedPart[],
    more: Partial<S3.CompleteMultipartUploadCommandInput> = {},
  ) => s3.send(new S3.CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts }, ...more }))

  test('given 12 MB in three parts, sent in any order, then the whole comes back with the ETag of a multipart object', async () => {
    const chunks = [randomBytes(5 * MEGABYTE), randomBytes(5 * MEGABYTE), randomBytes(2 * MEGABYTE)]
    const target = await begin('parts', { ContentType: 'application/zip', Metadata: { a: '1' } })
    const parts = await Promise.all(
      [...chunks.entries()].reverse().map(([index, bytes]) => part(target, index + 1, bytes)),
    )
    const listed = await s3.send(new S3.ListPartsCommand(target))
    assert.deepEqual(
      listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size]),
      [
        [1, 5 * MEGABYTE],
        [2, 5 * MEGABYTE],
        [3, 2 * MEGABYTE],
      ],
    )
    const { ETag } = await complete(target, parts.reverse())
    const md5s = chunks.map((chunk) => createHash('md5').update(chunk).digest())
    assert.equal(ETag, `"${md5(Buffer.concat(md5s))}-3"`)
    const answer = await get('parts')
    assert.deepEqual([answer.ETag, answer.ContentType, answer.Metadata], [ETag, 'application/zip', { a: '1' }])
    assert.ok((await bytesOf(answer)).equals(Buffer.concat(chunks)))
    const across = await bytesOf(await get('parts', { Range: `bytes=${5 * MEGABYTE - 2}-${5 * MEGABYTE + 1}` }))
    assert.ok(across.equals(Buffer.concat(chunks).subarray(5 * MEGABYTE - 2, 5 * MEGABYTE + 2)))
  })

  test('given parts out of order, unknown, wrong or too small, then completion is refused and the upload lives on', async () => {
    const target = await begin('refused')
    const [one, two] = [await part(target, 1, 'small'), await part(target, 2, 'too')]
    await assert.rejects(s3.send(new S3.ListPartsCommand({ ...target, Key: 'other' })), fails('NoSuchUpload', 404))
    await assert.rejects(complete(target, [two, one]), fails('InvalidPartOrder', 400))
    await assert.rejects(complete(target, [{ PartNumber: 3, ETag: '"x"' }]), fails('InvalidPart', 400))
    await assert.rejects(complete(target, [{ PartNumber: 1, ETag: '"wrong"' }]), fails('InvalidPart', 400))
    await assert.rejects(complete(target, [one, two]), fails('EntityTooSmall', 400))
    await assert.rejects(complete(target, []), fails('MalformedXML', 400))
    await assert.rejects(part(target, 0, 'x'), fails('InvalidArgument', 400))
    await assert.rejects(part(target, 10_001, 'x'), fails('InvalidArgument', 400))
    await complete(target, [two])
    assert.equal(await textOf(await get('refused')), 'too')
    await assert.rejects(complete(target, [two]), fails('NoSuchUpload', 404))
  })

  test('given a part sent twice, then the later one counts', async () => {
    const target = await begin('twice')
    await part(target, 1, 'first')
    await complete(target, [await part(target, 1, 'second')])
    assert.equal(await textOf(await get('twice')), 'second')
  })

  test('given an upload is listed and aborted, then its parts are gone', async () => {
    const target = await begin('aborted')
    await part(target, 1, 'x')
    const { Uploads = [] } = await s3.send(new S3.ListMultipartUploadsCommand({ Bucket, Prefix: 'aborted' }))
    assert.deepEqual(
      Uploads.map(({ Key, UploadId }) => [Key, UploadId]),
      [['aborted', target.UploadId]],
    )
    await s3.send(new S3.AbortMultipartUploadCommand(target))
    await assert.rejects(s3.send(new S3.ListPartsCommand(target)), fails('NoSuchUpload', 404))
    await assert.rejects(part(target, 1, 'x'), fails('NoSuchUpload', 404))
    const after = await s3.send(new S3.ListMultipartUploadsCommand({ Bucket, Prefix: 'aborted' }))
    assert.deepEqual(after.Uploads ?? [], [])
  })

  test('given many parts, then ListParts pages', async () => {
    const target = await begin('paged')
    for (const number of [1, 2, 3]) await part(target, number, `part ${number}`)
    const seen: (number | undefined)[] = []
    for await (const page of S3.paginateListParts({ client: s3, pageSize: 2 }, target)) {
      seen.push(...(page.Parts ?? []).map(({ PartNumber }) => PartNumber))
    }
    assert.deepEqual(seen, [1, 2, 3])
  })

  test('given UploadPartCopy with a range, then that part of another object is used', async () => {
    await put('copied-from', '0123456789')
    const target = await begin('copied-to')
    const { CopyPartResult } = await s3.send(
      new S3.UploadPartCopyCommand({
        ...target,
        PartNumber: 1,
        CopySource: `${Bucket}/copied-from`,
        CopySourceRange: 'bytes=2-5',
      }),
    )
    await complete(target, [{ PartNumber: 1, ETag: CopyPartResult?.ETag }])
    assert.equal(await textOf(await get('copied-to')), '2345')
  })
})

describe('presigned URLs', { concurrency: true }, () => {
  test('given a presigned PUT and GET, then anybody who holds them may use them, and only so', async () => {
    const upload = await getSignedUrl(s3, new S3.PutObjectCommand({ Bucket, Key: 'shared/ä b.txt' }), { expiresIn: 60 })
    assert.equal((await fetch(upload, { method: 'PUT', body: 'shared' })).status, 200)
    const download = await getSignedUrl(
      s3,
      new S3.GetObjectCommand({ Bucket, Key: 'shared/ä b.txt', ResponseContentType: 'text/css' }),
      { expiresIn: 60 },
    )
    const answer = await fetch(download)
    assert.deepEqual(
      [answer.status, answer.headers.get('content-type'), await answer.text()],
      [200, 'text/css', 'shared'],
    )
    const other = await fetch(download.replace('shared', 'digits'))
    assert.equal(other.status, 403)
    assert.match(await other.text(), /<Code>SignatureDoesNotMatch<\/Code>/)
    assert.equal((await fetch(download, { method: 'DELETE' })).status, 403)
    assert.equal((await fetch(download.split('?')[0] ?? '')).status, 403)
  })

  test('given a presigned URL whose time is over, then it is refused', async () => {
    const signingDate = new Date(Date.now() - 120_000)
    const url = await getSignedUrl(s3, new S3.GetObjectCommand({ Bucket, Key: 'digits' }), {
      expiresIn: 60,
      signingDate,
    })
    const answer = await fetch(url)
    assert.equal(answer.status, 403)
    assert.match(await answer.text(), /<Code>AccessDenied<\/Code>.*<Message>Request has expired<\/Message>/s)
  })

  test('given virtual-host style, then a bucket in the host name is the same bucket', async () => {
    await put('by-host', 'text')
    const { port } = new URL(server.url)
    const virtual = new S3.S3Client({
      ...server.client,
      endpoint: `http://s3.localhost:${port}`,
      forcePathStyle: false,
    })
    const url = new URL(await getSignedUrl(virtual, new S3.GetObjectCommand({ Bucket, Key: 'by-host' })))
    assert.equal(url.hostname, `${Bucket}.s3.localhost`)
    const { status, body } = await getByHost(url)
    assert.deepEqual([status, body], [200, 'text'])
  })
})

/** The name need not resolve: what counts is the Host header. */
async function getByHost(url: URL): Promise<{ status: number | undefined; body: string }> {
  const { request } = await import('node:http')
  const { text } = await import('node:stream/consumers')
  return new Promise((resolve, reject) => {
    request(
      { host: '127.0.0.1', port: url.port, path: `${url.pathname}${url.search}`, headers: { host: url.host } },
      (answer) => void text(answer).then((body) => resolve({ status: answer.statusCode, body }), reject),
    )
      .once('error', reject)
      .end()
  })
}
