/** The demo, as a newcomer runs it: the first command of the README. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startTestServer } from '../support/server.ts'
import { run } from './support.ts'

const DEMO = fileURLToPath(new URL('../../examples/hello-site/demo.ts', import.meta.url))

const demo = (args: readonly string[], env: NodeJS.ProcessEnv) =>
  run(process.execPath, ['--disable-warning=ExperimentalWarning', DEMO, ...args], { env })

/** Free a moment ago; the demo wants a number, not "any". */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('given nothing, then the demo starts a server, deploys the site, says where it is, and stops the server', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-demo-'))
  try {
    const port = await freePort()
    const { AWS_ENDPOINT_URL: _, ...env } = process.env
    const { code, stdout, stderr } = await demo(
      ['--yes', '--stop', '--port', String(port), '--data-dir', join(folder, 'data')],
      env,
    )
    assert.equal(code, 0, stdout + stderr)
    assert.match(stdout, /^✔ Succeeded/m)
    assert.match(stdout, new RegExp(`^The site: +http://127\\.0\\.0\\.1:${port}/_sites/hello-site-web/$`, 'm'))
    for (const action of ['Checkout', 'Build', 'Lint', 'UnitTests', 'Publish', 'Website'])
      assert.match(stdout, new RegExp(`^ {2}✔ ${action}\\b`, 'm'))
    assert.equal(stderr, '')
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`), 'the server has been stopped')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('given a running server, when the demo runs again, then another commit is deployed', async () => {
  await using server = await startTestServer()
  const commits: string[] = []
  for (const message of ['Say hello', 'Say when the page was changed']) {
    const { code, stdout, stderr } = await demo(['--yes'], server.env)
    assert.equal(code, 0, stdout + stderr)
    assert.match(stdout, new RegExp(`^Using the server at ${server.url}$`, 'm'))
    const [, commit = ''] = new RegExp(`^git push: ([0-9a-f]{12}) ${message}$`, 'm').exec(stdout) ?? []
    commits.push(commit)
    const page = await fetch(`${server.url}/_sites/hello-site-web/`)
    assert.equal(page.status, 200)
    assert.ok(commit !== '' && (await page.text()).includes(`built from <code>${commit}`))
  }
  assert.notEqual(commits[0], commits[1])
})
