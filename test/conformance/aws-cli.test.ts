/** The unmodified AWS CLI with nothing but an endpoint: S3, CodeCommit, IAM, STS and logs. Pipelines are in codepipeline-aws-cli. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startTestServer, type TestServer } from '../support/server.ts'
import { missing, run } from './support.ts'

const skip = await missing('aws', ['--version'], 'the AWS CLI is not on this machine')

let server: TestServer
let folder: string
before(async () => {
  server = await startTestServer()
  folder = await mkdtemp(join(tmpdir(), 'pipewright-aws-cli-'))
})
after(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

async function aws(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run('aws', args, { env: server.env, cwd: folder })
  assert.equal(code, 0, `aws ${args.join(' ')}: ${stderr}`)
  return stdout
}
const awsJson = async (...args: string[]): Promise<Record<string, unknown>> =>
  JSON.parse(await aws(...args, '--output', 'json')) as Record<string, unknown>
async function refused(args: readonly string[], reason: RegExp): Promise<void> {
  const { code, stderr } = await run('aws', args, { env: server.env, cwd: folder })
  assert.notEqual(code, 0)
  assert.match(stderr, reason)
}
async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
  return path
}

describe('aws s3', { concurrency: 2, skip, timeout: 120_000 }, () => {
  test('given files of 0, 1 and 12 million bytes, then cp brings them there and back unchanged', async () => {
    await aws('s3', 'mb', 's3://cli-copies')
    const files = new Map([0, 1, 12_000_000].map((size) => [`sizes/${size}`, randomBytes(size)]))
    for (const [name, bytes] of files) await file(name, bytes)
    await aws('s3', 'cp', '--quiet', '--recursive', 'sizes', 's3://cli-copies/sizes')
    await aws('s3', 'cp', '--quiet', '--recursive', 's3://cli-copies', 'back')
    for (const [name, bytes] of files) assert.ok((await readFile(join(folder, 'back', name))).equals(bytes), name)
    const listed = await aws('s3', 'ls', 's3://cli-copies', '--recursive')
    assert.deepEqual(listed.match(/\d+ sizes\/\d+/g), ['0 sizes/0', '1 sizes/1', '12000000 sizes/12000000'])
    const head = await awsJson('s3api', 'head-object', '--bucket', 'cli-copies', '--key', 'sizes/12000000')
    assert.match(String(head['ETag']), /^"[0-9a-f]{32}-2"$/)
    await aws('s3', 'cp', '--quiet', 's3://cli-copies/sizes/12000000', 's3://cli-copies/copied')
    await refused(['s3', 'rb', 's3://cli-copies'], /BucketNotEmpty/)
    await aws('s3', 'rb', '--force', 's3://cli-copies')
  })

  test('given a folder, then sync sends what changed, deletes what is gone, and a site can be made of it', async () => {
    const names = ['index.html', 'a b+c%/ü.txt', 'docs/index.html']
    for (const name of names) await file(`site/${name}`, `content of ${name}`)
    await aws('s3', 'mb', 's3://cli-site')
    const sync = () => aws('s3', 'sync', 'site', 's3://cli-site', '--delete')
    assert.equal((await sync()).match(/upload: /g)?.length, 3)
    assert.doesNotMatch(await sync(), /upload: |delete: /)
    await rm(join(folder, 'site/docs'), { recursive: true })
    assert.match(await sync(), /delete: s3:\/\/cli-site\/docs\/index\.html/)
    await aws('s3', 'sync', '--quiet', 's3://cli-site', 'site-back')
    assert.equal(await readFile(join(folder, 'site-back/a b+c%/ü.txt'), 'utf8'), 'content of a b+c%/ü.txt')
    await aws('s3', 'website', 's3://cli-site', '--index-document', 'index.html')
    assert.equal(await (await fetch(`${server.url}/_sites/cli-site/`)).text(), 'content of index.html')
    assert.match(await aws('s3', 'ls', 's3://cli-site'), /PRE a b\+c%\/\n.* index\.html\n/)
    await aws('s3', 'rm', '--quiet', '--recursive', 's3://cli-site')
    assert.equal(await aws('s3', 'ls', 's3://cli-site'), '')
  })

  test('given standard input and output, then cp streams', async () => {
    await aws('s3', 'mb', 's3://cli-streams')
    const text = 'streamed\n'.repeat(3)
    const env = server.env
    const { code } = await run('aws', ['s3', 'cp', '-', 's3://cli-streams/a'], { env, input: text })
    assert.equal(code, 0)
    assert.equal(await aws('s3', 'cp', 's3://cli-streams/a', '-'), text)
    // version 1 of the CLI signs URLs with version 2 of the signature unless it is told otherwise, which the answer does
    const config = await file('config', '[default]\ns3 =\n  signature_version = s3v4\n')
    const presign = ['s3', 'presign', 's3://cli-streams/a', '--expires-in', '60']
    const { stdout: url } = await run('aws', presign, { env: { ...env, AWS_CONFIG_FILE: config } })
    assert.equal(await (await fetch(url.trim())).text(), text)
    const byDefault = await fetch((await aws(...presign)).trim())
    if (byDefault.status !== 200) assert.match(await byDefault.text(), /default\.s3\.signature_version s3v4/)
  })

  test('given s3api, then versions, policies and errors are as the CLI expects them', async () => {
    await aws('s3api', 'create-bucket', '--bucket', 'cli-api')
    const versioning = ['--bucket', 'cli-api', '--versioning-configuration', 'Status=Enabled']
    await aws('s3api', 'put-bucket-versioning', ...versioning)
    const body = await file('body', 'text')
    const put = ['s3api', 'put-object', '--bucket', 'cli-api', '--key', 'a', '--body', body, '--metadata', 'k=v']
    assert.ok((await awsJson(...put))['VersionId'])
    await aws('s3api', 'delete-object', '--bucket', 'cli-api', '--key', 'a')
    const listed = await awsJson('s3api', 'list-object-versions', '--bucket', 'cli-api')
    assert.equal((listed['Versions'] as unknown[]).length, 1)
    assert.equal((listed['DeleteMarkers'] as unknown[]).length, 1)
    await refused(['s3api', 'get-object', '--bucket', 'cli-api', '--key', 'a', 'out'], /NoSuchKey/)
    await refused(['s3api', 'head-bucket', '--bucket', 'cli-none'], /\(404\)/)
  })
})

describe('aws codecommit, iam, sts and logs', { concurrency: 2, skip, timeout: 120_000 }, () => {
  test('given codecommit, then a repository is made, committed to and read', async () => {
    const name = ['--repository-name', 'cli-repository']
    await aws('codecommit', 'create-repository', ...name)
    const content = await file('note.txt', 'hello')
    const put = ['--branch-name', 'main', '--file-path', 'note.txt', '--file-content', `fileb://${content}`]
    const { commitId } = await awsJson('codecommit', 'put-file', ...name, ...put)
    const { branch } = await awsJson('codecommit', 'get-branch', ...name, '--branch-name', 'main')
    assert.deepEqual(branch, { branchName: 'main', commitId })
    const { fileContent } = await awsJson('codecommit', 'get-file', ...name, '--file-path', 'note.txt')
    assert.equal(Buffer.from(String(fileContent), 'base64').toString(), 'hello')
    await refused(['codecommit', 'create-repository', ...name], /RepositoryNameExistsException/)
    await aws('codecommit', 'delete-repository', ...name)
  })

  test('given iam and sts, then a role is made and assumed', async () => {
    assert.equal((await awsJson('sts', 'get-caller-identity'))['Account'], '000000000000')
    const trust = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }
    const document = await file('trust.json', JSON.stringify({ Version: '2012-10-17', Statement: [trust] }))
    const role = ['--role-name', 'cli-role', '--assume-role-policy-document', `file://${document}`]
    const made = (await awsJson('iam', 'create-role', ...role)) as { Role: { Arn: string } }
    const assume = ['--role-arn', made.Role.Arn, '--role-session-name', 'cli']
    const { Credentials } = (await awsJson('sts', 'assume-role', ...assume)) as { Credentials: Record<string, string> }
    const env = {
      ...server.env,
      AWS_ACCESS_KEY_ID: Credentials['AccessKeyId'],
      AWS_SECRET_ACCESS_KEY: Credentials['SecretAccessKey'],
      AWS_SESSION_TOKEN: Credentials['SessionToken'],
    }
    const session = await run('aws', ['sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text'], { env })
    assert.equal(session.stdout.trim(), 'arn:aws:sts::000000000000:assumed-role/cli-role/cli')
    await refused(['iam', 'get-role', '--role-name', 'none'], /NoSuchEntity/)
  })

  test('given logs, then groups are listed and what is not there is refused', async () => {
    assert.ok(Array.isArray((await awsJson('logs', 'describe-log-groups'))['logGroups']))
    const none = ['--log-group-name', '/aws/codebuild/none', '--log-stream-name', 'none']
    await refused(['logs', 'get-log-events', ...none], /ResourceNotFoundException/)
  })
})
