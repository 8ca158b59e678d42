/** S3 listings, mass deletion and tags by the unmodified SDK, with keys that no file system would take. */
import * as S3 from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startTestServer, type TestServer } from '../support/server.ts'
import { fails } from './support.ts'

let server: TestServer
let s3: S3.S3Client
before(async () => {
  server = await startTestServer()
  s3 = new S3.S3Client({ ...server.client, forcePathStyle: true })
})
after(async () => await server[Symbol.asyncDispose]())

/** A bucket of its own with these keys, each holding its own name. */
async function bucketWith(Bucket: string, keys: readonly string[], versioning = false) {
  await s3.send(new S3.CreateBucketCommand({ Bucket }))
  const VersioningConfiguration = { Status: 'Enabled' } as const
  if (versioning) await s3.send(new S3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
  await Promise.all(keys.map((Key) => s3.send(new S3.PutObjectCommand({ Bucket, Key, Body: Key }))))
  return Bucket
}
const keysOf = ({ Contents = [] }: { Contents?: S3._Object[] | undefined }) => Contents.map(({ Key }) => Key)
const prefixesOf = ({ CommonPrefixes = [] }: { CommonPrefixes?: S3.CommonPrefix[] | undefined }) =>
  CommonPrefixes.map(({ Prefix }) => Prefix)

describe('keys that are hard to carry', { concurrency: true }, () => {
  const KEYS = [
    'plain.txt',
    'with space',
    'a+b',
    'per%20cent',
    '100%',
    'question?mark=1&x',
    'hash#tag',
    '/leading/slash',
    'double//slash///',
    'folder/',
    './dot/../dots',
    'quote"<&>\'',
    'tab\tand\nnewline',
    'ünïcödé/日本語/🙂',
    'combining e\u0301',
    '*!~()[]{}|\\^`;:@=,$',
    `${'k'.repeat(1022)}ü`,
  ]
  const Bucket = 'hard-keys'
  before(() => bucketWith(Bucket, KEYS))

  for (const Key of KEYS) {
    test(`given the key ${JSON.stringify(Key.slice(0, 40))}, then it is read, headed, copied and tagged`, async () => {
      const answer = await s3.send(new S3.GetObjectCommand({ Bucket, Key }))
      assert.equal(await answer.Body?.transformToString(), Key)
      const { ContentLength } = await s3.send(new S3.HeadObjectCommand({ Bucket, Key }))
      assert.equal(ContentLength, Buffer.byteLength(Key))
      const CopySource = `${Bucket}/${encodeURIComponent(Key)}`
      await s3.send(new S3.CopyObjectCommand({ Bucket, Key, CopySource, MetadataDirective: 'REPLACE' }))
      const TagSet = [{ Key: 'the key', Value: 'ü+/=' }]
      await s3.send(new S3.PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet } }))
      assert.deepEqual((await s3.send(new S3.GetObjectTaggingCommand({ Bucket, Key }))).TagSet, TagSet)
    })
  }

  test('then a listing names all of them, in the order of their UTF-8 bytes, plain and URL-encoded', async () => {
    const sorted = KEYS.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    const encoded = await s3.send(new S3.ListObjectsV2Command({ Bucket, EncodingType: 'url' }))
    assert.equal(encoded.EncodingType, 'url')
    assert.deepEqual(
      keysOf(encoded).map((key = '') => decodeURIComponent(key.replaceAll('+', ' '))),
      sorted,
    )
    assert.deepEqual(keysOf(await s3.send(new S3.ListObjectsV2Command({ Bucket }))), sorted)
  })

  test('given a key longer than 1024 bytes or none, then it is refused', async () => {
    const put = (Key: string) => s3.send(new S3.PutObjectCommand({ Bucket, Key, Body: '' }))
    await assert.rejects(put(`${'k'.repeat(1023)}ü`), fails('KeyTooLongError', 400))
  })
})

describe('ListObjectsV2 and ListObjects', { concurrency: true }, () => {
  const KEYS = ['a', 'b/1', 'b/2', 'b/3/x', 'b/3/y', 'c/1', 'd', 'e//1', 'f']
  const Bucket = 'folders'
  before(() => bucketWith(Bucket, KEYS))
  const list = (more: Partial<S3.ListObjectsV2CommandInput> = {}) =>
    s3.send(new S3.ListObjectsV2Command({ Bucket, ...more }))

  test('given no options, then everything is listed with size, ETag and time', async () => {
    const answer = await list()
    assert.deepEqual(keysOf(answer), KEYS)
    assert.deepEqual([answer.KeyCount, answer.IsTruncated, answer.MaxKeys], [KEYS.length, false, 1000])
    const [first] = answer.Contents ?? []
    assert.equal(first?.Size, 1)
    assert.match(first.ETag ?? '', /^"[0-9a-f]{32}"$/)
    assert.ok(first.LastModified instanceof Date)
  })

  const folded = [
    [{ Delimiter: '/' }, ['a', 'd', 'f'], ['b/', 'c/', 'e/']],
    [{ Delimiter: '/', Prefix: 'b/' }, ['b/1', 'b/2'], ['b/3/']],
    [{ Delimiter: '/', Prefix: 'b/3' }, [], ['b/3/']],
    [{ Delimiter: '/', Prefix: 'e/' }, [], ['e//']],
    [{ Prefix: 'b' }, ['b/1', 'b/2', 'b/3/x', 'b/3/y'], []],
    [{ Delimiter: '3/' }, ['a', 'b/1', 'b/2', 'c/1', 'd', 'e//1', 'f'], ['b/3/']],
    [{ StartAfter: 'b/3/x' }, ['b/3/y', 'c/1', 'd', 'e//1', 'f'], []],
    [{ StartAfter: 'b/2', Delimiter: '/' }, ['d', 'f'], ['b/', 'c/', 'e/']],
    [{ StartAfter: 'c/', Delimiter: '/' }, ['d', 'f'], ['e/']],
    [{ Prefix: 'nothing' }, [], []],
  ] as const
  for (const [options, keys, prefixes] of folded) {
    test(`given ${JSON.stringify(options)}, then ${keys.length} keys and ${prefixes.length} prefixes`, async () => {
      const answer = await list(options)
      assert.deepEqual([keysOf(answer), prefixesOf(answer)], [keys, prefixes])
      assert.equal(answer.KeyCount, keys.length + prefixes.length)
    })
  }

  for (const MaxKeys of [1, 2, 3, 5]) {
    test(`given pages of ${MaxKeys}, then keys and prefixes come once each, and no page is longer`, async () => {
      const seen: (string | undefined)[] = []
      for await (const page of S3.paginateListObjectsV2(
        { client: s3, pageSize: MaxKeys },
        { Bucket, Delimiter: '/' },
      )) {
        const found = [...keysOf(page), ...prefixesOf(page)]
        assert.ok(found.length > 0 && found.length <= MaxKeys)
        seen.push(...found)
      }
      assert.deepEqual(seen.map(String).toSorted(), ['a', 'b/', 'c/', 'd', 'e/', 'f'])
    })
  }

  test('given a page size of nothing, then nothing is listed and no page follows', async () => {
    const answer = await list({ MaxKeys: 0 })
    assert.deepEqual([keysOf(answer), answer.IsTruncated], [[], false])
  })

  test('given a continuation token nobody gave out or a negative page size, then it is refused', async () => {
    await assert.rejects(list({ ContinuationToken: '***' }), fails('InvalidArgument', 400))
    await assert.rejects(list({ MaxKeys: -1 }), fails('InvalidArgument', 400))
  })

  test('given version 1 of the operation, then it pages by marker', async () => {
    const first = await s3.send(new S3.ListObjectsCommand({ Bucket, MaxKeys: 2, Delimiter: '/' }))
    assert.deepEqual([keysOf(first), prefixesOf(first), first.IsTruncated], [['a'], ['b/'], true])
    assert.equal(first.NextMarker, 'b/')
    const second = await s3.send(new S3.ListObjectsCommand({ Bucket, Delimiter: '/', Marker: first.NextMarker }))
    assert.deepEqual([keysOf(second), prefixesOf(second), second.IsTruncated], [['d', 'f'], ['c/', 'e/'], false])
  })

  test('given an empty bucket, then the listing is empty', async () => {
    await bucketWith('empty-one', [])
    const answer = await s3.send(new S3.ListObjectsV2Command({ Bucket: 'empty-one' }))
    assert.deepEqual([answer.Contents, answer.KeyCount, answer.IsTruncated], [undefined, 0, false])
  })
})

describe('ListObjectVersions', { concurrency: true }, () => {
  async function* pages(Bucket: string, MaxKeys: number) {
    let page: S3.ListObjectVersionsCommandOutput | undefined
    do {
      const markers = { KeyMarker: page?.NextKeyMarker, VersionIdMarker: page?.NextVersionIdMarker }
      page = await s3.send(new S3.ListObjectVersionsCommand({ Bucket, MaxKeys, ...markers }))
      yield page
    } while (page.IsTruncated)
  }

  test('given versions and markers, then pages of any length list each once, newest first within a key', async () => {
    const Bucket = await bucketWith('many-versions', [], true)
    for (const Key of ['a', 'a', 'b', 'a']) await s3.send(new S3.PutObjectCommand({ Bucket, Key, Body: Key }))
    await s3.send(new S3.DeleteObjectCommand({ Bucket, Key: 'b' }))
    const all = await s3.send(new S3.ListObjectVersionsCommand({ Bucket }))
    assert.deepEqual(
      all.Versions?.map(({ Key, IsLatest }) => [Key, IsLatest]),
      [
        ['a', true],
        ['a', false],
        ['a', false],
        ['b', false],
      ],
    )
    assert.deepEqual(
      all.DeleteMarkers?.map(({ Key, IsLatest }) => [Key, IsLatest]),
      [['b', true]],
    )
    const ids = (page: S3.ListObjectVersionsCommandOutput) =>
      [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ VersionId }) => VersionId ?? '')
    for (const MaxKeys of [1, 2, 4]) {
      const seen: string[] = []
      for await (const page of pages(Bucket, MaxKeys)) {
        assert.ok(ids(page).length <= MaxKeys)
        seen.push(...ids(page))
      }
      assert.deepEqual(seen.toSorted(), ids(all).toSorted())
    }
  })

  test('given each page is deleted before the next is read, then the bucket ends up empty', async () => {
    const Bucket = await bucketWith('emptied-by-page', [], true)
    for (let round = 0; round < 5; round += 1) await s3.send(new S3.PutObjectCommand({ Bucket, Key: 'a', Body: '' }))
    for await (const page of pages(Bucket, 2)) {
      const Objects = (page.Versions ?? []).map(({ Key, VersionId }) => ({ Key, VersionId }))
      await s3.send(new S3.DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
    }
    await s3.send(new S3.DeleteBucketCommand({ Bucket }))
  })

  test('given a delimiter, then folders are folded as in any other listing', async () => {
    const Bucket = await bucketWith('folded-versions', ['a/1', 'a/2', 'b'], true)
    const answer = await s3.send(new S3.ListObjectVersionsCommand({ Bucket, Delimiter: '/' }))
    assert.deepEqual([answer.Versions?.map(({ Key }) => Key), prefixesOf(answer)], [['b'], ['a/']])
  })
})

describe('DeleteObjects and tags', { concurrency: true }, () => {
  test('given a list of keys, then they are deleted, those that are not there too', async () => {
    const Bucket = await bucketWith('to-delete', ['a', 'b & <c>', 'd'])
    const Objects = [{ Key: 'a' }, { Key: 'b & <c>' }, { Key: 'none' }]
    const { Deleted, Errors } = await s3.send(new S3.DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
    assert.deepEqual(
      Deleted?.map(({ Key }) => Key),
      ['a', 'b & <c>', 'none'],
    )
    assert.equal(Errors, undefined)
    assert.deepEqual(keysOf(await s3.send(new S3.ListObjectsV2Command({ Bucket }))), ['d'])
    const quiet = await s3.send(
      new S3.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'd' }], Quiet: true } }),
    )
    assert.equal(quiet.Deleted, undefined)
  })

  test('given versions, then a bucket can be emptied and deleted', async () => {
    const Bucket = await bucketWith('to-empty', ['a', 'b'], true)
    await s3.send(new S3.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a' }] } }))
    await assert.rejects(s3.send(new S3.DeleteBucketCommand({ Bucket })), fails('BucketNotEmpty', 409))
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new S3.ListObjectVersionsCommand({ Bucket }))
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }))
    const { Deleted } = await s3.send(new S3.DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
    assert.equal(Deleted?.length, 3)
    await s3.send(new S3.DeleteBucketCommand({ Bucket }))
  })

  test('given no key or more than a thousand, then DeleteObjects is refused', async () => {
    const Bucket = await bucketWith('too-many', [])
    const remove = (count: number) =>
      s3.send(
        new S3.DeleteObjectsCommand({
          Bucket,
          Delete: { Objects: Array.from({ length: count }, (_, index) => ({ Key: `k${index}` })) },
        }),
      )
    assert.equal((await remove(1000)).Deleted?.length, 1000)
    await assert.rejects(remove(1001), fails('MalformedXML', 400))
    await assert.rejects(remove(0), fails('MalformedXML', 400))
  })

  test('given one bad key among good ones, then it alone is reported', async () => {
    const Bucket = await bucketWith('one-bad', ['a', 'b'])
    const Objects = [{ Key: 'a' }, { Key: 'k'.repeat(1025) }, { Key: 'b' }]
    const { Deleted, Errors } = await s3.send(new S3.DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
    assert.deepEqual(
      Deleted?.map(({ Key }) => Key),
      ['a', 'b'],
    )
    assert.deepEqual(
      Errors?.map(({ Code }) => Code),
      ['KeyTooLongError'],
    )
  })

  test('given tags, then they are replaced, deleted and bounded', async () => {
    const Bucket = await bucketWith('tagged', ['a'])
    const tag = (TagSet: S3.Tag[]) => s3.send(new S3.PutObjectTaggingCommand({ Bucket, Key: 'a', Tagging: { TagSet } }))
    const tags = async () => (await s3.send(new S3.GetObjectTaggingCommand({ Bucket, Key: 'a' }))).TagSet
    await tag([{ Key: 'x', Value: '1' }])
    await tag([{ Key: 'y', Value: '' }])
    assert.deepEqual(await tags(), [{ Key: 'y', Value: '' }])
    const eleven = Array.from({ length: 11 }, (_, index) => ({ Key: `k${index}`, Value: '' }))
    await assert.rejects(tag(eleven), fails('BadRequest', 400))
    await assert.rejects(
      tag([
        { Key: 'x', Value: '1' },
        { Key: 'x', Value: '2' },
      ]),
      fails('InvalidTag', 400),
    )
    await assert.rejects(tag([{ Key: 'k'.repeat(129), Value: '' }]), fails('InvalidTag', 400))
    await assert.rejects(tag([{ Key: 'x', Value: 'v'.repeat(257) }]), fails('InvalidTag', 400))
    await s3.send(new S3.DeleteObjectTaggingCommand({ Bucket, Key: 'a' }))
    assert.deepEqual(await tags(), [])
    const none = new S3.GetObjectTaggingCommand({ Bucket, Key: 'none' })
    await assert.rejects(s3.send(none), fails('NoSuchKey', 404))
  })
})
