/** The administrator's own endpoint for third-party action types (docs/third-party-actions.md). */
import { GetActionTypeCommand, CodePipelineClient } from '@aws-sdk/client-codepipeline'
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { startTestServer } from '../support/server.ts'

interface Key {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

const sha256 = (data: string) => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest()

/** Signature Version 4 by hand, as curl does it. */
async function put(endpoint: string, body: string, key: Key | undefined, signedFor = 'pipewright'): Promise<Response> {
  const url = new URL('/_pipewright/action-types', endpoint)
  if (key === undefined) return await fetch(url, { method: 'PUT', body })
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const scope = `${time.slice(0, 8)}/us-east-1/${signedFor}/aws4_request`
  const session = key.sessionToken === undefined ? {} : { 'x-amz-security-token': key.sessionToken }
  const headers: Record<string, string> = { host: url.host, 'x-amz-date': time, ...session }
  const names = Object.keys(headers).join(';')
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`)
  const canonical = ['PUT', url.pathname, '', lines.join(''), names, sha256(body)].join('\n')
  const signingKey = scope
    .split('/')
    .reduce<string | Buffer>((key, part) => hmac(key, part), `AWS4${key.secretAccessKey}`)
  const signature = hmac(signingKey, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  return await fetch(url, { method: 'PUT', body, headers: { ...headers, authorization } })
}

test('given the request of the documentation, signed by a user, then the type is known; by nobody or a role, it is not', async () => {
  const page = await readFile(new URL('../../docs/third-party-actions.md', import.meta.url), 'utf8')
  const body = /PUT \/_pipewright\/action-types\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
  await using server = await startTestServer()
  const { credentials } = server.client
  const codepipeline = new CodePipelineClient(server.client)
  const get = () =>
    codepipeline.send(
      new GetActionTypeCommand({ category: 'Test', owner: 'ThirdParty', provider: 'Probe', version: '1' }),
    )
  const trust = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] })
  await new IAMClient(server.client).send(new CreateRoleCommand({ RoleName: 'pipeline', AssumeRolePolicyDocument }))
  const { Credentials } = await new STSClient(server.client).send(
    new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::000000000000:role/pipeline', RoleSessionName: 'job' }),
  )
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken } = Credentials ?? {}
  const role = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }

  assert.equal((await put(server.url, body, undefined)).status, 403)
  assert.equal((await put(server.url, body, { ...credentials, secretAccessKey: 'guessed' })).status, 403)
  assert.equal((await put(server.url, body, credentials, 'codepipeline')).status, 403)
  assert.equal((await put(server.url, body, role)).status, 403)
  assert.equal((await put(server.url, '{}', credentials)).status, 400)
  assert.equal((await put(server.url, ' '.repeat(70_000), credentials)).status, 413)
  await assert.rejects(get(), { name: 'ActionTypeNotFoundException' })

  const answer = await put(server.url, body, credentials)
  assert.equal(answer.status, 200)
  assert.ok(!(await answer.text()).includes('a long random text'), 'the token is never shown')
  assert.equal((await get()).actionType?.id?.provider, 'Probe')
})
