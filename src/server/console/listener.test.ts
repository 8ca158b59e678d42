import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startServer, type RunningServer } from '../server.ts'

describe('on the server’s own port', () => {
  let folder: string
  let server: RunningServer
  let s3: S3Client
  const client = () => ({ endpoint: server.url, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1 })
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pipewright-console-'))
    const config = { mode: 'dev', host: '127.0.0.1', port: 0, dataDir: folder, keys: [], logLevel: 'silent' } as const
    server = await startServer(config)
    s3 = new S3Client({ ...client(), credentials: { accessKeyId: 'test', secretAccessKey: 'test' } })
    await s3.send(new CreateBucketCommand({ Bucket: 'console' }))
    const page = {
      Bucket: 'console',
      Key: 'assets/page.html',
      Body: '<script>evil()</script>',
      ContentType: 'text/html',
    }
    await s3.send(new PutObjectCommand(page))
  })
  after(async () => {
    s3.destroy()
    await server.close()
    await rm(folder, { recursive: true })
  })

  test('a bucket may be called "console": signed requests are S3’s, by header and by query', async () => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'console', Key: 'assets/page.html' }))
    assert.equal(await Body?.transformToString(), '<script>evil()</script>')
    const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket: 'console', Key: 'assets/page.html' }))
    const presigned = await fetch(url, { headers: { accept: 'text/html' } })
    assert.equal(await presigned.text(), '<script>evil()</script>')
    assert.match(
      presigned.headers.get('content-security-policy') ?? '',
      /^sandbox(?!.*allow-same-origin)/,
      'what somebody stored does not run as the console',
    )
  })

  test('a browser that asks for nothing in particular is sent to the console; programs are not', async () => {
    const browser = await fetch(server.url, { headers: { accept: 'text/html,*/*' }, redirect: 'manual' })
    assert.deepEqual([browser.status, browser.headers.get('location')], [302, '/console/'])
    assert.equal((await fetch(server.url)).status, 403)
    const without = await fetch(`${server.url}/console`, { redirect: 'manual' })
    assert.deepEqual([without.status, without.headers.get('location')], [302, '/console/'])
    assert.equal((await fetch(`${server.url}/console/x`, { method: 'PUT', body: 'x' })).status, 403)
  })

  test('the page’s credentials sign calls that are the user’s', async () => {
    const opened = await fetch(`${server.url}/_pipewright/console/session`)
    const { csrfToken } = (await opened.json()) as { csrfToken: string }
    const answer = await fetch(`${server.url}/_pipewright/console/credentials`, {
      method: 'POST',
      headers: { 'x-csrf-token': csrfToken, cookie: opened.headers.get('set-cookie')?.split(';')[0] ?? '' },
    })
    const { expiration, ...credentials } = (await answer.json()) as Readonly<Record<string, string>> & {
      accessKeyId: string
      secretAccessKey: string
    }
    assert.ok(Date.parse(expiration ?? '') > Date.now())
    const own = new S3Client({ ...client(), credentials })
    assert.deepEqual(
      (await own.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name),
      ['console'],
    )
    own.destroy()
  })
})
