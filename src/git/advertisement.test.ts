import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { after, before, beforeEach, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { array, assert as holds, asyncProperty, constantFrom, record } from 'fast-check'
import { openGitHost, type GitHost, type GitRepository } from './git.ts'
import { somebody } from './testing.ts'

const run = promisify(execFile)

describe('the advertisement of refs and capabilities', () => {
  let folder: string
  let host: GitHost
  let id: string
  let repository: GitRepository
  let commitId: string
  let count = 0

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pipewright-advertisement-'))
    // git, and a note of every start of it
    const program = join(folder, 'git')
    await writeFile(program, `#!/bin/sh\necho "$1" >> '${folder}/starts'\nexec git "$@"\n`, { mode: 0o755 })
    host = await openGitHost({ folder: join(folder, 'host'), git: program })
  })
  after(async () => {
    await host[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    id = `repo-${(count += 1)}`
    repository = await host.create(id)
  })

  const git = async (...args: string[]): Promise<string> =>
    (await run('git', [...args], { cwd: repository.path })).stdout.trim()

  async function commit(branch = 'main'): Promise<string> {
    const done = await repository.writeCommit({
      branch,
      author: somebody,
      committer: somebody,
      message: branch,
      put: [{ path: 'a', mode: '100644', content: Buffer.from(branch) }],
      remove: [],
    })
    assert.ok('commitId' in done)
    return done.commitId
  }

  async function serve(service: string, protocol?: string): Promise<Buffer> {
    const answer = await host.serve(
      id,
      {
        method: 'GET',
        path: '/info/refs',
        query: `service=${service}`,
        headers: protocol === undefined ? {} : { 'git-protocol': protocol },
        body: Readable.from([]),
        remoteUser: 'ada',
        signal: new AbortController().signal,
      },
      async () => undefined,
    )
    assert.equal(answer.statusCode, 200)
    assert.equal(answer.headers['content-type'], `application/x-${service}-advertisement`)
    return buffer(answer.body)
  }

  const starts = async (): Promise<number> =>
    (await readFile(join(folder, 'starts'), 'utf8').catch(() => ''))
      .split('\n')
      .filter((line) => line.endsWith('-pack')).length

  /** What git itself says, from another host on the same folder, which has learned nothing. */
  async function gitSays(service: string, protocol?: string): Promise<Buffer> {
    await using fresh = await openGitHost({ folder: join(folder, 'host') })
    const ours = host
    host = fresh
    try {
      return await serve(service, protocol)
    } finally {
      host = ours
    }
  }

  /** The first answer may teach; the second must be the same as git's. @returns whether it came without git */
  async function sameAsGit(service: string, protocol?: string): Promise<boolean> {
    await serve(service, protocol)
    const from = await starts()
    const told = await serve(service, protocol)
    const alone = (await starts()) === from
    assert.equal(told.toString('latin1'), (await gitSays(service, protocol)).toString('latin1'))
    return alone
  }

  const ordinary: Readonly<Record<string, () => Promise<unknown>>> = {
    'an empty repository': async () => undefined,
    'one branch': async () => commit(),
    'branches in folders, whose order is not that of their names': async () => {
      commitId = await commit('a')
      for (const name of ['a-b', 'a.b', 'a+b/c', 'a0', 'B', 'aa/b/c', 'aa/b-c', 'x#y', 'x%y', 'x=y,z', 'x@y'])
        await repository.createBranch(name, commitId)
    },
    'tags, annotated ones and one of a blob among them': async () => {
      await commit()
      await git('tag', 'light', 'main')
      await git('-c', 'user.name=a', '-c', 'user.email=a@b', 'tag', '-a', '-m', 'x', 'annotated', 'main')
      await git('tag', 'blob', 'main:a')
    },
    'packed refs, some of them newer beside the pack, one deleted': async () => {
      commitId = await commit('a')
      const other = await commit('b')
      await repository.createBranch('c', commitId)
      await git('pack-refs', '--all')
      await git('update-ref', 'refs/heads/a', other)
      await repository.deleteBranch('c')
    },
    'refs that are hidden': async () => {
      commitId = await commit()
      await git('update-ref', 'refs/notes/commits', commitId)
      await git('update-ref', 'refs/replace/x', commitId)
      await git('update-ref', 'refs/headsoff', commitId)
    },
    'a HEAD that names no branch, and one that is a commit': async () => {
      commitId = await commit()
      await git('update-ref', '--no-deref', 'HEAD', commitId)
    },
  }

  for (const [shape, prepare] of Object.entries(ordinary))
    test(`of ${shape} is git's own, without starting git again`, async () => {
      await prepare()
      for (const protocol of [undefined, 'version=1', 'version=2'])
        assert.equal(await sameAsGit('git-receive-pack', protocol), true, String(protocol))
      assert.equal(await sameAsGit('git-upload-pack', 'version=2'), true)
    })

  test('to an old client that fetches, and to one that asks for something unknown, is left to git', async () => {
    await commit()
    for (const protocol of [undefined, 'version=1', 'version=0', 'version=2:secret=1', 'version=3'])
      assert.equal(await sameAsGit('git-upload-pack', protocol), false, String(protocol))
    for (const protocol of ['version=0', 'version=3', 'version=1:version=2'])
      assert.equal(await sameAsGit('git-receive-pack', protocol), false, protocol)
  })

  const unusual: Readonly<Record<string, () => Promise<unknown>>> = {
    'a configuration of its own': () =>
      appendFile(join(repository.path, 'config'), '[receive]\n\tadvertiseAtomic = 0\n'),
    'a shallow history': async () => writeFile(join(repository.path, 'shallow'), `${commitId}\n`),
    'borrowed objects': async () => {
      const lender = await host.create(`${id}-lender`)
      await git('push', '--quiet', lender.path, 'main:lent')
      await writeFile(join(repository.path, 'objects/info/alternates'), `${join(lender.path, 'objects')}\n`)
    },
    'a branch that stands for another': () => git('symbolic-ref', 'refs/heads/alias', 'refs/heads/main'),
    'a damaged branch': () => writeFile(join(repository.path, 'refs/heads/damaged'), 'not an id\n'),
    'a file of no branch among its branches': () =>
      writeFile(join(repository.path, 'refs/heads/no..branch'), `${commitId}\n`),
    'a name beyond ASCII': () => repository.createBranch('größe', commitId),
    'hundreds of branches': () =>
      writeFile(
        join(repository.path, 'packed-refs'),
        Array.from({ length: 300 }, (_, index) => `${commitId} refs/heads/b${1000 + index}\n`).join(''),
      ),
  }

  for (const [shape, prepare] of Object.entries(unusual))
    test(`of a repository with ${shape} is left to git`, async () => {
      commitId = await commit()
      assert.equal(await sameAsGit('git-receive-pack'), true)
      await prepare()
      assert.equal(await sameAsGit('git-receive-pack'), false)
    })

  test('shows a branch whose commit is lost if git does', async () => {
    await commit()
    await writeFile(join(repository.path, 'refs/heads/lost'), `${'1'.repeat(40)}\n`)
    await sameAsGit('git-receive-pack')
  })

  test('follows every change of refs, by whomever', async () => {
    const names = constantFrom('main', 'a', 'a-b', 'c/d', 'c.d/e')
    const change = record({ name: names, kind: constantFrom('create', 'delete', 'pack', 'other') })
    commitId = await commit('base')
    const other = await commit('other')
    await holds(
      asyncProperty(array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        for (const { name, kind } of changes) {
          if (kind === 'create') await repository.createBranch(name, commitId)
          else if (kind === 'delete') await repository.deleteBranch(name)
          else if (kind === 'pack') await git('pack-refs', '--all')
          else await git('update-ref', `refs/tags/${name}`, other)
        }
        assert.equal(await sameAsGit('git-receive-pack'), true)
      }),
      { numRuns: 12 },
    )
  })
})
