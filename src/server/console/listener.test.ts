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
import { Agent, get, type IncomingMessage } from 'node:http'
import { buffer, text } from 'node:stream/consumers'
import { ZipFile } from 'yazl'
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

  test('the API of a development server is out of reach of pages with a name of their own', async () => {
    const { hostname, port } = new URL(server.url)
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      get({ hostname, port, headers: { host: `evil.example:${port}` } }, resolve).once('error', reject)
    })
    assert.equal(answer.statusCode, 403)
    assert.match(await text(answer), /names of this machine/)
  })

  test('a connection may carry any number of calls of our own endpoints', async () => {
    const warnings: Error[] = []
    const listen = (warning: Error): void => void warnings.push(warning)
    process.on('warning', listen)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    for (let n = 0; n < 15; n += 1) {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        get(`${server.url}/_pipewright/events`, { agent }, resolve).once('error', reject)
      })
      await text(answer)
      assert.equal(answer.statusCode, 403)
    }
    agent.destroy()
    process.off('warning', listen)
    assert.deepEqual(warnings, [])
  })

  describe('artifacts', () => {
    const names = [
      'report/index.html',
      'umlaut ä "quoted".txt',
      'empty',
      ...Array.from({ length: 3000 }, (_, n) => `many/${n}.txt`),
    ]
    const contentOf = (name: string): string => (name === 'empty' ? '' : `<script>${name}</script>`)
    let cookie: string
    before(async () => {
      const zip = new ZipFile()
      const mtime = new Date('2026-01-02T03:04:06Z')
      for (const name of names) zip.addBuffer(Buffer.from(contentOf(name)), name, { mtime })
      zip.addEmptyDirectory('folder')
      zip.end()
      const Body = await buffer(zip.outputStream)
      await s3.send(new PutObjectCommand({ Bucket: 'console', Key: 'site/Out put.zip', Body }))
      await s3.send(new PutObjectCommand({ Bucket: 'console', Key: 'long.txt', Body: 'x'.repeat(3_000_000) }))
      const opened = await fetch(`${server.url}/_pipewright/console/session`)
      cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? ''
    })
    const ask = (what: string, query: Readonly<Record<string, string>>, headers = { cookie }) =>
      fetch(
        `${server.url}/_pipewright/console/artifacts/${what}?${new URLSearchParams({ bucket: 'console', ...query }).toString()}`,
        { headers },
      )

    test('the files of an archive are listed without fetching it', async () => {
      const answer = await ask('entries', { key: 'site/Out put.zip' })
      const { entries, truncated } = (await answer.json()) as { entries: { path: string }[]; truncated: boolean }
      assert.equal(truncated, false)
      assert.deepEqual(
        entries.map(({ path }) => path),
        names,
      )
      const { compressedSize, crc32, ...first } = entries[0] as { path: string; compressedSize: number; crc32: number }
      assert.deepEqual(first, {
        path: names[0],
        size: contentOf(names[0] ?? '').length,
        modified: '2026-01-02T03:04:06.000Z',
      })
      assert.ok(compressedSize > 0)
      assert.ok(Number.isInteger(crc32))
    })

    test('one file is saved, never shown, whatever it is and is called', async () => {
      for (const path of names.slice(0, 3)) {
        const answer = await ask('file', { key: 'site/Out put.zip', path })
        assert.equal(await answer.text(), contentOf(path))
        assert.equal(answer.headers.get('content-type'), 'application/octet-stream')
        assert.match(
          answer.headers.get('content-disposition') ?? '',
          /^attachment; filename="[^"]*"; filename\*=UTF-8''[\w.%-]+$/,
        )
        assert.equal(answer.headers.get('content-security-policy'), "sandbox; default-src 'none'")
        assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
      }
      const text = await ask('file', { key: 'site/Out put.zip', path: 'report/index.html', view: 'text' })
      assert.equal(text.headers.get('content-type'), 'text/plain; charset=utf-8')
    })

    test('a whole object is saved; as text the first megabyte of it is shown', async () => {
      const whole = await ask('object', { key: 'long.txt' })
      assert.equal((await whole.text()).length, 3_000_000)
      const text = await ask('object', { key: 'long.txt', view: 'text' })
      assert.equal(text.headers.get('x-truncated'), 'true')
      assert.equal((await text.text()).length, 1024 * 1024)
    })

    test('what is not there, is no archive, or belongs to nobody signed in is refused in words', async () => {
      const refused = async (answer: Response) => [answer.status, ((await answer.json()) as { code: string }).code]
      assert.deepEqual(await refused(await ask('entries', { key: 'nothing' })), [404, 'NotFound'])
      assert.deepEqual(await refused(await ask('entries', { key: 'long.txt' })), [422, 'NoArchive'])
      assert.deepEqual(await refused(await ask('file', { key: 'site/Out put.zip', path: '../x' })), [
        404,
        'NoSuchEntry',
      ])
      assert.deepEqual(await refused(await ask('object', {})), [400, 'BadRequest'])
      assert.deepEqual(await refused(await ask('object', { key: 'long.txt' }, { cookie: '' })), [401, 'SignedOut'])
    })
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
