/** Webhooks over HTTP, as a git host calls them. */
import {
  GetPipelineExecutionCommand,
  ListWebhooksCommand,
  PutWebhookCommand,
  type WebhookDefinition,
} from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DEV_KEY, startServer } from '../../src/server/server.ts'
import { startTestServer } from '../support/server.ts'
import { action, checkout, stage, worldOf } from '../support/world.ts'

const hook = (changes: Partial<WebhookDefinition>): WebhookDefinition => ({
  name: 'hook',
  targetPipeline: 'shop',
  targetAction: 'Checkout',
  filters: [{ jsonPath: '$.ref', matchEquals: 'refs/heads/{BranchName}' }],
  authentication: 'UNAUTHENTICATED',
  authenticationConfiguration: {},
  ...changes,
})

const post = async (url: string | undefined, body: string | Buffer, headers: Record<string, string> = {}) => {
  const response = await fetch(url ?? '', {
    method: 'POST',
    body: new Uint8Array(Buffer.from(body)),
    headers: { 'content-type': 'application/json', ...headers },
  })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

test('given a signed push over HTTP, then the pushed commit runs; a huge payload is refused; both survive a kill', async () => {
  let server = await startTestServer()
  try {
    const world = worldOf(server)
    await world.bucket('artifacts')
    const commit = await world.repository('shop', { 'a.txt': 'one' })
    const stages = [stage('Source', checkout('shop')), stage('Approve', action('Ask', 'Approval/Manual'))]
    await world.pipeline('shop', stages)
    await world.commit('shop', { 'a.txt': 'two' }, 'Say two')
    const { webhook } = await world.codepipeline.send(
      new PutWebhookCommand({
        webhook: hook({ authentication: 'GITHUB_HMAC', authenticationConfiguration: { SecretToken: 'sesame' } }),
      }),
    )
    assert.ok(webhook)
    assert.ok(webhook.url?.startsWith(`${server.url}/_pipewright/webhooks/`))
    const push = JSON.stringify({ ref: 'refs/heads/main', after: commit })
    const headers = { 'x-hub-signature-256': `sha256=${createHmac('sha256', 'sesame').update(push).digest('hex')}` }

    assert.equal((await post(webhook.url, Buffer.alloc(26 * 1024 * 1024, 32))).status, 413)
    assert.equal((await post(webhook.url, push)).status, 401)

    await server.kill()
    server = await server.restart()
    const after = worldOf(server)
    const { webhooks = [] } = await after.codepipeline.send(new ListWebhooksCommand({}))
    const { status, body } = await post(webhooks[0]?.url, push, headers)
    assert.deepEqual([status, body['status']], [200, 'started'])
    const pipelineExecutionId = body['pipelineExecutionId']
    const revision = await after.until('shop', 'the revision', async () => {
      const { pipelineExecution } = await after.codepipeline.send(
        new GetPipelineExecutionCommand({ pipelineName: 'shop', pipelineExecutionId }),
      )
      return pipelineExecution?.artifactRevisions?.[0]?.revisionId
    })
    assert.equal(revision, commit, 'the commit of the push, not the newest one')
  } finally {
    await server[Symbol.asyncDispose]()
  }
})

for (const behindProxy of [false, true]) {
  test(`given ${behindProxy ? 'a declared' : 'no'} proxy, then X-Forwarded-For is ${behindProxy ? 'what counts' : 'ignored'}`, async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'pipewright-proxy-'))
    const server = await startServer({
      mode: 'dev',
      host: '127.0.0.1',
      port: 0,
      dataDir,
      keys: [],
      logLevel: 'silent',
      behindProxy,
    })
    try {
      const credentials = { accessKeyId: DEV_KEY.id, secretAccessKey: DEV_KEY.secret }
      const world = worldOf({ client: { endpoint: server.url, region: 'us-east-1', credentials, maxAttempts: 1 } })
      await world.bucket('artifacts')
      await world.repository('shop', { 'a.txt': 'one' })
      await world.pipeline('shop', [
        stage('Source', checkout('shop')),
        stage('Approve', action('Ask', 'Approval/Manual')),
      ])
      const { webhook } = await world.codepipeline.send(
        new PutWebhookCommand({
          webhook: hook({ authentication: 'IP', authenticationConfiguration: { AllowedIPRange: '192.0.2.0/24' } }),
        }),
      )
      const forwarded = (addresses: string) => post(webhook?.url, '{}', { 'x-forwarded-for': addresses })
      assert.equal((await forwarded('192.0.2.7')).status, behindProxy ? 200 : 403)
      assert.equal((await forwarded('192.0.2.7, 198.51.100.1')).status, 403, 'the last address is the proxy’s word')
    } finally {
      await server.close()
      await rm(dataDir, { recursive: true, force: true })
    }
  })
}
