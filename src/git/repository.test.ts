import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, before, beforeEach, describe, test } from 'node:test'
import * as fc from 'fast-check'
import { unzipForTest } from './testing-unzip.ts'
import { gitVersion, openGitHost, RepositoryExists, UnsafeGitName, type GitRepository } from './git.ts'
import { createGitWorld, somebody, type GitWorld } from './testing.ts'

type Files = Readonly<Record<string, string>>

describe('a hosted repository', () => {
  let world: GitWorld
  let repository: GitRepository
  let count = 0
  before(async () => {
    world = await createGitWorld()
  })
  after(() => world[Symbol.asyncDispose]())
  beforeEach(async () => {
    repository = await world.host.create(`repo-${(count += 1)}`)
  })

  const files = (put: Files): { path: string; mode: '100644'; content: Buffer }[] =>
    Object.entries(put).map(([path, content]) => ({ path, mode: '100644', content: Buffer.from(content) }))

  async function write(put: Files, remove: readonly string[] = [], branch = 'main'): Promise<string> {
    const parent = await repository.resolve(`refs/heads/${branch}`)
    const identity = { author: somebody, committer: somebody, message: 'A change' }
    const done = await repository.writeCommit({
      branch,
      ...identity,
      put: files(put),
      remove,
      ...(parent && { parent }),
    })
    assert.ok('commitId' in done, JSON.stringify(done))
    return done.commitId
  }

  const plumbing = (...args: string[]): Promise<string> => world.client(repository.path, ...args)

  test('a written commit is what git itself would have made', async () => {
    const first = await write({ 'a.txt': 'A', 'dir/b.txt': 'B', 'dir.txt': 'C', 'dir/deep/ü.txt': 'Ü' })
    const second = await write({ 'dir/b.txt': 'B2' }, ['a.txt'])
    assert.equal(await plumbing('fsck', '--strict', '--full'), '')
    assert.equal(await plumbing('rev-list', 'main'), `${second}\n${first}`)
    const names = await plumbing('-c', 'core.quotePath=false', 'ls-tree', '-r', '--name-only', 'main')
    assert.deepEqual(names.split('\n'), ['dir.txt', 'dir/b.txt', 'dir/deep/ü.txt'])
    assert.equal(
      await plumbing('log', '-1', '--format=%an|%ae|%at|%ai|%B'),
      'Ada|ada@example.com|1700000000|2023-11-14 23:13:20 +0100|A change',
    )
    assert.equal(await plumbing('show', 'main:dir/b.txt'), 'B2')
  })

  test('commits, folders, entries and blobs are read', async () => {
    const id = await write({ 'a.txt': 'A', 'dir/b.txt': 'BB' })
    const commit = await repository.commit(id)
    assert.deepEqual({ ...commit, treeId: '' }, {
      id,
      treeId: '',
      parents: [],
      author: somebody,
      committer: somebody,
      message: 'A change\n',
    }) // prettier-ignore
    const [a, dir] = (await repository.folder(id, '')) ?? []
    assert.deepEqual(
      [a?.path, a?.mode, a?.size, dir?.path, dir?.mode, dir?.size],
      ['a.txt', '100644', 1, 'dir', '040000', undefined],
    )
    assert.equal((await repository.folder(id, 'dir'))?.[0]?.path, 'dir/b.txt')
    assert.equal(await repository.folder(id, 'a.txt'), undefined)
    assert.equal(await repository.folder(id, 'missing'), undefined)
    const entry = await repository.entry(id, 'dir/b.txt')
    assert.equal(entry?.size, 2)
    assert.equal(await repository.blobSize(entry?.id ?? ''), 2)
    assert.equal((await buffer((await repository.blob(entry?.id ?? ''))!)).toString(), 'BB')
    assert.equal(await repository.entry(id, 'dir/b.txt/c'), undefined)
    assert.equal(await repository.blob(id), undefined, 'a commit is no blob')
    assert.equal(await repository.commit(entry?.id ?? ''), undefined, 'a blob is no commit')
  })

  test('an empty blob and one too large for the shared helper are streamed', async () => {
    const content = randomBytes(5_000_000)
    const done = await repository.writeCommit({
      branch: 'main',
      author: somebody,
      committer: somebody,
      message: 'm',
      put: [
        { path: 'large', mode: '100644', content },
        { path: 'empty', mode: '100644', content: Buffer.alloc(0) },
      ],
      remove: [],
    })
    assert.ok('commitId' in done)
    const read = async (path: string): Promise<Buffer> =>
      buffer((await repository.blob((await repository.entry(done.commitId, path))?.id ?? ''))!)
    assert.ok((await read('large')).equals(content))
    assert.equal((await read('empty')).length, 0)
  })

  test('a branch that has moved meanwhile is a conflict, and equal content is nothing to write', async () => {
    const first = await write({ a: '1' })
    const change = { branch: 'main', author: somebody, committer: somebody, message: 'm', remove: [] }
    await write({ a: '2' })
    assert.deepEqual(await repository.writeCommit({ ...change, parent: first, put: files({ a: '3' }) }), {
      conflict: 'ref-moved',
    })
    assert.deepEqual(await repository.writeCommit({ ...change, put: files({ a: '3' }) }), { conflict: 'ref-moved' })
    const tip = await repository.resolve('main')
    assert.deepEqual(await repository.writeCommit({ ...change, parent: tip!, put: files({ a: '2' }) }), {
      nothing: true,
    })
    assert.deepEqual(await repository.writeCommit({ ...change, branch: 'new', put: [] }), { nothing: true })
  })

  test('of many writers to one branch exactly one wins each round', async () => {
    const parent = await write({ a: '0' })
    const attempts = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        repository.writeCommit({
          branch: 'main',
          parent,
          author: somebody,
          committer: somebody,
          message: `${index}`,
          put: files({ a: `writer ${index}` }),
          remove: [],
        }),
      ),
    )
    assert.equal(attempts.filter((done) => 'commitId' in done).length, 1)
    assert.equal(await plumbing('rev-list', '--count', 'main'), '2')
  })

  test('folders that lose their last file vanish, or keep a .gitkeep when asked', async () => {
    const parent = await write({ 'x/y/file': '1', other: '2' })
    const change = { parent, author: somebody, committer: somebody, message: 'm', put: [], remove: ['x/y/file'] }
    await repository.createBranch('kept', parent)
    await repository.writeCommit({ ...change, branch: 'main' })
    await repository.writeCommit({ ...change, branch: 'kept', keepEmptyFolders: true })
    assert.equal(await plumbing('ls-tree', '-r', '--name-only', 'main'), 'other')
    assert.equal(await plumbing('ls-tree', '-r', '--name-only', 'kept'), 'other\nx/y/.gitkeep')
  })

  test('differences are those of git diff-tree', async () => {
    const path = fc.constantFrom('a', 'b', 'd/a', 'd/b', 'd/e/a', 'd/e/b', 'f/a')
    const tree = fc.dictionary(path, fc.constantFrom('1', '2', '3'), { minKeys: 1, maxKeys: 7 })
    let round = 0
    await fc.assert(
      fc.asyncProperty(tree, tree, async (old, young) => {
        const branch = `round-${(round += 1)}`
        const one = await write(old, [], branch)
        const removed = Object.keys(old).filter((name) => !(name in young))
        if (removed.length === 0 && Object.entries(young).every(([name, content]) => old[name] === content)) return
        const two = await write(young, removed, branch)
        const expected = (await plumbing('diff-tree', '-r', '--no-renames', '--no-abbrev', one, two)).split('\n')
        const found = (await repository.differences(one, two)).map(({ change, before, after }) => {
          const none = { mode: '000000', id: '0'.repeat(40), path: '' }
          return `:${(before ?? none).mode} ${(after ?? none).mode} ${(before ?? none).id} ${(after ?? none).id} ${change}\t${(after ?? before)?.path}`
        })
        assert.deepEqual(found, expected)
      }),
      { numRuns: 25 },
    )
  })

  test('differences of one path, of everything, and of a renamed folder', async () => {
    const one = await write({ 'src/a': '1', 'src/b': '2', docs: 'x' })
    const two = await write({ 'lib/a': '1', 'lib/b': 'changed', docs: 'y' }, ['src/a', 'src/b'])
    const names = async (...args: Parameters<GitRepository['differences']>): Promise<string[]> =>
      (await repository.differences(...args)).map(({ change, before, after }) => `${change} ${(after ?? before)?.path}`)
    assert.deepEqual(await names(undefined, one), ['A docs', 'A src/a', 'A src/b'])
    assert.deepEqual(await names(one, two), ['M docs', 'A lib/a', 'A lib/b', 'D src/a', 'D src/b'])
    assert.deepEqual(await names(one, two, { after: 'docs' }), ['M docs'])
    assert.deepEqual(await names(one, two, { before: 'src', after: 'lib' }), ['M lib/b'])
    assert.deepEqual(await names(one, one), [])
  })

  test('the ZIP of a commit has its files, modes and links, and nothing left out by .gitattributes', async () => {
    const done = await repository.writeCommit({
      branch: 'main',
      author: somebody,
      committer: somebody,
      message: 'm',
      put: [
        { path: 'run.sh', mode: '100755', content: Buffer.from('#!/bin/sh\n') },
        { path: 'dir/plain', mode: '100644', content: Buffer.from('$Format:%H$') },
        { path: 'link', mode: '120000', content: Buffer.from('dir/plain') },
        {
          path: '.gitattributes',
          mode: '100644',
          content: Buffer.from('dir/plain export-subst\nhidden export-ignore\n'),
        },
        { path: 'hidden', mode: '100644', content: Buffer.from('x') },
      ],
      remove: [],
    })
    assert.ok('commitId' in done)
    const entries = await unzipForTest(await buffer(repository.archiveZip(done.commitId)))
    assert.deepEqual(entries, {
      '.gitattributes': [0, 'dir/plain export-subst\nhidden export-ignore\n'],
      'dir/': [0, ''],
      'dir/plain': [0, '$Format:%H$'],
      hidden: [0, 'x'],
      link: [0o120777, 'dir/plain'],
      'run.sh': [0o100755, '#!/bin/sh\n'],
    })
    await assert.rejects(buffer(repository.archiveZip('0'.repeat(40))), { name: 'GitFailed' })
    await assert.rejects(
      buffer(repository.archiveZip(done.commitId, AbortSignal.abort(new Error('stopped')))),
      /stopped/,
    )
  })

  test('branches are made, listed, found after packing, chosen as default and deleted', async () => {
    const id = await write({ a: '1' })
    assert.deepEqual(await repository.createBranch('feature/x', id), { ref: 'refs/heads/feature/x', after: id })
    assert.deepEqual(await repository.createBranch('feature/x', id), { exists: true })
    assert.deepEqual(await repository.createBranch('feature', id), { exists: true }, 'a file in the place of a folder')
    assert.deepEqual(await repository.createBranch('y', '0'.repeat(40)), { noCommit: true })
    assert.deepEqual(await repository.createBranch('y', '--all'), { noCommit: true })
    await plumbing('pack-refs', '--all')
    assert.equal(await repository.resolve('feature/x'), id)
    const second = await write({ a: '2' })
    assert.equal(await repository.resolve('main'), second)
    assert.deepEqual(await repository.branches(), [
      { name: 'feature/x', commitId: id },
      { name: 'main', commitId: second },
    ])
    assert.equal(await repository.defaultBranch(), 'main')
    await repository.setDefaultBranch('feature/x')
    assert.equal(await plumbing('symbolic-ref', 'HEAD'), 'refs/heads/feature/x')
    assert.deepEqual(await repository.deleteBranch('feature/x'), { ref: 'refs/heads/feature/x', before: id })
    assert.equal(await repository.deleteBranch('feature/x'), undefined)
    assert.equal(await repository.resolve('feature/x'), undefined)
    assert.equal(await repository.defaultBranch(), undefined)
  })

  test('hostile names find nothing, write nothing and start nothing', async () => {
    const id = await write({ a: '1' })
    const marker = join(world.folder, 'marker')
    const hostile = [
      [
        '',
        '-',
        '--all',
        '--upload-pack=touch marker',
        `--output=${marker}`,
        '-c core.pager=x',
        'ext::sh -c id',
        'main --',
      ],
      [
        '..',
        '../../etc/passwd',
        'main..main',
        'main:a',
        'main^{commit}',
        'main~1',
        '@',
        '@{-1}',
        'HEAD@{1}',
        ':/A',
        '^main',
      ],
      [
        `$(touch ${marker})`,
        `\`touch ${marker}\``,
        'main\n',
        `main\n${id}`,
        'main\0',
        'a b',
        '\u202Emain',
        'ma\u200Bin',
      ],
      ['refs/heads/../../config', 'HEAD', '.', '/etc/passwd', 'main/', 'main.lock', '\uD800'],
    ].flat()
    for (const name of hostile) {
      assert.equal(await repository.resolve(name), undefined, JSON.stringify(name))
      assert.equal(await repository.commit(name), undefined)
      assert.equal(await repository.blob(name), undefined)
      assert.equal(await repository.folder(name, ''), undefined)
      assert.equal(await repository.deleteBranch(name), undefined)
      await assert.rejects(repository.createBranch(name, id), UnsafeGitName, name)
      await assert.rejects(repository.setDefaultBranch(name), UnsafeGitName, name)
      await assert.rejects(buffer(repository.archiveZip(name)))
    }
    for (const path of [
      '../x',
      '/x',
      'a/../../x',
      '.git/config',
      'A/.GIT/x',
      'git~1/x',
      '.git./x',
      '.g\u200Cit/x',
      'a\\b',
      'a\0b',
      '',
      'a//b',
      './a',
    ]) {
      await assert.rejects(write({ [path]: 'x' }), UnsafeGitName, path)
      if (path !== '') assert.equal(await repository.entry(id, path), undefined)
    }
    for (const name of ['config', 'refs', 'refs/heads', 'objects', 'HEAD/main'])
      assert.equal(await repository.resolve(name), undefined, 'a file of the repository is no ref')
    await assert.rejects(stat(marker), { code: 'ENOENT' })
    assert.equal(await plumbing('fsck', '--strict'), '')
  })

  test('a crowd of questions is answered, each with its own answer', async () => {
    const id = await write(
      Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f${index}`, `content ${index}`])),
    )
    const texts = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const entry = await repository.entry(id, `f${index}`)
        return (await buffer((await repository.blob(entry?.id ?? ''))!)).toString()
      }),
    )
    assert.deepEqual(
      texts,
      Array.from({ length: 50 }, (_, index) => `content ${index}`),
    )
  })
})

describe('the git host', () => {
  test('ids are checked, a second repository of one id is refused, a deleted one is gone', async () => {
    await using world = await createGitWorld()
    for (const id of ['', '.', '..', '../x', 'a/b', '-x', '.x', 'a b', 'a\n', 'x'.repeat(201)]) {
      await assert.rejects(world.host.create(id), UnsafeGitName)
      assert.equal(await world.host.open(id), undefined)
      await world.host.delete(id)
    }
    await world.host.create('one')
    await assert.rejects(world.host.create('one'), RepositoryExists)
    assert.ok(await world.host.open('one'))
    await world.host.delete('one')
    await world.host.delete('one')
    assert.equal(await world.host.open('one'), undefined)
    assert.deepEqual(
      (await readdir(join(world.folder, 'host'))).filter((name) => name !== '.home'),
      [],
    )
  })

  test('a program that is not git is said to be missing', async () => {
    assert.match(await gitVersion(), /^\d+\.\d+/)
    await using world = await createGitWorld()
    const missing = join(world.folder, 'no-git')
    await assert.rejects(gitVersion(missing), /is git installed/)
    await assert.rejects(openGitHost({ folder: world.folder, git: missing }), /is git installed/)
  })

  test("git does not see this machine's own configuration", async () => {
    await using world = await createGitWorld()
    const home = join(world.folder, 'host', '.home')
    await mkdir(join(world.folder, 'elsewhere'))
    await writeFile(join(world.folder, 'elsewhere', '.gitconfig'), 'not valid [ configuration')
    const before = process.env.HOME
    process.env.HOME = join(world.folder, 'elsewhere')
    try {
      const repository = await world.host.create('one')
      assert.equal(await repository.resolve('0'.repeat(40)), undefined)
      assert.deepEqual(await readdir(home), [])
    } finally {
      if (before === undefined) delete process.env.HOME
      else process.env.HOME = before
    }
  })
})
