/** The console's own endpoints on a whole server, as its page uses them: across a restart, with real builds and deliveries. */
import { CodeCommitClient, CreateRepositoryCommand, ListRepositoriesCommand } from '@aws-sdk/client-codecommit'
import { PutWebhookCommand } from '@aws-sdk/client-codepipeline'
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  IAMClient,
} from '@aws-sdk/client-iam'
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { readLog } from '../../src/cli/live.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { run } from './support.ts'
import { action, checkout, stage, worldOf, type World } from '../support/world.ts'

const API = '/_pipewright/console/'
const BUILDSPEC = 'version: 0.2\nphases: { build: { commands: [echo hello from the build] } }\n'

/** A page that was opened: its cookie goes with every request. */
async function openPage(server: TestServer, known?: string) {
  const name = `pipewright_session_${new URL(server.url).port}`
  const opened = await fetch(`${server.url}${API}session`, known ? { headers: { cookie: `${name}=${known}` } } : {})
  const token = known ?? /=([^;]+)/.exec(opened.headers.get('set-cookie') ?? '')?.[1] ?? ''
  const headers = { cookie: `${name}=${token}` }
  return {
    token,
    isNew: opened.headers.has('set-cookie'),
    session: (await opened.json()) as { csrfToken: string; signedIn: boolean },
    get: async <Answer>(path: string) => (await (await fetch(server.url + API + path, { headers })).json()) as Answer,
    /** what a stream sends until it has sent something that matches */
    stream: async (path: string, until: RegExp, more: Readonly<Record<string, string>> = {}): Promise<string> => {
      const stop = AbortSignal.timeout(30_000)
      const { body } = await fetch(server.url + API + path, { headers: { ...headers, ...more }, signal: stop })
      let text = ''
      for await (const chunk of body ?? []) {
        text += Buffer.from(chunk).toString()
        if (until.test(text)) return text
      }
      return text
    },
  }
}

async function allOf<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

describe('the console of a server', () => {
  let server: TestServer
  let world: World
  before(async () => {
    server = await startTestServer()
    world = worldOf(server)
    await world.bucket('artifacts')
    await world.repository('shop', { 'a.txt': 'one', 'buildspec.yml': BUILDSPEC })
    await world.project('unit')
  })
  after(async () => await server[Symbol.asyncDispose]())

  test('given a build that ends, then its log ends too, for the page and for the command line', async () => {
    const build = action('Unit', 'Build/CodeBuild', { ProjectName: 'unit' }, { input: ['Code'] })
    const id = await world.pipeline('built', [stage('Source', checkout('shop')), stage('Build', build)])
    const { project, uuid } = await world.buildOf('built', id, 'Unit')
    const source = { group: `/aws/codebuild/${project}`, stream: uuid, from: 0, follow: true }
    const page = await openPage(server)
    const query = new URLSearchParams({ group: source.group, stream: uuid, follow: 'true' }).toString()
    const [log, lines] = await Promise.all([
      page.stream(`logs?${query}`, /^event: end$/m),
      allOf(await readLog(server.client, source, AbortSignal.timeout(30_000))),
    ])
    assert.match(log, /hello from the build/)
    assert.match(log, /event: end\ndata: \{"complete":true\}/)
    assert.ok(lines.some(({ message }) => message.includes('hello from the build')))
  })

  test('given deliveries to a web-hook, then the page tells what came of each and why; the audit trail knows no secret', async () => {
    const approve = stage('Approve', action('Ask', 'Approval/Manual'))
    await world.pipeline('shop', [stage('Source', checkout('shop')), approve])
    const { webhook } = await world.codepipeline.send(
      new PutWebhookCommand({
        webhook: {
          name: 'hook',
          targetPipeline: 'shop',
          targetAction: 'Checkout',
          filters: [{ jsonPath: '$.ref', matchEquals: 'refs/heads/{BranchName}' }],
          authentication: 'UNAUTHENTICATED',
          authenticationConfiguration: {},
        },
      }),
    )
    await world.codepipeline.send(
      new PutWebhookCommand({
        webhook: {
          name: 'signed',
          targetPipeline: 'shop',
          targetAction: 'Checkout',
          filters: [{ jsonPath: '$.ref' }],
          authentication: 'GITHUB_HMAC',
          authenticationConfiguration: { SecretToken: 'sesame-open' },
        },
      }),
    )
    const post = (body: string) =>
      fetch(webhook?.url ?? '', {
        method: 'POST',
        body,
        headers: { 'x-github-event': 'push', 'x-github-delivery': 'd1' },
      })
    await post('{"ref":"refs/heads/other"}')
    const started = (await (await post('{"ref":"refs/heads/main"}')).json()) as { pipelineExecutionId: string }
    await post('no JSON')

    const page = await openPage(server)
    interface Told {
      deliveries: Record<string, unknown>[]
    }
    const { deliveries } = await page.get<Told>('webhook-events')
    const common = { region: 'us-east-1', webhook: 'hook', pipeline: 'shop', event: 'push', sourceAddress: '127.0.0.1' }
    assert.deepEqual(
      deliveries.map(({ verdict, statusCode, reason, filters, executions }) => ({
        verdict,
        statusCode,
        reason,
        filters,
        executions,
      })),
      [
        {
          verdict: 'refused',
          statusCode: 400,
          reason: 'The payload is neither JSON nor a form with a JSON payload.',
          filters: [],
          executions: [],
        },
        {
          verdict: 'accepted',
          statusCode: 200,
          reason: undefined,
          filters: [{ jsonPath: '$.ref', matchEquals: 'refs/heads/main', passed: true }],
          executions: [started.pipelineExecutionId],
        },
        {
          verdict: 'accepted',
          statusCode: 200,
          reason: 'The filter $.ref did not pass.',
          filters: [{ jsonPath: '$.ref', matchEquals: 'refs/heads/main', passed: false }],
          executions: [],
        },
      ],
    )
    for (const [member, value] of Object.entries(common)) assert.equal(deliveries[0]?.[member], value)
    const urlToken = webhook?.url?.split('/').at(-1) ?? ''

    const { calls } = await page.get<{ calls: { operation: string }[] }>('audit?filter=PutWebhook')
    assert.deepEqual(
      calls.map(({ operation }) => operation),
      ['PutWebhook', 'PutWebhook'],
    )
    const everything = JSON.stringify([deliveries, calls, await page.get('audit?limit=500')])
    for (const secret of ['sesame-open', urlToken]) assert.equal(everything.includes(secret), false, secret)
  })

  test('given a push, then the audit trail tells who moved which branch', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pipewright-push-'))
    const url = server.url.replace('://', '://test:test@')
    const git = async (...args: string[]) => {
      const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'credential.helper=']
      const { code, stdout, stderr } = await run('git', [...identity, ...args], { cwd: folder })
      assert.equal(code, 0, stderr)
      return stdout.trim()
    }
    try {
      await git('clone', '-q', `${url}/v1/repos/shop`, '.')
      const oldCommit = await git('rev-parse', 'HEAD')
      await git('commit', '-q', '--allow-empty', '-m', 'Say nothing')
      await git('push', '-q', 'origin', 'HEAD:main')
      const newCommit = await git('rev-parse', 'HEAD')
      const page = await openPage(server)
      const { calls } = await page.get<{ calls: { principal: { arn: string }; input: unknown }[] }>(
        'audit?filter=gitpush',
      )
      assert.deepEqual(
        calls.map(({ principal, input }) => ({ arn: principal.arn, input })),
        [
          {
            arn: 'arn:aws:iam::000000000000:root',
            input: { repositoryName: 'shop', references: [{ ref: 'refs/heads/main', oldCommit, newCommit }] },
          },
        ],
      )
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('given a key of a user’s own, then they sign in with it, act in their name, and are out when it is deleted', async () => {
    const iam = new IAMClient(server.client)
    const UserName = 'alice'
    await iam.send(new CreateUserCommand({ UserName }))
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
    const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {}
    const given = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey }
    const login = await fetch(`${server.url}${API}login`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' },
      body: JSON.stringify(given),
    })
    const { user, csrfToken } = (await login.json()) as { user: string; csrfToken: string }
    assert.equal(user, UserName)
    const headers = { cookie: login.headers.get('set-cookie')?.split(';')[0] ?? '', 'x-csrf-token': csrfToken }
    const issue = () => fetch(`${server.url}${API}credentials`, { method: 'POST', headers })
    const issued = (await (await issue()).json()) as typeof given & { sessionToken: string; expiration: string }
    const credentials = { ...issued, expiration: new Date(issued.expiration) }

    // what the page does, and what a program does with the key itself
    const page = new CodeCommitClient({ ...server.client, credentials })
    await page.send(new CreateRepositoryCommand({ repositoryName: 'by-alice' }))
    await new CodeCommitClient({ ...server.client, credentials: given }).send(new ListRepositoriesCommand({}))
    await iam.send(new CreateUserCommand({ UserName: 'bob' }))
    const { AccessKeyLastUsed } = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }))
    assert.equal(AccessKeyLastUsed?.ServiceName, 'codecommit')
    const { calls } = await (
      await openPage(server)
    ).get<{ calls: { operation: string; principal: { arn: string } }[] }>('audit?filter=user/alice')
    assert.deepEqual(
      calls.map(({ operation, principal }) => `${principal.arn.split('/')[1]} ${operation}`),
      ['alice CreateRepository', 'alice ConsoleLogin'],
    )

    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }))
    assert.equal((await issue()).status, 401)
    await assert.rejects(page.send(new ListRepositoriesCommand({})), { name: 'UnrecognizedClientException' })
  })

  test('given a restart, then the session is the same, and the events go on where the page was', async () => {
    const page = await openPage(server)
    const hello = await page.stream('events', /^event: hello$[^]*?\n\n/m)
    const seen = /^id: (\S+)$/m.exec(hello)?.[1] ?? ''
    await server.kill()
    server = await server.restart()
    world = worldOf(server)
    await world.start('shop')
    const again = await openPage(server, page.token)
    assert.deepEqual([again.isNew, again.session], [false, page.session])
    const missed = await again.stream('events', /"pipeline":"shop"/, { 'last-event-id': seen })
    assert.equal(missed.includes('event: reset'), false)
    const { calls } = await again.get<{ calls: unknown[] }>('audit?filter=PutWebhook')
    assert.equal(calls.length, 2, 'what was called before the kill is still told')
    const { events } = await again.get<{ events: { detail: { pipeline: string } }[] }>('journal?pipeline=built&limit=3')
    assert.deepEqual(
      events.map(({ detail }) => detail.pipeline),
      ['built', 'built', 'built'],
    )
  })
})
