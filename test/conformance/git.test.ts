/** The machine's own git as CodeCommit's client: every way of signing in, and everything clone, fetch and push do. */
import {
  CodeCommitClient,
  CreateRepositoryCommand,
  GetBranchCommand,
  GetRepositoryCommand,
} from '@aws-sdk/client-codecommit'
import {
  CreateRoleCommand,
  CreateServiceSpecificCredentialCommand,
  CreateUserCommand,
  DeleteServiceSpecificCredentialCommand,
  IAMClient,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startTestServer, type TestServer } from '../support/server.ts'
import { fails, missing, run } from './support.ts'

const noAwsCli = await missing('aws', ['--version'], 'the AWS CLI is not on this machine')

let server: TestServer
let folder: string
let codecommit: CodeCommitClient
before(async () => {
  server = await startTestServer({ args: ['--key', 'AKIAOTHER:secret:111122223333'] })
  folder = await mkdtemp(join(tmpdir(), 'pipewright-git-'))
  codecommit = new CodeCommitClient(server.client)
})
after(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** Nothing of this machine's settings, and never a question. */
const quiet = (): NodeJS.ProcessEnv => ({
  ...server.env,
  HOME: folder,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
})
const tryGit = (cwd: string, ...args: string[]) => run('git', args, { cwd, env: quiet() })
async function git(cwd: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await tryGit(cwd, ...args)
  assert.equal(code, 0, `git ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}
async function refused(cwd: string, args: readonly string[], reason: RegExp): Promise<void> {
  const { code, stderr } = await tryGit(cwd, ...args)
  assert.notEqual(code, 0)
  assert.match(stderr, reason)
}

function urlOf(name: string, user = 'test', password = 'test'): string {
  const url = new URL(`${server.url}/v1/repos/${name}`)
  url.username = encodeURIComponent(user)
  url.password = encodeURIComponent(password)
  return url.href
}
async function repository(name: string): Promise<string> {
  await codecommit.send(new CreateRepositoryCommand({ repositoryName: name }))
  return urlOf(name)
}
/** A new clone of a new repository, with one commit pushed to `main`. */
async function cloned(name: string): Promise<{ url: string; work: string }> {
  const url = await repository(name)
  const work = join(folder, name)
  await git(folder, 'clone', '-q', url, work)
  await git(work, 'checkout', '-q', '-b', 'main')
  await change(work, 'README.md', '# demo')
  await git(work, 'push', '-q', 'origin', 'main')
  return { url, work }
}
async function change(work: string, file: string, text: string | Uint8Array): Promise<string> {
  await writeFile(join(work, file), text)
  await git(work, 'add', file)
  await git(work, 'commit', '-q', '-m', `Change ${file}`)
  return git(work, 'rev-parse', 'HEAD')
}
const tip = async (repositoryName: string, branchName: string) =>
  (await codecommit.send(new GetBranchCommand({ repositoryName, branchName }))).branch?.commitId

describe('clone, fetch and push', { concurrency: true }, () => {
  test('given an empty repository, then it is cloned, pushed to, and the API sees the commit', async () => {
    const { url, work } = await cloned('first')
    const head = await git(work, 'rev-parse', 'HEAD')
    assert.equal(await tip('first', 'main'), head)
    const { repositoryMetadata } = await codecommit.send(new GetRepositoryCommand({ repositoryName: 'first' }))
    assert.equal(repositoryMetadata?.defaultBranch, 'main')
    const again = join(folder, 'first-again')
    await git(folder, 'clone', '-q', url, again)
    assert.equal(await readFile(join(again, 'README.md'), 'utf8'), '# demo')
  })

  test('given the first push is of another branch than main, then it is the default branch and what a clone checks out', async () => {
    const url = await repository('trunk')
    const work = join(folder, 'trunk')
    await git(folder, 'init', '-q', '-b', 'trunk', work)
    await change(work, 'a', 'a')
    await git(work, 'push', '-q', url, 'trunk')
    const { repositoryMetadata } = await codecommit.send(new GetRepositoryCommand({ repositoryName: 'trunk' }))
    assert.equal(repositoryMetadata?.defaultBranch, 'trunk')
    const again = join(folder, 'trunk-again')
    await git(folder, 'clone', '-q', url, again)
    assert.equal(await git(again, 'rev-parse', '--abbrev-ref', 'HEAD'), 'trunk')
  })

  test('given two clones, then one fetches what the other pushed, and a push that would lose it is refused', async () => {
    const { url, work } = await cloned('two')
    const other = join(folder, 'two-other')
    await git(folder, 'clone', '-q', url, other)
    const pushed = await change(work, 'a', 'a')
    await git(work, 'push', '-q', 'origin', 'main')
    await change(other, 'b', 'b')
    await refused(other, ['push', 'origin', 'main'], /rejected|non-fast-forward|fetch first/)
    await git(other, 'fetch', '-q')
    assert.equal(await git(other, 'rev-parse', 'origin/main'), pushed)
    await git(other, 'rebase', '-q', 'origin/main')
    await git(other, 'push', '-q', 'origin', 'main')
    assert.equal(await tip('two', 'main'), await git(other, 'rev-parse', 'HEAD'))
  })

  test('given branches, tags and a forced push, then the repository follows', async () => {
    const { work } = await cloned('refs')
    const head = await git(work, 'rev-parse', 'HEAD')
    await git(work, 'push', '-q', 'origin', 'main:feature/ünï')
    assert.equal(await tip('refs', 'feature/ünï'), head)
    await git(work, 'push', '-q', 'origin', ':feature/ünï')
    await assert.rejects(tip('refs', 'feature/ünï'), fails('BranchDoesNotExistException'))
    await git(work, 'tag', 'light')
    await git(work, 'tag', '-a', '-m', 'release', 'v1.0')
    await git(work, 'push', '-q', '--tags')
    const listed = await git(work, 'ls-remote', '--tags', 'origin')
    assert.match(listed, /refs\/tags\/light/)
    assert.match(listed, /refs\/tags\/v1\.0\^\{\}/)
    await git(work, 'commit', '-q', '--amend', '-m', 'Rewritten')
    await git(work, 'push', '-q', '--force', 'origin', 'main')
    assert.equal(await tip('refs', 'main'), await git(work, 'rev-parse', 'HEAD'))
  })

  test('given a shallow clone and a single branch, then only that is sent', async () => {
    const { url, work } = await cloned('shallow')
    for (const text of ['1', '2', '3']) await change(work, 'a', text)
    await git(work, 'push', '-q', 'origin', 'main')
    const thin = join(folder, 'thin')
    await git(folder, 'clone', '-q', '--depth', '1', url, thin)
    assert.equal(await git(thin, 'rev-list', '--count', 'HEAD'), '1')
    await git(thin, 'fetch', '-q', '--unshallow')
    assert.equal(await git(thin, 'rev-list', '--count', 'HEAD'), '4')
  })

  test('given five megabytes that do not compress, then they are pushed and cloned unchanged', async () => {
    const { url, work } = await cloned('large')
    const bytes = randomBytes(5 * 1024 * 1024)
    await change(work, 'large.bin', bytes)
    await git(work, 'push', '-q', 'origin', 'main')
    const again = join(folder, 'large-again')
    await git(folder, 'clone', '-q', url, again)
    assert.ok((await readFile(join(again, 'large.bin'))).equals(bytes))
  })

  for (const ref of [
    'refs/heads/$(id)',
    'refs/heads/-x',
    'refs/heads/a\u202Eb',
    'refs/heads/a;b',
    'refs/notes/x',
    'refs/pipewright/x',
  ]) {
    test(`given a push to ${encodeURI(ref)}, then it is refused and nothing of it is there`, async () => {
      const name = `hostile-${Buffer.from(ref).toString('hex')}`
      const { work } = await cloned(name)
      await refused(work, ['push', 'origin', `HEAD:${ref}`], /rejected|refused|not|error/i)
      assert.doesNotMatch(await git(work, 'ls-remote', 'origin'), /\$|\u202E|;|-x|notes|pipewright/)
    })
  }
})

describe('who may', { concurrency: true }, () => {
  before(async () => {
    await repository('guarded')
  })
  const lsRemote = (url: string) => tryGit(folder, 'ls-remote', url)
  const denied = async (url: string) => {
    const { code, stderr } = await lsRemote(url)
    assert.notEqual(code, 0)
    assert.match(stderr, /Authentication failed|could not read|401/)
  }

  test('given no, a wrong or an unknown password, then 401 asks for one', async () => {
    const answer = await fetch(`${server.url}/v1/repos/guarded/info/refs?service=git-upload-pack`)
    assert.equal(answer.status, 401)
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic /)
    await denied(`${server.url}/v1/repos/guarded`)
    await denied(urlOf('guarded', 'test', 'wrong'))
    await denied(urlOf('guarded', 'nobody', 'test'))
    await denied(urlOf('guarded', 'test', ''))
  })

  test('given another account or an unknown repository, then it is not found, and nobody can tell which', async () => {
    const other = await lsRemote(urlOf('guarded', 'AKIAOTHER', 'secret'))
    const unknown = await lsRemote(urlOf('unknown', 'AKIAOTHER', 'secret'))
    assert.notEqual(other.code, 0)
    assert.match(other.stderr, /'[^']*guarded[^']*' not found|404/)
    assert.equal(other.stderr.replaceAll('guarded', 'X'), unknown.stderr.replaceAll('unknown', 'X'))
    await denied(urlOf('unknown', 'test', 'wrong'))
  })

  test('given git credentials of an IAM user, then they work until they are deleted', async () => {
    const iam = new IAMClient(server.client)
    await iam.send(new CreateUserCommand({ UserName: 'ada' }))
    const { ServiceSpecificCredential } = await iam.send(
      new CreateServiceSpecificCredentialCommand({ UserName: 'ada', ServiceName: 'codecommit.amazonaws.com' }),
    )
    const { ServiceUserName = '', ServicePassword = '', ServiceSpecificCredentialId } = ServiceSpecificCredential ?? {}
    assert.equal((await lsRemote(urlOf('guarded', ServiceUserName, ServicePassword))).code, 0)
    await denied(urlOf('guarded', ServiceUserName, `${ServicePassword}x`))
    await iam.send(new DeleteServiceSpecificCredentialCommand({ UserName: 'ada', ServiceSpecificCredentialId }))
    await denied(urlOf('guarded', ServiceUserName, ServicePassword))
  })

  const helper = '!aws codecommit credential-helper --ignore-host-check $@'
  const withHelper = (env: NodeJS.ProcessEnv, ...args: string[]) =>
    run('git', ['-c', `credential.helper=${helper}`, '-c', 'credential.UseHttpPath=true', ...args], {
      cwd: folder,
      env: { ...quiet(), ...env },
    })

  test('given the AWS CLI as credential helper, then its signature is the password', { skip: noAwsCli }, async () => {
    await cloned('signed')
    const { code, stderr } = await withHelper({}, 'clone', '-q', `${server.url}/v1/repos/signed`, 'signed-again')
    assert.equal(code, 0, stderr)
    const wrong = await withHelper({ AWS_SECRET_ACCESS_KEY: 'wrong' }, 'ls-remote', `${server.url}/v1/repos/signed`)
    assert.notEqual(wrong.code, 0)
  })

  test(
    'given credentials of an assumed role, then the helper signs with the session token',
    { skip: noAwsCli },
    async () => {
      const trust = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }
      const allow = { Version: '2012-10-17', Statement: [trust] }
      const { Role } = await new IAMClient(server.client).send(
        new CreateRoleCommand({ RoleName: 'puller', AssumeRolePolicyDocument: JSON.stringify(allow) }),
      )
      const { Credentials } = await new STSClient(server.client).send(
        new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'git' }),
      )
      const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {}
      const session = { AWS_ACCESS_KEY_ID: AccessKeyId, AWS_SECRET_ACCESS_KEY: SecretAccessKey }
      const url = `${server.url}/v1/repos/guarded`
      const { code, stderr } = await withHelper({ ...session, AWS_SESSION_TOKEN: SessionToken }, 'ls-remote', url)
      assert.equal(code, 0, stderr)
      const forged = await withHelper({ ...session, AWS_SESSION_TOKEN: `${SessionToken}x` }, 'ls-remote', url)
      assert.notEqual(forged.code, 0)
      await denied(urlOf('guarded', AccessKeyId, SecretAccessKey))

      const limitedTo = async (Action: string) => {
        const { Credentials: limited } = await new STSClient(server.client).send(
          new AssumeRoleCommand({
            RoleArn: Role?.Arn,
            RoleSessionName: 'git',
            Policy: JSON.stringify({
              Statement: { Effect: 'Allow', Action, Resource: 'arn:aws:codecommit:*:*:guarded' },
            }),
          }),
        )
        const env = {
          AWS_ACCESS_KEY_ID: limited?.AccessKeyId,
          AWS_SECRET_ACCESS_KEY: limited?.SecretAccessKey,
          AWS_SESSION_TOKEN: limited?.SessionToken,
        }
        return await withHelper(env, 'ls-remote', url)
      }
      assert.equal((await limitedTo('codecommit:GitPull')).code, 0)
      const pusher = await limitedTo('codecommit:GitPush')
      assert.notEqual(pusher.code, 0)
      assert.match(pusher.stderr, /403/)
    },
  )

  test('given paths that are no repository, then nothing is served', async () => {
    const authorization = `Basic ${Buffer.from('test:test').toString('base64')}`
    for (const path of [
      'guarded/HEAD',
      'guarded/config',
      'guarded/objects/info/packs',
      '..%2fguarded/info/refs',
      '%00/info/refs',
    ]) {
      const answer = await fetch(`${server.url}/v1/repos/${path}`, { headers: { authorization } })
      assert.equal(answer.status, 404, path)
    }
  })
})
