import type { CodeCommitDependencies } from './dependencies.ts'
import { announce, announcedKey, type AnnouncedBranches } from './events.ts'
import type { Repository } from './repositories.ts'

/**
 * Announces the branches that moved without the bus being told: the server was killed between git's move and our commit. Call
 * once, before the first request. Without a crash it finds nothing and writes nothing.
 */
export async function catchUp(deps: Pick<CodeCommitDependencies, 'store' | 'git' | 'bus' | 'clock'>): Promise<void> {
  for (const { document: repository } of await deps.store.read.resources.everywhere<Repository>(
    'codecommit',
    'repository',
  )) {
    const git = await deps.git.open(repository.id)
    if (!git) continue
    const told = (await deps.store.read.resources.get<AnnouncedBranches>(announcedKey(repository)))?.document ?? {}
    const now = new Map((await git.branches()).map(({ name, commitId }) => [name, commitId]))
    const names = [...new Set([...Object.keys(told), ...now.keys()])]
    const moved = names.filter((name) => told[name] !== now.get(name))
    const updates = moved.map((name) => ({
      ref: `refs/heads/${name}`,
      ...(told[name] !== undefined && { before: told[name] }),
      ...(now.has(name) && { after: now.get(name) as string }),
    }))
    // who pushed died with the process that knew it
    await announce(deps, repository, updates, `arn:aws:iam::${repository.account}:root`)
  }
}
