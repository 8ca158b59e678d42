import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ORDINARY_CONFIG, type Offers } from './advertisement.ts'
import { RepositoryExists, UnsafeGitName } from './errors.ts'
import type { GitHost, RefUpdate } from './git.ts'
import { isSafeRepositoryId, requireRef } from './names.ts'
import { gitVersion, runGit, type Git } from './process.ts'
import { openRepository, type OpenedRepository } from './repository.ts'
import { plain, serveSmartHttp } from './smart-http.ts'

export { gitVersion } from './process.ts'

export interface GitHostOptions {
  /** made when missing; a repository is `<folder>/<id>.git` */
  readonly folder: string
  /** the program, default `git` from the PATH */
  readonly git?: string
}

/** Repositories with living helper processes; the longest unused are closed beyond this. */
const MAX_OPEN = 64
/** Every push leaves a pack or loose objects; after this many they are put together. */
const PUSHES_BETWEEN_REPACKS = 100

/** @throws GitFailed when git cannot be run */
export async function openGitHost({ folder, git: program = 'git' }: GitHostOptions): Promise<GitHost> {
  await gitVersion(program)
  const root = resolve(folder)
  const git: Git = { program, home: join(root, '.home') }
  await mkdir(git.home, { recursive: true })
  const opened = new Map<string, OpenedRepository>()
  const pushes = new Map<string, number>()
  const offers: Offers = new Map()
  const underWay = new Set<Promise<unknown>>()
  const pathOf = (id: string): string => join(root, `${id}.git`)

  /** Whoever disposes waits for this. */
  const track = <T>(work: Promise<T>): Promise<T> => {
    const ended: Promise<unknown> = work.then(
      () => underWay.delete(ended),
      () => underWay.delete(ended),
    )
    underWay.add(ended)
    return work
  }

  const remember = (id: string): OpenedRepository => {
    const repository = opened.get(id) ?? openRepository(git, pathOf(id), track, offers)
    opened.delete(id)
    opened.set(id, repository) // at the end: the order is that of use
    for (const [oldId, old] of opened) {
      if (opened.size <= MAX_OPEN) break
      if (!old.idle) continue
      old.close()
      opened.delete(oldId)
    }
    return repository
  }

  const open = async (id: string): Promise<OpenedRepository | undefined> => {
    if (!isSafeRepositoryId(id)) return undefined
    const exists = await stat(join(pathOf(id), 'HEAD')).then(
      () => true,
      () => false,
    )
    return exists ? remember(id) : undefined
  }

  /** Keeps every object, reachable or not: pipelines name commits that no branch leads to any more. */
  const countPush = (id: string): void => {
    const count = (pushes.get(id) ?? 0) + 1
    pushes.set(id, count % PUSHES_BETWEEN_REPACKS)
    if (count === PUSHES_BETWEEN_REPACKS)
      track(runGit(git, pathOf(id), ['repack', '--geometric=2', '-d', '-l', '-q'])).catch(() => undefined)
  }

  return {
    async create(id, defaultBranch = 'main') {
      if (!isSafeRepositoryId(id)) throw new UnsafeGitName(`${JSON.stringify(id)} cannot be the id of a repository`)
      const draft = await mkdtemp(join(root, '.new-'))
      try {
        await layOut(draft, requireRef(defaultBranch))
        await rename(draft, pathOf(id))
      } catch (error) {
        await rm(draft, { recursive: true, force: true })
        if (error instanceof Error && 'code' in error && ['ENOTEMPTY', 'EEXIST'].includes(String(error.code)))
          throw new RepositoryExists(`there is a repository ${id}`, { cause: error })
        throw error
      }
      return remember(id)
    },
    open,
    async delete(id) {
      if (!isSafeRepositoryId(id)) return
      opened.get(id)?.close()
      opened.delete(id)
      const grave = join(root, `.deleted-${randomBytes(8).toString('hex')}`)
      try {
        await rename(pathOf(id), grave) // gone at once, however long the removal takes
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
        throw error
      }
      await rm(grave, { recursive: true, force: true })
    },
    async serve(id, request, onPush) {
      const repository = await open(id)
      if (repository === undefined) return plain(404, 'no such repository')
      return serveSmartHttp(repository.internals, request, (updates: readonly RefUpdate[]) => {
        countPush(id)
        return onPush(updates)
      })
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(underWay)
      for (const repository of opened.values()) repository.close()
      opened.clear()
    },
  }
}

/** What `git init --bare` makes, without its sample hooks and without starting it. */
async function layOut(gitDir: string, defaultBranch: string): Promise<void> {
  const folders = ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags', 'info']
  await Promise.all(folders.map((path) => mkdir(join(gitDir, path), { recursive: true })))
  await Promise.all([
    writeFile(join(gitDir, 'HEAD'), `ref: refs/heads/${defaultBranch}\n`),
    writeFile(join(gitDir, 'config'), ORDINARY_CONFIG),
    // an artifact is the whole tree, as a clone has it: what a project leaves out of its release archives belongs to it
    writeFile(join(gitDir, 'info/attributes'), '* -export-ignore -export-subst\n'),
  ])
}
