/** Hosted repositories, as queries. */
import {
  BatchGetRepositoriesCommand,
  GetBranchCommand,
  GetCommitCommand,
  GetDifferencesCommand,
  GetFileCommand,
  GetFolderCommand,
  GetRepositoryCommand,
  ListBranchesCommand,
  ListRepositoriesCommand,
  type Commit,
} from '@aws-sdk/client-codecommit'
import { queryOptions } from '@tanstack/react-query'
import { codecommit } from './codecommit.ts'

/** what one call may name */
const BATCH = 25

export const repositories = () =>
  queryOptions({
    queryKey: ['repositories'],
    queryFn: async () => {
      const { repositories: found = [] } = await codecommit().send(
        new ListRepositoriesCommand({ sortBy: 'lastModifiedDate', order: 'descending' }),
      )
      const names = found.flatMap(({ repositoryName }) => repositoryName ?? []).slice(0, BATCH * 8)
      const batches = Array.from({ length: Math.ceil(names.length / BATCH) }, (_, index) =>
        names.slice(index * BATCH, (index + 1) * BATCH),
      )
      const answers = await Promise.all(
        batches.map(
          async (batch) => await codecommit().send(new BatchGetRepositoriesCommand({ repositoryNames: batch })),
        ),
      )
      return answers.flatMap(({ repositories: described = [] }) => described)
    },
  })

export const repository = (repositoryName: string) =>
  queryOptions({
    queryKey: ['repository', repositoryName],
    queryFn: async () => (await codecommit().send(new GetRepositoryCommand({ repositoryName }))).repositoryMetadata,
  })

export const branches = (repositoryName: string) =>
  queryOptions({
    queryKey: ['repository', repositoryName, 'branches'],
    queryFn: async () => {
      const { branches: names = [] } = await codecommit().send(new ListBranchesCommand({ repositoryName }))
      const heads = await Promise.all(
        names.slice(0, 100).map(async (branchName) => {
          const { branch } = await codecommit().send(new GetBranchCommand({ repositoryName, branchName }))
          return { name: branchName, commitId: branch?.commitId ?? '' }
        }),
      )
      return heads
    },
  })

/** @param commitSpecifier a branch, a tag or a commit id */
export const folder = (repositoryName: string, commitSpecifier: string, folderPath: string) =>
  queryOptions({
    queryKey: ['repository', repositoryName, 'folder', commitSpecifier, folderPath],
    queryFn: async () => await codecommit().send(new GetFolderCommand({ repositoryName, commitSpecifier, folderPath })),
  })

const MOST_SHOWN_BYTES = 512 * 1024

export const fileText = (repositoryName: string, commitSpecifier: string, filePath: string) =>
  queryOptions({
    queryKey: ['repository', repositoryName, 'file', commitSpecifier, filePath],
    queryFn: async () => {
      const { fileContent = new Uint8Array(), fileSize = 0 } = await codecommit().send(
        new GetFileCommand({ repositoryName, commitSpecifier, filePath }),
      )
      const isBinary = fileContent.subarray(0, 8000).includes(0)
      const text = isBinary ? undefined : new TextDecoder().decode(fileContent.subarray(0, MOST_SHOWN_BYTES))
      return { text, size: fileSize, cut: fileContent.length > MOST_SHOWN_BYTES }
    },
  })

export interface HistoryCommit {
  readonly id: string
  readonly message: string
  readonly author: string
  readonly at: Date | undefined
  readonly parent: string | undefined
}

const MOST_COMMITS = 50

/** Along first parents, the newest first. */
export const commits = (repositoryName: string, head: string) =>
  queryOptions({
    queryKey: ['repository', repositoryName, 'commits', head],
    queryFn: async (): Promise<readonly HistoryCommit[]> => {
      const found: HistoryCommit[] = []
      let commitId: string | undefined = head
      while (commitId !== undefined && commitId !== '' && found.length < MOST_COMMITS) {
        const commit: Commit | undefined = (await codecommit().send(new GetCommitCommand({ repositoryName, commitId })))
          .commit
        // "1792345678 +0000"
        const seconds = Number(commit?.author?.date?.split(' ')[0])
        found.push({
          id: commitId,
          message: commit?.message ?? '',
          author: commit?.author?.name ?? '',
          at: Number.isFinite(seconds) ? new Date(seconds * 1000) : undefined,
          parent: commit?.parents?.[0],
        })
        commitId = commit?.parents?.[0]
      }
      return found
    },
    staleTime: Infinity,
  })

export const differences = (repositoryName: string, before: string | undefined, after: string) =>
  queryOptions({
    queryKey: ['repository', repositoryName, 'differences', before ?? '', after],
    queryFn: async () =>
      (
        await codecommit().send(
          new GetDifferencesCommand({
            repositoryName,
            afterCommitSpecifier: after,
            ...(before !== undefined && { beforeCommitSpecifier: before }),
          }),
        )
      ).differences ?? [],
    staleTime: Infinity,
  })
