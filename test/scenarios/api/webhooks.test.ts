/** `spec` 13, webhooks: through the API, and through the URL as GitHub calls it. */
import {
  CreateCustomActionTypeCommand,
  DeletePipelineCommand,
  DeleteWebhookCommand,
  DeregisterWebhookWithThirdPartyCommand,
  ListTagsForResourceCommand,
  ListWebhooksCommand,
  PutWebhookCommand,
  RegisterWebhookWithThirdPartyCommand,
  TagResourceCommand,
  type WebhookDefinition,
} from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import { job, named, p3, source, stage, startTester, type Tester } from '../../support/worker.ts'

const COMMIT = '6113728f27ae82c7b1a177c8d03f9e96e0adf246'
const SECRET = 'open sesame'

/** What GitHub sends for a push, as far as anybody here looks. */
const push = (branch = 'main', changes: object = {}) => ({
  ref: `refs/heads/${branch}`,
  before: '0'.repeat(40),
  after: COMMIT,
  deleted: false,
  repository: { full_name: 'ada/shop' },
  head_commit: { id: COMMIT, modified: ['README.md'] },
  ...changes,
})

const definition = (changes: Partial<WebhookDefinition> = {}): WebhookDefinition => ({
  name: 'hook',
  targetPipeline: 'P3',
  targetAction: 'S',
  filters: [{ jsonPath: '$.ref', matchEquals: 'refs/heads/{Branch}' }],
  authentication: 'GITHUB_HMAC',
  authenticationConfiguration: { SecretToken: SECRET },
  ...changes,
})

/** P3 whose source names a branch, with nothing running. */
async function given(limits: Parameters<typeof startTester>[0] = {}) {
  const tester = await startTester(limits)
  await tester.codepipeline.send(
    new CreateCustomActionTypeCommand({
      category: 'Source',
      provider: 'TGit',
      version: '1',
      configurationProperties: [{ name: 'Branch', required: true, key: true, secret: false }],
      inputArtifactDetails: { minimumCount: 0, maximumCount: 0 },
      outputArtifactDetails: { minimumCount: 0, maximumCount: 1 },
    }),
  )
  const git = { category: 'Source', owner: 'Custom', provider: 'TGit', version: '1' } as const
  await tester.create(
    p3({
      stages: [
        stage('Src', source('S', { actionTypeId: git, configuration: { Branch: 'main' } })),
        stage('Build', job('B')),
      ],
    }),
  )
  return tester
}

const put = async ({ codepipeline }: Tester, changes: Partial<WebhookDefinition> = {}) => {
  const { webhook } = await codepipeline.send(new PutWebhookCommand({ webhook: definition(changes) }))
  assert.ok(webhook)
  return webhook
}

const list = async ({ codepipeline }: Tester) => (await codepipeline.send(new ListWebhooksCommand({}))).webhooks ?? []

const signed = (body: string, secret = SECRET) => ({
  'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
})

async function deliver(
  { webhooks, engine }: Tester,
  url: string | undefined,
  payload: unknown,
  headers: Readonly<Record<string, string>> | 'signed' = 'signed',
  { method = 'POST', sourceAddress = '192.0.2.7' } = {},
) {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
  const answer = await webhooks.deliver({
    method,
    path: new URL(url ?? '').pathname,
    headers: headers === 'signed' ? signed(body) : headers,
    body: Readable.from([Buffer.from(body)]),
    sourceAddress,
  })
  await engine.idle()
  return answer
}

const IGNORED = { statusCode: 200, body: { status: 'ignored' } }

describe('a delivery', () => {
  test('S75 given a signed push to the branch, then one execution starts, triggered by the webhook', async () => {
    await using tester = await given()
    const { url, arn, definition: shown } = await put(tester)
    assert.equal(arn, 'arn:aws:codepipeline:eu-west-1:000000000000:webhook:hook')
    assert.deepEqual(shown, definition({ authenticationConfiguration: { SecretToken: '****' } }))

    const { statusCode, body } = await deliver(tester, url, push())
    const [newest, first, ...others] = await tester.executions()
    assert.deepEqual([statusCode, body['status'], others.length], [200, 'started', 0])
    assert.equal(first?.trigger?.triggerType, 'CreatePipeline')
    assert.equal(newest?.pipelineExecutionId, body['pipelineExecutionId'])
    assert.deepEqual(newest?.trigger, { triggerType: 'Webhook', triggerDetail: arn })

    assert.deepEqual(await deliver(tester, url, push('next')), IGNORED)
    assert.equal((await deliver(tester, url, push(), signed('other'))).statusCode, 401)
    assert.equal((await deliver(tester, url, push(), {})).statusCode, 401)
    assert.equal((await tester.executions()).length, 2)

    const [webhook] = await list(tester)
    assert.deepEqual(webhook?.definition?.authenticationConfiguration, { SecretToken: '****' })
    assert.ok(webhook?.lastTriggered instanceof Date)
    assert.deepEqual([webhook.errorCode, webhook.url], ['401', url])
    assert.ok(!JSON.stringify(await list(tester)).includes(SECRET))
    await deliver(tester, url, push())
    assert.equal((await list(tester))[0]?.errorCode, undefined, 'a delivery that works clears the error')
  })

  test('given the same delivery id again, then the answer is the same and nothing starts', async () => {
    await using tester = await given()
    const { url } = await put(tester)
    const headers = { ...signed(JSON.stringify(push())), 'x-github-delivery': 'a7d1c5e2' }
    const first = await deliver(tester, url, push(), headers)
    assert.equal(first.body['status'], 'started')
    assert.deepEqual(await deliver(tester, url, push(), headers), first)
    assert.equal((await tester.executions()).length, 2)
    await deliver(tester, url, push(), { ...headers, 'x-github-delivery': 'b7d1c5e2' })
    assert.equal((await tester.executions()).length, 3)
  })

  test('given a push, then the pushed commit is what the source action is asked for', async () => {
    await using tester = await given()
    const { url } = await put(tester)
    const { body } = await deliver(tester, url, push())
    const key = { account: '000000000000', region: 'eu-west-1', name: 'P3' }
    const execution = await tester.store.read.pipelines.execution(key, body['pipelineExecutionId'] ?? '')
    assert.deepEqual(execution?.sourceRevisions, [
      { actionName: 'S', revisionType: 'COMMIT_ID', revisionValue: COMMIT },
    ])
  })

  test('given a ping, a deleted branch or a deleted pipeline, then it is ignored', async () => {
    await using tester = await given()
    const { url } = await put(tester)
    const ping = JSON.stringify({ zen: 'Design for failure.', hook_id: 1 })
    assert.deepEqual(await deliver(tester, url, ping, { ...signed(ping), 'x-github-event': 'ping' }), IGNORED)
    assert.deepEqual(await deliver(tester, url, push('main', { after: '0'.repeat(40), deleted: true })), IGNORED)
    await put(tester, { filters: [{ jsonPath: '$.ref' }] })
    const tag = { ref: 'refs/tags/v1', after: '0'.repeat(40), deleted: true }
    assert.equal(
      (await deliver(tester, url, tag)).body['status'],
      'started',
      'what else goes is for the filters to say',
    )
    await tester.codepipeline.send(new DeletePipelineCommand({ name: 'P3' }))
    assert.deepEqual(await deliver(tester, url, push()), IGNORED)
    assert.equal((await list(tester)).length, 1, 'the webhook stays')
  })

  test('given a form with a payload, then it counts like JSON; given neither, then it is refused', async () => {
    await using tester = await given()
    const { url } = await put(tester)
    const form = `payload=${encodeURIComponent(JSON.stringify(push()))}`
    const headers = { ...signed(form), 'content-type': 'application/x-www-form-urlencoded' }
    assert.equal((await deliver(tester, url, form, headers)).body['status'], 'started')
    assert.equal((await deliver(tester, url, 'hello')).statusCode, 400)
    assert.equal((await deliver(tester, url, push(), 'signed', { method: 'GET' })).statusCode, 405)
    assert.equal((await deliver(tester, `${url}x`, push())).statusCode, 404)
  })

  test('given a range of addresses, then others are refused; given no authentication, then the URL is enough', async () => {
    await using tester = await given()
    const { url } = await put(tester, {
      authentication: 'IP',
      authenticationConfiguration: { AllowedIPRange: '192.0.2.0/24' },
    })
    assert.equal((await deliver(tester, url, push(), {}, { sourceAddress: '198.51.100.7' })).statusCode, 403)
    assert.equal((await deliver(tester, url, push(), {})).body['status'], 'started')
    await put(tester, { authentication: 'UNAUTHENTICATED', authenticationConfiguration: {} })
    const anywhere = await deliver(tester, url, push(), {}, { sourceAddress: '198.51.100.7' })
    assert.equal(anywhere.body['status'], 'started')
  })
})

describe('PutWebhook', () => {
  test('S76 given the name again, then the URL stays and the definition is replaced; deleted and put again, it differs', async () => {
    await using tester = await given()
    const first = await put(tester)
    const again = await put(tester, {
      filters: [{ jsonPath: '$.ref' }],
      authenticationConfiguration: { SecretToken: 'new' },
    })
    assert.deepEqual([again.url, again.arn], [first.url, first.arn])
    assert.equal((await deliver(tester, first.url, push('any'))).statusCode, 401, 'the secret is the new one')
    assert.equal(
      (await deliver(tester, first.url, push('any'), signed(JSON.stringify(push('any')), 'new'))).statusCode,
      200,
    )

    await tester.codepipeline.send(new DeleteWebhookCommand({ name: 'hook' }))
    await tester.codepipeline.send(new DeleteWebhookCommand({ name: 'hook' }))
    assert.deepEqual(await list(tester), [])
    assert.equal((await deliver(tester, first.url, push())).statusCode, 404)
    assert.notEqual((await put(tester)).url, first.url)
  })

  test('given the mask in place of the secret, then the secret stays; without one there, it is refused', async () => {
    await using tester = await given()
    const { url } = await put(tester)
    await put(tester, { authenticationConfiguration: { SecretToken: '****' } })
    assert.equal((await deliver(tester, url, push())).statusCode, 200)
    await assert.rejects(
      put(tester, { name: 'new', authenticationConfiguration: { SecretToken: '****' } }),
      named('InvalidWebhookAuthenticationParametersException'),
    )
  })

  const wrongAuthentication: readonly [string, Partial<WebhookDefinition>][] = [
    ['HMAC without a secret', { authenticationConfiguration: {} }],
    ['HMAC with a range', { authenticationConfiguration: { SecretToken: SECRET, AllowedIPRange: '10.0.0.0/8' } }],
    ['IP without a range', { authentication: 'IP', authenticationConfiguration: {} }],
    ['IP with a bad range', { authentication: 'IP', authenticationConfiguration: { AllowedIPRange: '10.0.0.0/99' } }],
    ['none with a secret', { authentication: 'UNAUTHENTICATED' }],
  ]
  const wrong: readonly [string, Partial<WebhookDefinition>, string][] = [
    ...wrongAuthentication.map(([what, changes]): [string, Partial<WebhookDefinition>, string] => [
      what,
      changes,
      'InvalidWebhookAuthenticationParametersException',
    ]),
    ['a bad path', { filters: [{ jsonPath: '$.[' }] }, 'InvalidWebhookFilterPatternException'],
    ['a script in a path', { filters: [{ jsonPath: '$.a[?(@.b)]' }] }, 'InvalidWebhookFilterPatternException'],
    ['an unknown pipeline', { targetPipeline: 'none' }, 'PipelineNotFoundException'],
    ['an action of a later stage', { targetAction: 'B' }, 'ValidationException'],
    ['six filters', { filters: Array.from({ length: 6 }, () => ({ jsonPath: '$.ref' })) }, 'ValidationException'],
  ]
  for (const [what, changes, error] of wrong) {
    test(`S77 given ${what}, then ${error}`, async () => {
      await using tester = await given()
      await assert.rejects(put(tester, changes), named(error))
      assert.deepEqual(await list(tester), [])
    })
  }

  test('given as many webhooks as there may be, then another is refused, but one that is there may change', async () => {
    await using tester = await given({ limits: { webhooksPerRegion: 1 } })
    await put(tester)
    await put(tester, { filters: [{ jsonPath: '$.after' }] })
    await assert.rejects(put(tester, { name: 'another' }), named('LimitExceededException'))
  })
})

describe('webhooks as resources', () => {
  test('are listed by name, page by page', async () => {
    await using tester = await given()
    for (const name of ['c', 'a', 'b']) await put(tester, { name })
    const names: (string | undefined)[] = []
    let NextToken: string | undefined
    do {
      const page = await tester.codepipeline.send(new ListWebhooksCommand({ MaxResults: 1, NextToken }))
      names.push(...(page.webhooks ?? []).map(({ definition }) => definition?.name))
      ;({ NextToken } = page)
    } while (NextToken !== undefined)
    assert.deepEqual(names, ['a', 'b', 'c'])
    await assert.rejects(
      tester.codepipeline.send(new ListWebhooksCommand({ NextToken: 'garbled' })),
      named('InvalidNextTokenException'),
    )
  })

  test('carry tags, which change without a new URL', async () => {
    await using tester = await given()
    const { webhook } = await tester.codepipeline.send(
      new PutWebhookCommand({ webhook: definition(), tags: [{ key: 'team', value: 'shop' }] }),
    )
    assert.deepEqual(webhook?.tags, [{ key: 'team', value: 'shop' }])
    await tester.codepipeline.send(
      new TagResourceCommand({ resourceArn: webhook?.arn, tags: [{ key: 'team', value: 'web' }] }),
    )
    const { tags } = await tester.codepipeline.send(new ListTagsForResourceCommand({ resourceArn: webhook?.arn }))
    assert.deepEqual(tags, [{ key: 'team', value: 'web' }])
    const [listed] = await list(tester)
    assert.deepEqual([listed?.tags, listed?.url], [tags, webhook?.url])
  })

  test('can be registered and deregistered, if they are there', async () => {
    await using tester = await given()
    await put(tester)
    const webhookName = 'hook'
    await tester.codepipeline.send(new RegisterWebhookWithThirdPartyCommand({ webhookName }))
    assert.equal((await list(tester))[0]?.errorCode, undefined)
    await tester.codepipeline.send(new DeregisterWebhookWithThirdPartyCommand({ webhookName }))
    const unknown = { webhookName: 'none' }
    await assert.rejects(
      tester.codepipeline.send(new RegisterWebhookWithThirdPartyCommand(unknown)),
      named('WebhookNotFoundException'),
    )
    await assert.rejects(
      tester.codepipeline.send(new DeregisterWebhookWithThirdPartyCommand(unknown)),
      named('WebhookNotFoundException'),
    )
  })

  test('of another account are not there', async () => {
    await using tester = await given()
    await put(tester)
    assert.deepEqual((await tester.stranger.send(new ListWebhooksCommand({}))).webhooks, [])
  })
})
