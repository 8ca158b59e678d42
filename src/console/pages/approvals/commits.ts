import { GetCommitCommand, type GetCommitOutput } from '@aws-sdk/client-codecommit'
import { queryOptions } from '@tanstack/react-query'
import { codecommit } from '../../api/codecommit.ts'

export interface CommitLine {
  readonly id: string
  readonly message: string
  readonly author: string
}

const MOST = 50

/** The commits of `to` that `from` has not, along first parents. */
export const commitsBetween = (repositoryName: string, from: string | undefined, to: string) =>
  queryOptions({
    queryKey: ['commits', repositoryName, from ?? '', to],
    queryFn: async (): Promise<{ commits: readonly CommitLine[]; complete: boolean }> => {
      const commits: CommitLine[] = []
      let commitId: string | undefined = to
      while (commitId !== undefined && commitId !== from && commits.length < MOST) {
        const { commit }: GetCommitOutput = await codecommit().send(new GetCommitCommand({ repositoryName, commitId }))
        commits.push({
          id: commitId,
          message: commit?.message?.split('\n')[0] ?? '',
          author: commit?.author?.name ?? '',
        })
        commitId = commit?.parents?.[0]
      }
      return { commits, complete: commitId === from || commitId === undefined }
    },
    staleTime: Infinity,
  })
