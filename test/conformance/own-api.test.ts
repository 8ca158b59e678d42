/** The server's own API about pipelines, over HTTP. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callOwn } from '../../src/cli/own-api.ts'
import { send } from '../../src/cli/signed-request.ts'
import { startTestServer } from '../support/server.ts'

test('given a request that nobody signed, is too large or names no operation, then it is refused in words', async () => {
  await using server = await startTestServer()
  const path = '/_pipewright/codepipeline/Explain'
  assert.equal((await fetch(new URL(path, server.url), { method: 'POST', body: '{}' })).status, 403)
  const guessed = { ...server.client, credentials: { accessKeyId: 'test', secretAccessKey: 'guessed' } }
  assert.equal((await send(guessed, { method: 'POST', path, body: '{}' })).statusCode, 403)
  assert.equal((await send(server.client, { method: 'POST', path, body: ' '.repeat(70_000) })).statusCode, 413)
  await assert.rejects(callOwn(server.client, 'Guess', {}), {
    name: 'CliFailure',
    message: /^UnknownOperationException: There is no operation Guess\./,
  })
})
