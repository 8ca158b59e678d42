/** CodeCommit by the unmodified SDK: repositories, branches, commits without a clone, files, and every refusal. */
import * as CodeCommit from '@aws-sdk/client-codecommit'
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startTestServer, type TestServer } from '../support/server.ts'
import { fails } from './support.ts'

let server: TestServer
let codecommit: CodeCommit.CodeCommitClient
let others: CodeCommit.CodeCommitClient
before(async () => {
  server = await startTestServer({ args: ['--key', 'AKIAOTHER:secret:111122223333'] })
  codecommit = new CodeCommit.CodeCommitClient(server.client)
  const credentials = { accessKeyId: 'AKIAOTHER', secretAccessKey: 'secret' }
  others = new CodeCommit.CodeCommitClient({ ...server.client, credentials })
})
after(async () => await server[Symbol.asyncDispose]())

const create = async (repositoryName: string) => {
  await codecommit.send(new CodeCommit.CreateRepositoryCommand({ repositoryName }))
  return repositoryName
}
const get = async (repositoryName: string) =>
  (await codecommit.send(new CodeCommit.GetRepositoryCommand({ repositoryName }))).repositoryMetadata
const tip = async (repositoryName: string, branchName = 'main') =>
  (await codecommit.send(new CodeCommit.GetBranchCommand({ repositoryName, branchName }))).branch?.commitId

/** A commit on `main`, on top of what is there. */
async function commit(
  repositoryName: string,
  files: Readonly<Record<string, string>>,
  more: Partial<CodeCommit.CreateCommitCommandInput> = {},
) {
  const parentCommitId = await tip(repositoryName).catch(() => undefined)
  return codecommit.send(
    new CodeCommit.CreateCommitCommand({
      repositoryName,
      branchName: 'main',
      ...(parentCommitId !== undefined && { parentCommitId }),
      putFiles: Object.entries(files).map(([filePath, text]) => ({ filePath, fileContent: Buffer.from(text) })),
      ...more,
    }),
  )
}
const readFile = (repositoryName: string, filePath: string, commitSpecifier?: string) =>
  codecommit.send(
    new CodeCommit.GetFileCommand({
      repositoryName,
      filePath,
      ...(commitSpecifier !== undefined && { commitSpecifier }),
    }),
  )
const textOf = ({ fileContent }: { fileContent: Uint8Array | undefined }) => Buffer.from(fileContent ?? []).toString()

describe('repositories', { concurrency: true }, () => {
  test('given a repository, then its metadata say where it is and how to clone it', async () => {
    const made = await codecommit.send(
      new CodeCommit.CreateRepositoryCommand({
        repositoryName: 'Demo_1.x',
        repositoryDescription: 'Straße',
        tags: { team: 'a' },
      }),
    )
    const metadata = made.repositoryMetadata
    assert.match(metadata?.repositoryId ?? '', /^[0-9a-f-]{36}$/)
    assert.equal(metadata?.Arn, 'arn:aws:codecommit:us-east-1:000000000000:Demo_1.x')
    assert.equal(metadata.cloneUrlHttp, `${server.url}/v1/repos/Demo_1.x`)
    assert.equal(metadata.repositoryDescription, 'Straße')
    assert.equal(metadata.defaultBranch, undefined)
    assert.ok(metadata.creationDate instanceof Date)
    assert.deepEqual(await get('Demo_1.x'), metadata)
  })

  for (const name of ['', 'a b', 'a/b', '../x', 'x.git', 'ä', '.', '..', 'x'.repeat(101), 'a\0b', '$(id)', '-']) {
    test(`given the name ${JSON.stringify(name.slice(0, 20))}, then it is taken only when it is safe`, async () => {
      const making = codecommit.send(new CodeCommit.CreateRepositoryCommand({ repositoryName: name }))
      if (name === '-') await making
      else
        await assert.rejects(
          making,
          fails(name === '' ? 'RepositoryNameRequiredException' : 'InvalidRepositoryNameException', 400),
        )
    })
  }

  test('given a name that is taken, then it is refused; of many at once one wins', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 5 }, () => create('contested')))
    assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const one of tries) if (one.status === 'rejected') fails('RepositoryNameExistsException', 400)(one.reason)
  })

  test('given a repository that is not there, then every operation says so, and deleting succeeds', async () => {
    const repositoryName = 'nowhere'
    const missing = fails('RepositoryDoesNotExistException', 400)
    await assert.rejects(get(repositoryName), missing)
    await assert.rejects(codecommit.send(new CodeCommit.ListBranchesCommand({ repositoryName })), missing)
    await assert.rejects(commit(repositoryName, { a: 'a' }), missing)
    const { repositoryId } = await codecommit.send(new CodeCommit.DeleteRepositoryCommand({ repositoryName }))
    assert.equal(repositoryId, undefined)
    const batch = await codecommit.send(
      new CodeCommit.BatchGetRepositoriesCommand({ repositoryNames: [repositoryName] }),
    )
    assert.deepEqual(batch.repositoriesNotFound, [repositoryName])
  })

  test('given a description, a name and a default branch, then they can be changed', async () => {
    const repositoryName = await create('to-change')
    const { commitId } = await commit(repositoryName, { a: 'a' })
    await codecommit.send(new CodeCommit.CreateBranchCommand({ repositoryName, branchName: 'other', commitId }))
    await codecommit.send(
      new CodeCommit.UpdateRepositoryDescriptionCommand({ repositoryName, repositoryDescription: 'new' }),
    )
    await codecommit.send(new CodeCommit.UpdateDefaultBranchCommand({ repositoryName, defaultBranchName: 'other' }))
    await codecommit.send(new CodeCommit.UpdateRepositoryNameCommand({ oldName: repositoryName, newName: 'changed' }))
    const metadata = await get('changed')
    assert.deepEqual([metadata?.repositoryDescription, metadata?.defaultBranch], ['new', 'other'])
    assert.match(metadata?.cloneUrlHttp ?? '', /\/v1\/repos\/changed$/)
    assert.equal(textOf(await readFile('changed', 'a')), 'a')
    await assert.rejects(get(repositoryName), fails('RepositoryDoesNotExistException'))
    const toTaken = new CodeCommit.UpdateRepositoryNameCommand({ oldName: 'changed', newName: await create('taken') })
    await assert.rejects(codecommit.send(toTaken), fails('RepositoryNameExistsException'))
    const noBranch = new CodeCommit.UpdateDefaultBranchCommand({ repositoryName: 'changed', defaultBranchName: 'none' })
    await assert.rejects(codecommit.send(noBranch), fails('BranchDoesNotExistException'))
  })

  test('given a deleted repository, then its name may be used again and is empty', async () => {
    const repositoryName = await create('again')
    await commit(repositoryName, { a: 'a' })
    await codecommit.send(new CodeCommit.DeleteRepositoryCommand({ repositoryName }))
    await create(repositoryName)
    assert.deepEqual((await codecommit.send(new CodeCommit.ListBranchesCommand({ repositoryName }))).branches, [])
  })

  test('given tags, then they are added, listed and removed', async () => {
    const repositoryName = await create('tagged')
    const resourceArn = `arn:aws:codecommit:us-east-1:000000000000:${repositoryName}`
    const tags = async () => (await codecommit.send(new CodeCommit.ListTagsForResourceCommand({ resourceArn }))).tags
    await codecommit.send(new CodeCommit.TagResourceCommand({ resourceArn, tags: { a: '1', b: '2' } }))
    await codecommit.send(new CodeCommit.UntagResourceCommand({ resourceArn, tagKeys: ['a', 'none'] }))
    assert.deepEqual(await tags(), { b: '2' })
  })

  test('given another account or region, then it neither sees nor lists the repository, and may use its name', async () => {
    const repositoryName = await create('mine-only')
    const missing = fails('RepositoryDoesNotExistException', 400)
    await assert.rejects(others.send(new CodeCommit.GetRepositoryCommand({ repositoryName })), missing)
    const abroad = new CodeCommit.CodeCommitClient({ ...server.client, region: 'eu-west-1' })
    await assert.rejects(abroad.send(new CodeCommit.GetRepositoryCommand({ repositoryName })), missing)
    const arn = `arn:aws:codecommit:us-east-1:000000000000:${repositoryName}`
    const tags = new CodeCommit.ListTagsForResourceCommand({ resourceArn: arn })
    await assert.rejects(others.send(tags), fails('AccessDeniedException', 400))
    await others.send(new CodeCommit.CreateRepositoryCommand({ repositoryName }))
    const { repositories = [] } = await others.send(new CodeCommit.ListRepositoriesCommand({}))
    assert.deepEqual(
      repositories.map((one) => one.repositoryName),
      [repositoryName],
    )
    await others.send(new CodeCommit.DeleteRepositoryCommand({ repositoryName }))
    assert.ok(await get(repositoryName))
  })
})

describe('commits', { concurrency: true }, () => {
  test('given CreateCommit, then branch, commit, file and default branch tell of it', async () => {
    const repositoryName = await create('commits')
    const made = await commit(
      repositoryName,
      { 'src/a.txt': 'a', 'b.txt': 'b' },
      { authorName: 'Ada', email: 'ada@example.com', commitMessage: 'Grüße\n\nbody' },
    )
    assert.deepEqual(made.filesAdded?.map(({ absolutePath }) => absolutePath).sort(), ['b.txt', 'src/a.txt'])
    assert.equal(await tip(repositoryName), made.commitId)
    assert.equal((await get(repositoryName))?.defaultBranch, 'main')
    const { commit: read } = await codecommit.send(
      new CodeCommit.GetCommitCommand({ repositoryName, commitId: made.commitId }),
    )
    assert.deepEqual([read?.message?.trimEnd(), read?.parents, read?.treeId], ['Grüße\n\nbody', [], made.treeId])
    assert.deepEqual([read?.author?.name, read?.author?.email], ['Ada', 'ada@example.com'])
    assert.match(read?.author?.date ?? '', /^\d{10} \+0000$/)
    const file = await readFile(repositoryName, '/src/a.txt')
    assert.deepEqual([textOf(file), file.fileMode, file.fileSize, file.commitId], ['a', 'NORMAL', 1, made.commitId])
    const { content } = await codecommit.send(new CodeCommit.GetBlobCommand({ repositoryName, blobId: file.blobId }))
    assert.equal(Buffer.from(content ?? []).toString(), 'a')
  })

  test('given a stale parent, none or a wrong branch, then the commit is refused', async () => {
    const repositoryName = await create('stale')
    const { commitId: parentCommitId } = await commit(repositoryName, { a: '1' })
    await commit(repositoryName, { a: '2' })
    const stale = fails('ParentCommitIdOutdatedException', 400)
    await assert.rejects(commit(repositoryName, { a: '3' }, { parentCommitId }), stale)
    await assert.rejects(
      commit(repositoryName, { a: '3' }, { parentCommitId: 'f'.repeat(40) }),
      fails('ParentCommitDoesNotExistException'),
    )
    await assert.rejects(
      commit(repositoryName, { a: '3' }, { parentCommitId: 'main' }),
      fails('InvalidParentCommitIdException'),
    )
    await assert.rejects(
      commit(repositoryName, { a: '3' }, { branchName: 'none' }),
      fails('BranchDoesNotExistException'),
    )
    const fileContent = Buffer.from('3')
    const without = { repositoryName, branchName: 'main', putFiles: [{ filePath: 'a', fileContent }] }
    await assert.rejects(
      codecommit.send(new CodeCommit.CreateCommitCommand(without)),
      fails('ParentCommitIdRequiredException'),
    )
    assert.equal(textOf(await readFile(repositoryName, 'a')), '2')
  })

  test('given many commits on the same parent at once, then one wins and nothing is lost', async () => {
    const repositoryName = await create('race')
    const { commitId: parentCommitId } = await commit(repositoryName, { a: '0' })
    const tries = await Promise.allSettled(
      Array.from({ length: 6 }, (_, index) => commit(repositoryName, { [`f${index}`]: 'x' }, { parentCommitId })),
    )
    assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const one of tries) if (one.status === 'rejected') fails('ParentCommitIdOutdatedException')(one.reason)
  })

  test('given the same content, then nothing is committed', async () => {
    const repositoryName = await create('same')
    const { commitId: parentCommitId } = await commit(repositoryName, { a: 'a', b: 'b' })
    const input = { repositoryName, branchName: 'main', parentCommitId, filePath: 'a', fileContent: Buffer.from('a') }
    await assert.rejects(codecommit.send(new CodeCommit.PutFileCommand(input)), fails('SameFileContentException', 400))
    await assert.rejects(commit(repositoryName, { a: 'a', b: 'b' }), fails('NoChangeException', 400))
    await assert.rejects(commit(repositoryName, {}), fails('FileEntryRequiredException', 400))
  })

  test('given deletions, modes and links, then the tree has them', async () => {
    const repositoryName = await create('modes')
    await commit(repositoryName, { 'run.sh': 'x', 'old/a': 'a', keep: 'k' })
    const { filesDeleted, filesAdded, filesUpdated } = await commit(
      repositoryName,
      {},
      {
        putFiles: [{ filePath: 'link', fileMode: 'SYMLINK', fileContent: Buffer.from('keep') }],
        setFileModes: [{ filePath: 'run.sh', fileMode: 'EXECUTABLE' }],
        deleteFiles: [{ filePath: 'old/a' }],
      },
    )
    assert.deepEqual(
      [filesDeleted, filesAdded, filesUpdated].map((files) => files?.map(({ absolutePath }) => absolutePath)),
      [['old/a'], ['link'], ['run.sh']],
    )
    const root = await codecommit.send(new CodeCommit.GetFolderCommand({ repositoryName, folderPath: '/' }))
    assert.deepEqual(
      root.files?.map(({ relativePath, fileMode }) => [relativePath, fileMode]),
      [
        ['keep', 'NORMAL'],
        ['run.sh', 'EXECUTABLE'],
      ],
    )
    assert.deepEqual(
      root.symbolicLinks?.map(({ relativePath }) => relativePath),
      ['link'],
    )
    assert.deepEqual(root.subFolders, [])
    await assert.rejects(readFile(repositoryName, 'old/a'), fails('FileDoesNotExistException'))
  })

  test('given PutFile and DeleteFile, then they are commits of one file', async () => {
    const repositoryName = await create('one-file')
    const fileContent = Buffer.from('first')
    const put = await codecommit.send(
      new CodeCommit.PutFileCommand({ repositoryName, branchName: 'main', filePath: 'a/b', fileContent, name: 'Ada' }),
    )
    assert.equal((await readFile(repositoryName, 'a/b')).blobId, put.blobId)
    const target = { repositoryName, branchName: 'main', filePath: 'a/b' }
    const remove = (parentCommitId: string | undefined, filePath = 'a/b') =>
      codecommit.send(new CodeCommit.DeleteFileCommand({ ...target, filePath, parentCommitId }))
    await assert.rejects(remove(put.commitId, 'a'), fails('FileDoesNotExistException'))
    const gone = await remove(put.commitId)
    assert.deepEqual([gone.blobId, gone.filePath], [put.blobId, 'a/b'])
    await assert.rejects(remove(gone.commitId), fails('FileDoesNotExistException'))
    const none = new CodeCommit.PutFileCommand({ ...target, parentCommitId: gone.commitId, fileContent: undefined })
    await assert.rejects(codecommit.send(none), fails('FileContentRequiredException'))
  })

  for (const path of ['../up', 'a/../b', '.git/config', 'a/.GIT/hooks/x', 'a//b', './a', 'a\0b', '']) {
    test(`given the path ${JSON.stringify(path)}, then nothing is committed`, async () => {
      const repositoryName = await create(`path-${Buffer.from(path).toString('hex')}`)
      await assert.rejects(
        commit(repositoryName, { [path]: 'x' }),
        fails(path === '' ? 'PathRequiredException' : 'InvalidPathException', 400),
      )
    })
  }

  test('given a file where a folder is wanted, or the other way round, then the commit is refused', async () => {
    const repositoryName = await create('conflict')
    await commit(repositoryName, { file: 'x', 'folder/a': 'a' })
    const below = fails('DirectoryNameConflictsWithFileNameException', 400)
    await assert.rejects(commit(repositoryName, { 'file/a': 'x' }), below)
    await assert.rejects(commit(repositoryName, { new: 'x', 'new/a': 'x' }), below)
    await assert.rejects(
      commit(repositoryName, { folder: 'x' }),
      fails('FileNameConflictsWithDirectoryNameException', 400),
    )
    const twice = { deleteFiles: [{ filePath: 'file' }] }
    await assert.rejects(commit(repositoryName, { file: 'y' }, twice), fails('SamePathRequestException', 400))
    await commit(repositoryName, { 'file/a': 'x' }, twice)
    assert.equal(textOf(await readFile(repositoryName, 'file/a')), 'x')
  })

  test('given the last file of a folder is deleted, then the folder can be kept', async () => {
    const repositoryName = await create('kept')
    await commit(repositoryName, { 'folder/a': 'a', b: 'b' })
    await commit(repositoryName, {}, { deleteFiles: [{ filePath: 'folder/a' }], keepEmptyFolders: true })
    const { files } = await codecommit.send(new CodeCommit.GetFolderCommand({ repositoryName, folderPath: 'folder' }))
    assert.deepEqual(
      files?.map(({ relativePath }) => relativePath),
      ['.gitkeep'],
    )
  })

  test('given files over the limit of six megabytes, then they are refused', async () => {
    const repositoryName = await create('large')
    const fileContent = Buffer.alloc(6 * 1024 * 1024 + 1)
    const put = new CodeCommit.PutFileCommand({ repositoryName, branchName: 'main', filePath: 'a', fileContent })
    await assert.rejects(codecommit.send(put), fails('FileContentSizeLimitExceededException', 400))
  })

  test('given commit ids, then GetCommit and BatchGetCommits find those that are there', async () => {
    const repositoryName = await create('batch')
    const { commitId = '' } = await commit(repositoryName, { a: 'a' })
    const none = 'f'.repeat(40)
    const answer = await codecommit.send(
      new CodeCommit.BatchGetCommitsCommand({ repositoryName, commitIds: [commitId, none] }),
    )
    assert.deepEqual(
      answer.commits?.map((one) => one.commitId),
      [commitId],
    )
    assert.deepEqual(
      answer.errors?.map((one) => one.commitId),
      [none],
    )
    const getCommit = (id: string) => codecommit.send(new CodeCommit.GetCommitCommand({ repositoryName, commitId: id }))
    await assert.rejects(getCommit(none), fails('CommitIdDoesNotExistException'))
    for (const id of ['main', '--help', 'HEAD']) await assert.rejects(getCommit(id), fails('InvalidCommitIdException'))
  })

  test('given two commits, then GetDifferences names what changed, with paths and pages', async () => {
    const repositoryName = await create('differences')
    const first = await commit(repositoryName, { 'a/1': '1', 'a/2': '2', b: 'b', c: 'c' })
    await commit(repositoryName, { 'a/1': 'new', d: 'd' }, { deleteFiles: [{ filePath: 'b' }] })
    const differ = async (more: Partial<CodeCommit.GetDifferencesCommandInput> = {}) =>
      codecommit.send(
        new CodeCommit.GetDifferencesCommand({
          repositoryName,
          beforeCommitSpecifier: first.commitId,
          afterCommitSpecifier: 'main',
          ...more,
        }),
      )
    const changes = ({ differences = [] }: CodeCommit.GetDifferencesCommandOutput) =>
      differences.map(({ changeType, beforeBlob, afterBlob }) => `${changeType} ${(afterBlob ?? beforeBlob)?.path}`)
    assert.deepEqual(changes(await differ()), ['M a/1', 'D b', 'A d'])
    assert.deepEqual(changes(await differ({ beforePath: 'a', afterPath: 'a' })), ['M a/1'])
    assert.deepEqual(changes(await differ({ beforeCommitSpecifier: undefined })), ['A a/1', 'A a/2', 'A c', 'A d'])
    const page = await differ({ MaxResults: 2 })
    assert.equal(page.differences?.length, 2)
    assert.deepEqual(changes(await differ({ MaxResults: 2, NextToken: page.NextToken })), ['A d'])
    await assert.rejects(differ({ NextToken: 'x' }), fails('InvalidContinuationTokenException'))
    await assert.rejects(differ({ afterCommitSpecifier: 'none' }), fails('CommitDoesNotExistException'))
  })
})

describe('branches', { concurrency: true }, () => {
  test('given branches, then they are made, listed, read and deleted, but not the default one', async () => {
    const repositoryName = await create('branches')
    const { commitId = '' } = await commit(repositoryName, { a: 'a' })
    const make = (branchName: string, id = commitId) =>
      codecommit.send(new CodeCommit.CreateBranchCommand({ repositoryName, branchName, commitId: id }))
    await make('feature/x')
    await assert.rejects(make('feature/x'), fails('BranchNameExistsException', 400))
    await assert.rejects(make('y', 'f'.repeat(40)), fails('CommitDoesNotExistException', 400))
    await assert.rejects(make('y', 'not-an-id'), fails('InvalidCommitIdException', 400))
    const { branches } = await codecommit.send(new CodeCommit.ListBranchesCommand({ repositoryName }))
    assert.deepEqual(branches, ['feature/x', 'main'])
    const remove = (branchName: string) =>
      codecommit.send(new CodeCommit.DeleteBranchCommand({ repositoryName, branchName }))
    assert.deepEqual((await remove('feature/x')).deletedBranch, { branchName: 'feature/x', commitId })
    assert.equal((await remove('feature/x')).deletedBranch, undefined)
    await assert.rejects(remove('main'), fails('DefaultBranchCannotBeDeletedException', 400))
    await assert.rejects(tip(repositoryName, 'feature/x'), fails('BranchDoesNotExistException', 400))
  })

  test('given a branch in the way of another, then it is refused', async () => {
    const repositoryName = await create('in-the-way')
    const { commitId } = await commit(repositoryName, { a: 'a' })
    const make = new CodeCommit.CreateBranchCommand({ repositoryName, branchName: 'main/sub', commitId })
    await assert.rejects(codecommit.send(make), fails('BranchNameExistsException', 400, /begins with/))
  })

  for (const branchName of ['a b', '../x', '-x', 'a..b', 'x.lock', 'HEAD', '$(id)', 'a\u202Eb', 'refs@{1}', 'a\n']) {
    test(`given the branch name ${JSON.stringify(branchName)}, then it is refused everywhere`, async () => {
      const repositoryName = await create(`branch-${Buffer.from(branchName).toString('hex')}`)
      const invalid = fails('InvalidBranchNameException', 400)
      await assert.rejects(commit(repositoryName, { a: 'a' }, { branchName }), invalid)
      const { commitId } = await commit(repositoryName, { a: 'a' })
      const target = { repositoryName, branchName }
      await assert.rejects(codecommit.send(new CodeCommit.CreateBranchCommand({ ...target, commitId })), invalid)
      await assert.rejects(codecommit.send(new CodeCommit.GetBranchCommand(target)), invalid)
      await assert.rejects(codecommit.send(new CodeCommit.DeleteBranchCommand(target)), invalid)
    })
  }
})
