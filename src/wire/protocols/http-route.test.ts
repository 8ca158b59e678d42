import * as s3 from '@aws-sdk/client-s3'
import { NormalizedSchema } from '@smithy/core/schema'
import type { StaticOperationSchema } from '@smithy/types'
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loadService } from '../loaded-service.ts'
import { parseRequest } from '../request.ts'
import { wireRequest } from '../testing.ts'
import { restXml } from './rest-xml.ts'

const schemas = Object.values<unknown>({ ...s3 }).filter(
  (value): value is StaticOperationSchema => Array.isArray(value) && value[0] === 9,
)
const service = loadService({ name: 's3', signingNames: ['s3'], protocols: ['restXml'], schemas, operations: [] })

async function operationAt(method: string, url: string, headers: Record<string, string> = {}) {
  const request = parseRequest(wireRequest({ method, url, headers: { host: 'localhost:4566', ...headers } }))
  return restXml.resolve(request, service, async () => Buffer.alloc(0))
}

/** The request the operation's own bindings make: every required member given, nothing else. */
function requestOf(schema: StaticOperationSchema): { method: string; url: string; headers: Record<string, string> } {
  const [method, uri] = (schema[3] as unknown as { http: [string, string] }).http
  const [path = '', search = ''] = uri.split('?')
  const input = NormalizedSchema.of(schema[4])
  const [, , , , , , required = 0] = input.getSchema() as unknown as readonly (number | undefined)[]
  const query = search === '' ? [] : search.split('&').filter((part) => !part.startsWith('x-id='))
  const headers: Record<string, string> = {}
  const names: string[] = []
  for (const [index, [name, member]] of [...input.structIterator()].entries()) {
    names.push(name)
    const { httpQuery, httpHeader } = member.getMergedTraits()
    if (index >= required) continue
    if (httpQuery !== undefined) query.push(`${httpQuery}=1`)
    if (httpHeader !== undefined) headers[httpHeader.toLowerCase()] = 'x'
  }
  const bucket = names.includes('Bucket') ? '/bucket' : ''
  const url = `${bucket}${path.replace('{Key+}', 'a%20b/c').replace(/\/$/, '')}` || '/'
  return { method, url: query.length === 0 ? url : `${url}?${query.join('&')}`, headers }
}

describe("the object store's routes", () => {
  for (const schema of schemas) {
    const name = schema[2]
    const { method, url, headers } = requestOf(schema)
    // the same request in every respect but the x-id hint
    if (name === 'ListDirectoryBuckets') continue
    it(`${name} is ${method} ${url}`, async () => {
      assert.equal((await operationAt(method, url, headers)).name, name)
    })
  }

  it('x-id tells two routes apart that are otherwise the same, and misleads no other', async () => {
    assert.equal((await operationAt('GET', '/?x-id=ListDirectoryBuckets')).name, 'ListDirectoryBuckets')
    assert.equal((await operationAt('GET', '/?x-id=ListBuckets')).name, 'ListBuckets')
    assert.equal((await operationAt('GET', '/bucket/key?x-id=DeleteObject')).name, 'GetObject')
  })

  for (const [method, url, headers, expected] of [
    ['PUT', '/b/k', {}, 'PutObject'],
    ['PUT', '/b/k', { 'x-amz-copy-source': '/b/x' }, 'CopyObject'],
    ['PUT', '/b/k?partNumber=1&uploadId=u', {}, 'UploadPart'],
    ['PUT', '/b/k?partNumber=1&uploadId=u', { 'x-amz-copy-source': '/b/x' }, 'UploadPartCopy'],
    ['GET', '/b/k?uploadId=u', {}, 'ListParts'],
    ['GET', '/b/k?partNumber=2', {}, 'GetObject'],
    ['DELETE', '/b/k?uploadId=u', {}, 'AbortMultipartUpload'],
    ['POST', '/b/k?uploadId=u', {}, 'CompleteMultipartUpload'],
    ['POST', '/b/k?uploads=', {}, 'CreateMultipartUpload'],
    ['POST', '/b?delete', {}, 'DeleteObjects'],
    ['GET', '/b/?list-type=2&prefix=a', {}, 'ListObjectsV2'],
    ['GET', '/b?prefix=a', {}, 'ListObjects'],
    ['GET', '/b?versions', {}, 'ListObjectVersions'],
    ['GET', '/b/versions', {}, 'GetObject'],
    ['GET', '/b/', {}, 'ListObjects'],
    ['HEAD', '/b', {}, 'HeadBucket'],
    ['HEAD', '/b/k', {}, 'HeadObject'],
    ['GET', '/', {}, 'ListBuckets'],
  ] as const) {
    it(`${method} ${url} ${'x-amz-copy-source' in headers ? 'with a copy source ' : ''}is ${expected}`, async () => {
      assert.equal((await operationAt(method, url, headers)).name, expected)
    })
  }

  it('keys keep their slashes, dots and escapes', async () => {
    for (const [url, key] of [
      ['/b/a/', 'a/'],
      ['/b//', '/'],
      ['/b//a//b', '/a//b'],
      ['/b/../c', '../c'],
      ['/b/a%2Fb%20c+d', 'a%2Fb%20c+d'],
    ] as const) {
      assert.deepEqual((await operationAt('GET', url)).labels, { Bucket: 'b', Key: key })
    }
  })

  for (const [host, url, labels] of [
    ['my.bucket.s3.eu-west-1.amazonaws.com', '/k', { Bucket: 'my.bucket', Key: 'k' }],
    ['bucket.localhost:4566', '/k', { Bucket: 'bucket', Key: 'k' }],
    ['bucket.s3.localhost', '/', { Bucket: 'bucket' }],
    ['s3.localhost', '/b/k', { Bucket: 'b', Key: 'k' }],
    ['s3-eu-west-1.amazonaws.com', '/b/k', { Bucket: 'b', Key: 'k' }],
    ['127.0.0.1:4566', '/b/k', { Bucket: 'b', Key: 'k' }],
    ['pipewright.example.com', '/b/k', { Bucket: 'b', Key: 'k' }],
  ] as const) {
    it(`${host}${url} is ${JSON.stringify(labels)}`, async () => {
      assert.deepEqual((await operationAt('GET', url, { host })).labels, labels)
    })
  }

  it('a method that no route has is no operation', async () => {
    assert.deepEqual(await operationAt('PATCH', '/b/k'), { name: 'PATCH /b/k' })
  })
})
