import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../../base/clock.ts'
import { newId } from '../../base/ids.ts'
import { openGitHost } from '../../git/git.ts'
import { createBus } from '../../journal/journal.ts'
import { openSqliteStore } from '../../store/store.ts'
import { catchUp } from './catch-up.ts'
import { announce } from './events.ts'
import { repositoryKey, type Repository } from './repositories.ts'

const person = { name: 'A', email: 'a@example.com', at: 0, zone: '+0000' }

test('given a push whose process died before the bus was told, when the server starts, the bus is told once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'catch-up-'))
  try {
    await using store = await openSqliteStore({ file: join(folder, 'db') })
    await using git = await openGitHost({ folder: join(folder, 'git') })
    const bus = createBus({ store, newId })
    const deps = { store, git, bus, clock: systemClock }
    const repository: Repository = {
      id: newId(),
      account: '000000000000',
      region: 'us-east-1',
      name: 'shop',
      createdAt: 0,
      modifiedAt: 0,
      tags: {},
    }
    const bare = await git.create(repository.id)
    await store.write(async (tx) => tx.resources.put(repositoryKey(repository, repository.name), repository))
    const commit = async (content: string, parent?: string) => {
      const made = await bare.writeCommit({
        branch: 'main',
        ...(parent !== undefined && { parent }),
        author: person,
        committer: person,
        message: content,
        put: [{ path: 'a', mode: '100644', content: Buffer.from(content) }],
        remove: [],
      })
      assert.ok('commitId' in made)
      return made
    }
    const told = await commit('told')
    await announce(deps, repository, [told.update], 'arn:aws:iam::000000000000:user/ana')
    const untold = await commit('not told', told.commitId)

    await catchUp(deps)
    await catchUp(deps)

    const events = (await store.read.events.after(0, 10)).map(({ event }) => event.detail)
    assert.deepEqual(
      events.map(({ event, commitId, oldCommitId }) => [event, commitId, oldCommitId]),
      [
        ['referenceCreated', told.commitId, undefined],
        ['referenceUpdated', untold.commitId, told.commitId],
      ],
    )
  } finally {
    await rm(folder, { recursive: true })
  }
})
