import assert from 'node:assert/strict'
import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { buffer } from 'node:stream/consumers'
import { openTestConsole, type TestConsole } from './testing.ts'

const PAGE = '<!doctype html><title>Pipewright</title>'
const SCRIPT = `console.log(${'1+'.repeat(1000)}1)`

describe('the files of the console', () => {
  let own: TestConsole
  beforeEach(async () => {
    own = await openTestConsole()
    const app = join(own.folder, 'app')
    await mkdir(join(app, 'assets'), { recursive: true })
    await writeFile(join(app, 'index.html'), PAGE)
    await writeFile(join(app, 'assets', 'index-1a2b.js'), SCRIPT)
    await writeFile(join(app, 'assets', 'index-1a2b.js.br'), 'made by the build')
    await writeFile(join(app, 'icon.svg'), '<svg/>')
    await writeFile(join(own.folder, 'secret.txt'), 'secret')
  })
  afterEach(() => own[Symbol.asyncDispose]())

  test('every address of the app shows its page, with a policy that runs nothing but its own files', async () => {
    for (const path of ['/console/', '/console/pipelines/a/executions/b?region=x', '/console/index.html']) {
      const { status, text, headers } = await own.ask(path)
      assert.deepEqual([status, text], [200, PAGE])
      assert.equal(headers['content-type'], 'text/html; charset=utf-8')
      assert.equal(headers['cache-control'], 'no-cache')
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['referrer-policy'], 'no-referrer')
      assert.equal(headers['cross-origin-opener-policy'], 'same-origin')
      const rules = Object.fromEntries(
        (headers['content-security-policy'] ?? '').split('; ').map((rule) => rule.split(/ (.*)/) as [string, string]),
      )
      assert.equal(rules['default-src'], "'none'")
      assert.equal(rules['script-src'], "'self'")
      assert.equal(rules['connect-src'], "'self'")
      for (const name of ['object-src', 'frame-ancestors', 'base-uri']) assert.equal(rules[name], "'none'", name)
    }
  })

  test('hashed assets are kept for ever; others are asked for again, which costs little', async () => {
    const asset = await own.ask('/console/assets/index-1a2b.js')
    assert.equal(asset.text, SCRIPT)
    assert.equal(asset.headers['content-type'], 'text/javascript; charset=utf-8')
    assert.equal(asset.headers['cache-control'], 'public, max-age=31536000, immutable')
    const icon = await own.ask('/console/icon.svg')
    assert.equal(icon.headers['cache-control'], 'no-cache')
    const again = await own.ask('/console/icon.svg', { headers: { 'if-none-match': icon.headers['etag'] ?? '' } })
    assert.deepEqual([again.status, again.text], [304, ''])
    const head = await own.ask('/console/icon.svg', { method: 'HEAD' })
    assert.deepEqual([head.text, head.headers['content-length']], ['', '6'])
  })

  test('are sent as the client takes them: compressed by the build, else compressed when first asked for', async () => {
    const ask = async (accepted: string) => {
      const answer = await own.open('/console/assets/index-1a2b.js', { headers: { 'accept-encoding': accepted } })
      return { encoding: answer.headers['content-encoding'], body: await buffer(answer) }
    }
    assert.equal((await ask('gzip, br')).body.toString(), 'made by the build')
    const gzip = await ask('gzip, br;q=0')
    assert.deepEqual([gzip.encoding, gunzipSync(gzip.body).toString()], ['gzip', SCRIPT])
    assert.equal((await ask('identity')).body.toString(), SCRIPT)
    await writeFile(join(own.folder, 'app', 'assets', 'other.js'), SCRIPT)
    await utimes(join(own.folder, 'app', 'index.html'), 1, 1)
    const answer = await own.open('/console/assets/other.js', { headers: { 'accept-encoding': 'br' } })
    assert.equal(brotliDecompressSync(await buffer(answer)).toString(), SCRIPT, 'a new build was noticed')
  })

  test('no path leads out of the folder, however it is written', async () => {
    const paths = ['../secret.txt', '..%2fsecret.txt', '%2e%2e/secret.txt', 'assets/../../secret.txt', '/etc/passwd']
    for (const path of [...paths, '..\\secret.txt', 'assets/..%5c..%5csecret.txt']) {
      const { text } = await own.ask(`/console/${path}`)
      assert.equal(/secret|root:/.test(text), false, path)
    }
    const missing = await own.ask('/console/assets/no-such.js')
    assert.deepEqual([missing.status, missing.headers['content-type']], [404, 'text/plain; charset=utf-8'])
  })
})

test('a console that was not built says so, and how to build it', async () => {
  await using own = await openTestConsole()
  const { status, text } = await own.ask('/console/')
  assert.equal(status, 503)
  assert.match(text, /npm run build:console/)
})
