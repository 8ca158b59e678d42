/** What a source could start from: its own newest revisions where we host it, and those that ran before. */
import { GetBranchCommand, GetCommitCommand } from '@aws-sdk/client-codecommit'
import type { PipelineExecutionSummary } from '@aws-sdk/client-codepipeline'
import { ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import { queryOptions } from '@tanstack/react-query'
import type { ActionDeclaration } from '../../../core/pipeline/declaration.ts'
import { codecommit } from '../../api/codecommit.ts'
import { s3 } from '../../api/s3.ts'

export interface RevisionOption {
  readonly value: string
  readonly summary: string
  readonly at: Date | undefined
}

const MOST_COMMITS = 20

const LISTS: Readonly<Record<string, (action: ActionDeclaration) => Promise<readonly RevisionOption[]>>> = {
  CodeCommit: commits,
  S3: objectVersions,
}

/** Newest first; empty where we do not host the source. */
export const revisions = (action: ActionDeclaration) =>
  queryOptions({
    queryKey: ['revisions', action.actionTypeId.provider, action.configuration],
    queryFn: async () => (await LISTS[action.actionTypeId.provider]?.(action)) ?? [],
    staleTime: 5_000,
  })

/** The revisions that executions of this pipeline had of this source. */
export function pastRevisions(
  actionName: string,
  executions: readonly PipelineExecutionSummary[],
): readonly RevisionOption[] {
  const found = new Map<string, RevisionOption>()
  for (const { sourceRevisions = [], startTime } of executions) {
    for (const { actionName: source, revisionId, revisionSummary } of sourceRevisions) {
      if (source !== actionName || revisionId === undefined || found.has(revisionId)) continue
      found.set(revisionId, { value: revisionId, summary: revisionSummary ?? '', at: startTime })
    }
  }
  return [...found.values()]
}

async function commits({ configuration }: ActionDeclaration): Promise<readonly RevisionOption[]> {
  const repositoryName = configuration['RepositoryName'] ?? ''
  const { branch } = await codecommit().send(
    new GetBranchCommand({ repositoryName, branchName: configuration['BranchName'] ?? 'main' }),
  )
  const found: RevisionOption[] = []
  let commitId = branch?.commitId
  while (commitId !== undefined && found.length < MOST_COMMITS) {
    const { commit } = await codecommit().send(new GetCommitCommand({ repositoryName, commitId }))
    // "1792345678 +0000"
    const seconds = Number(commit?.committer?.date?.split(' ')[0])
    const at = Number.isFinite(seconds) ? new Date(seconds * 1000) : undefined
    found.push({ value: commitId, summary: commit?.message?.split('\n')[0] ?? '', at })
    commitId = commit?.parents?.[0]
  }
  return found
}

async function objectVersions({ configuration }: ActionDeclaration): Promise<readonly RevisionOption[]> {
  const key = configuration['S3ObjectKey'] ?? ''
  const { Versions = [] } = await s3().send(
    new ListObjectVersionsCommand({ Bucket: configuration['S3Bucket'], Prefix: key, MaxKeys: 100 }),
  )
  return Versions.filter(({ Key }) => Key === key).flatMap(({ VersionId, LastModified, Size }) =>
    VersionId === undefined ? [] : [{ value: VersionId, summary: `${Size ?? 0} bytes`, at: LastModified }],
  )
}
