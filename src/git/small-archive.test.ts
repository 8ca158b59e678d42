import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, before, beforeEach, describe, test } from 'node:test'
import { promisify } from 'node:util'
import {
  array,
  assert as holds,
  asyncProperty,
  constantFrom,
  record,
  string,
  uint8Array,
  uniqueArray,
} from 'fast-check'
import { fromBufferPromise } from 'yauzl'
import { openGitHost, type GitHost, type GitRepository } from './git.ts'
import { somebody } from './testing.ts'

const run = promisify(execFile)

type File = Parameters<GitRepository['writeCommit']>[0]['put'][number]

describe('the archive of a small tree', () => {
  let folder: string
  let host: GitHost
  let repository: GitRepository
  let count = 0

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pipewright-archive-'))
    const program = join(folder, 'git')
    await writeFile(program, `#!/bin/sh\necho "$1" >> '${folder}/starts'\nexec git "$@"\n`, { mode: 0o755 })
    host = await openGitHost({ folder: join(folder, 'host'), git: program })
  })
  after(async () => {
    await host[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    repository = await host.create(`repo-${(count += 1)}`)
  })

  const file = (path: string, content: string | Uint8Array, mode: File['mode'] = '100644'): File => ({
    path,
    mode,
    content: Buffer.from(content),
  })

  async function commit(put: readonly File[], branch = `b${(count += 1)}`, at = 1_700_000_001): Promise<string> {
    const committer = { ...somebody, at }
    const done = await repository.writeCommit({ branch, author: somebody, committer, message: 'm', put, remove: [] })
    assert.ok('commitId' in done)
    return done.commitId
  }

  const archives = async (): Promise<number> =>
    (await readFile(join(folder, 'starts'), 'utf8')).split('\n').filter((line) => line === 'archive').length

  /** Compares everything but the compressed bytes. @returns whether it was made without starting git */
  async function sameAsGit(commitId: string): Promise<boolean> {
    const from = await archives()
    const ours = await buffer(repository.archiveZip(commitId))
    const alone = (await archives()) === from
    const { stdout } = await run('git', ['archive', '--format=zip', '-1', commitId], {
      cwd: repository.path,
      encoding: 'buffer',
      maxBuffer: 1 << 26,
    })
    assert.deepEqual(await describeZip(ours), await describeZip(stdout))
    return alone
  }

  test('has the names, modes, times and contents that git gives it', async () => {
    const id = await commit([
      file('run.sh', '#!/bin/sh\n', '100755'),
      file('a/b/c.txt', 'text '.repeat(1000)),
      file('a/b.txt', 'x'),
      file('a-file', ''),
      file('größe/日本語 😀', 'ü'),
      file('link', 'a/b.txt', '120000'),
      file(
        'noise',
        Uint8Array.from({ length: 3000 }, (_, index) => (index * 7919) % 251),
      ),
    ])
    assert.equal(await sameAsGit(id), true)
  })

  test('of submodules has empty folders', async () => {
    const id = await commit([file('a', '1')])
    const { stdout: tree } = await run('git', ['rev-parse', `${id}^{tree}`], { cwd: repository.path })
    const raw = `100644 blob ${(await repository.entry(id, 'a'))?.id}\ta\n160000 commit ${id}\tsub\n040000 tree ${tree.trim()}\tt\n`
    assert.equal(await sameAsGit(await commitTree(raw)), true)
  })

  test('is left to git where it applies attributes, where a folder is empty or a name no text', async () => {
    const id = await commit([file('a/.gitattributes', '*.txt text eol=crlf\n'), file('a/b.txt', 'one\ntwo\n')])
    assert.equal(await sameAsGit(id), false)
    const blob = (await repository.entry(id, 'a/b.txt'))?.id
    assert.equal(await sameAsGit(await commitTree('')), false)
    assert.equal(await sameAsGit(await commitTree(`040000 tree ${EMPTY_TREE}\tempty\n100644 blob ${blob}\tx\n`)), false)
    await sameFate(await commitTree(Buffer.from(`100644 blob ${blob}\tn\xe4me\n`, 'latin1')))
  })

  test('is left to git when it is large or has many files', async () => {
    assert.equal(await sameAsGit(await commit([file('large', Buffer.alloc(300_000, 'x'))])), false)
    const many = Array.from({ length: 201 }, (_, index) => file(`f/${index}`, `${index}`))
    assert.equal(await sameAsGit(await commit(many)), false)
    assert.equal(await sameAsGit(await commit(many.slice(0, 150))), true)
  })

  test('is that of git for any small tree', async () => {
    const name = constantFrom('a', 'b', 'a.b', 'a-b', 'B', 'é', '日', 'x y')
    const path = array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'))
    const mode = constantFrom('100644', '100755', '120000')
    const content = constantFrom(string({ minLength: 1 }), uint8Array({ minLength: 1, maxLength: 400 })).chain(
      (kind) => kind as ReturnType<typeof string>,
    )
    const files = uniqueArray(record({ path, mode, content }), {
      minLength: 1,
      maxLength: 8,
      selector: (one) => one.path,
    })
    await holds(
      asyncProperty(files, async (generated) => {
        // a file and a folder cannot share a name
        const paths = new Set(generated.flatMap((one) => parentsOf(one.path)))
        const fitting = generated.filter((one) => !paths.has(one.path))
        const id = await commit(fitting.map((one) => file(one.path, one.content, one.mode)))
        assert.equal(await sameAsGit(id), true)
      }),
      { numRuns: 15 },
    )
  })

  const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

  async function commitTree(lines: string | Buffer): Promise<string> {
    const cwd = repository.path
    const tree = run('git', ['mktree', '--missing'], { cwd })
    tree.child.stdin?.end(lines)
    const id = (await tree).stdout.trim()
    const env = {
      ...process.env,
      GIT_AUTHOR_NAME: 'a',
      GIT_AUTHOR_EMAIL: 'a@b',
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a@b',
    }
    return (await run('git', ['commit-tree', id, '-m', 'm'], { cwd, env })).stdout.trim()
  }

  async function sameFate(commitId: string): Promise<void> {
    const from = await archives()
    await buffer(repository.archiveZip(commitId))
    assert.equal(await archives(), from + 1)
  }
})

const parentsOf = (path: string): string[] => {
  const parent = dirname(path)
  return parent === '.' ? [] : [parent, ...parentsOf(parent)]
}

async function describeZip(bytes: Buffer): Promise<unknown> {
  const zip = await fromBufferPromise(bytes)
  const entries: unknown[] = []
  for await (const entry of zip.eachEntry()) {
    const content = entry.fileName.endsWith('/')
      ? Buffer.alloc(0)
      : await buffer(await zip.openReadStreamPromise(entry))
    const { fileName, versionMadeBy, versionNeededToExtract, generalPurposeBitFlag, lastModFileTime, lastModFileDate } =
      entry
    const { externalFileAttributes, internalFileAttributes, crc32, uncompressedSize, extraFields } = entry
    const made = { versionMadeBy, versionNeededToExtract, generalPurposeBitFlag, lastModFileTime, lastModFileDate }
    const says = { externalFileAttributes, internalFileAttributes, crc32, uncompressedSize, extraFields }
    entries.push({ fileName, ...made, ...says, content })
  }
  return { comment: zip.comment, entries }
}
