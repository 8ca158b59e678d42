/** Source / AWS / CodeCommit: the tree at a commit as a ZIP, or a pointer for CodeBuild to clone. Source: actions.md 3.2. */
import {
  CodeCommitClient,
  GetBranchCommand,
  GetCommitCommand,
  GetRepositoryCommand,
  type Commit,
  type RepositoryMetadata,
} from '@aws-sdk/client-codecommit'
import type { ActionOrder } from '../../core/execution/execution.ts'
import type { GitHost } from '../../git/git.ts'
import { putArtifact } from '../artifact-files.ts'
import { CLONE_REFERENCE_FORMAT, type CloneReference } from '../clone-reference.ts'
import { failed } from '../outcomes.ts'
import type { ActionContext, ActionOutcome, ActionProvider } from '../provider.ts'

/** @param git where the repositories are: the archive has no operation in the public API, so it is taken from git itself */
export const codeCommitSource =
  ({ git }: { readonly git: Pick<GitHost, 'open'> }): ActionProvider['run'] =>
  async (order, context) => {
    const client = context.client(CodeCommitClient)
    const options = { abortSignal: context.signal }
    const {
      RepositoryName: repositoryName = '',
      BranchName: branchName = '',
      OutputArtifactFormat = 'CODE_ZIP',
    } = order.action.resolvedConfiguration
    const pinned = order.sourceRevisions.find(
      ({ actionName, revisionType }) => actionName === order.action.action && revisionType === 'COMMIT_ID',
    )?.revisionValue

    const found = await Promise.all([
      client.send(new GetRepositoryCommand({ repositoryName }), options),
      pinned ??
        client
          .send(new GetBranchCommand({ repositoryName, branchName }), options)
          .then(({ branch }) => branch?.commitId),
    ]).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'RepositoryDoesNotExistException') return undefined
      throw error
    })
    if (found === undefined) return failed('ConfigurationError', `The repository ${repositoryName} does not exist.`)
    const [{ repositoryMetadata: repository }, commitId] = found
    if (commitId === undefined) return failed('ConfigurationError', `The branch ${branchName} has no commit.`)
    const source = { repositoryName, branchName, commitId }
    const isReference = OutputArtifactFormat === CLONE_REFERENCE_FORMAT
    // an archive does not wait for the commit's message: of a commit that does not exist nothing is put
    const [described, archived] = await Promise.allSettled([
      client.send(new GetCommitCommand({ repositoryName, commitId }), options),
      isReference ? undefined : putArchive(git, order, context, repository, source),
    ])
    const gone = described.status === 'rejected' && pinned !== undefined && isNoSuchCommit(described.reason)
    if (described.status === 'rejected' && !gone) throw described.reason
    const commit = described.status === 'fulfilled' ? described.value.commit : undefined
    if (commit === undefined) {
      return failed('RevisionUnavailable', `The commit ${commitId} does not exist in the repository ${repositoryName}.`)
    }
    if (archived.status === 'rejected') throw archived.reason
    if (isReference) await putReference(order, context, repository, source)
    return archived.value ?? succeeded(source, commit)
  }

interface Source {
  readonly repositoryName: string
  readonly branchName: string
  readonly commitId: string
}

async function putReference(
  order: ActionOrder,
  context: ActionContext,
  { accountId = '', cloneUrlHttp = '' }: RepositoryMetadata = {},
  { repositoryName, branchName, commitId }: Source,
): Promise<undefined> {
  const reference: CloneReference = {
    AccountId: accountId,
    FullRepositoryName: repositoryName,
    CloneUrl: cloneUrlHttp,
    CommitId: commitId,
    BranchName: branchName,
  }
  await putArtifact(order, context, {
    content: JSON.stringify(reference),
    revision: commitId,
    format: CLONE_REFERENCE_FORMAT,
  })
}

async function putArchive(
  git: Pick<GitHost, 'open'>,
  order: ActionOrder,
  context: ActionContext,
  { repositoryId = '' }: RepositoryMetadata = {},
  { repositoryName, commitId }: Source,
): Promise<ActionOutcome | undefined> {
  const repository = await git.open(repositoryId)
  if (repository === undefined) {
    return failed('ConfigurationError', `The content of the repository ${repositoryName} is not kept on this server.`)
  }
  await putArtifact(order, context, { content: repository.archiveZip(commitId, context.signal), revision: commitId })
  return undefined
}

function succeeded({ repositoryName, branchName, commitId }: Source, commit: Commit): ActionOutcome {
  const message = commit.message ?? ''
  const committed = parseGitDate(commit.committer?.date)
  const authored = parseGitDate(commit.author?.date)
  return {
    type: 'Succeeded',
    progress: { externalExecutionId: commitId, summary: message.slice(0, MAX_SUMMARY) },
    outputVariables: {
      AuthorDate: isoSeconds(authored),
      BranchName: branchName,
      CommitId: commitId,
      CommitMessage: cutBytes(message, MAX_MESSAGE_BYTES),
      CommitterDate: isoSeconds(committed),
      RepositoryName: repositoryName,
    },
    revision: {
      revisionId: commitId,
      revisionChangeIdentifier: isoSeconds(committed),
      revisionSummary: message.slice(0, MAX_SUMMARY),
      created: committed,
    },
  }
}

/** The API's limit on revision and execution summaries, in characters. */
const MAX_SUMMARY = 2048
const MAX_MESSAGE_BYTES = 100 * 1024

/** `1572319952 +0000`, as git writes it and GetCommit returns it. @returns ms since the epoch */
const parseGitDate = (date = '0'): number => Number(date.split(' ')[0]) * 1000

/** `2019-10-29T03:32:21Z` */
const isoSeconds = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`

const cutBytes = (text: string, bytes: number): string =>
  text.length * 3 <= bytes
    ? text
    : new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, bytes)).replace(/\uFFFD+$/, '')

const isNoSuchCommit = (error: unknown): boolean =>
  error instanceof Error &&
  ['CommitIdDoesNotExistException', 'CommitDoesNotExistException', 'InvalidCommitIdException'].includes(error.name)
