/** The numbered scenarios of the API once more, on a store that fails before the work and lets others overtake. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

/** Give it to see a failure again. */
const SEED = process.env['PIPEWRIGHT_SEED'] ?? `${Date.now() % 2 ** 31}`
const RUNNER = fileURLToPath(new URL('../../tools/test.mjs', import.meta.url))
const FILES = ['superseded', 'modes', 'transitions-stop-retry', 'conditions', 'rollback'].map((name) =>
  fileURLToPath(new URL(`../scenarios/api/${name}.test.ts`, import.meta.url)),
)

test(`given a store that fails now and then, then every scenario ends as ever (seed ${SEED})`, async () => {
  const { NODE_TEST_CONTEXT: _ours, ...env } = process.env
  const child = spawn(process.execPath, [RUNNER, ...FILES], {
    env: { ...env, PIPEWRIGHT_STORE_FAULTS: SEED },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const code = await new Promise((resolve) => child.once('close', resolve))
  assert.equal(code, 0, output)
  assert.match(output, /^[1-9]\d+ passed, 0 failed, 0 skipped$/m)
})
