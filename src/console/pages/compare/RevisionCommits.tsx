/** Which commits lie between the two executions, for sources that are hosted here. */
import Header from '@cloudscape-design/components/header'
import { GetCommitCommand } from '@aws-sdk/client-codecommit'
import type { PipelineDeclaration } from '@aws-sdk/client-codepipeline'
import { useQuery } from '@tanstack/react-query'
import { codecommit } from '../../api/codecommit.ts'
import { commitsApart, type Commit } from './commits-apart.ts'
import type { Pair, ShownRevision } from './compare-runs.ts'

export function RevisionCommits(props: {
  revisions: readonly Pair<ShownRevision>[]
  declaration: PipelineDeclaration | undefined
}) {
  const { revisions, declaration } = props
  const hosted = revisions.flatMap(({ name, a, b, isSame }) => {
    const repository = repositoryOf(declaration, name)
    return isSame || a === undefined || b === undefined || repository === undefined
      ? []
      : [{ repository, from: a.id, to: b.id }]
  })
  if (hosted.length === 0) return <></>
  return (
    <section aria-label="Commits between">
      <Header variant="h2">Commits between</Header>
      {hosted.map((each) => (
        <Commits key={each.repository} {...each} />
      ))}
    </section>
  )
}

/** The repository whose revision is in an artifact. */
function repositoryOf(declaration: PipelineDeclaration | undefined, artifact: string): string | undefined {
  const source = declaration?.stages?.[0]?.actions?.find(
    ({ actionTypeId, outputArtifacts }) =>
      actionTypeId?.provider === 'CodeCommit' && outputArtifacts?.some(({ name }) => name === artifact),
  )
  return source?.configuration?.['RepositoryName']
}

function Commits({ repository, from, to }: { repository: string; from: string; to: string }) {
  const { data, error } = useQuery({
    queryKey: ['commits apart', repository, from, to],
    queryFn: async () => await commitsApart((id) => readCommit(repository, id), from, to),
    staleTime: Infinity,
  })
  if (error !== null) return <p className="quiet">{repository}: the commits cannot be read any more.</p>
  if (data === undefined) return <></>
  return (
    <div className="compare-commits">
      <h3>{repository}</h3>
      <List title="Only the second has" commits={data.added} mark="+" />
      <List title="Only the first has" commits={data.removed} mark="−" />
      {!data.isComplete && <p className="quiet">There may be more.</p>}
    </div>
  )
}

function List({ title, commits, mark }: { title: string; commits: readonly Commit[]; mark: '+' | '−' }) {
  if (commits.length === 0) return <></>
  return (
    <ul className="compare-commit-list" aria-label={title}>
      {commits.map(({ id, message, author }) => (
        <li key={id} data-mark={mark}>
          <span aria-hidden="true">{mark}</span>
          <code>{id.slice(0, 8)}</code>
          <span>{message}</span>
          <span className="quiet">{author}</span>
        </li>
      ))}
    </ul>
  )
}

async function readCommit(repositoryName: string, commitId: string): Promise<Commit> {
  const { commit } = await codecommit().send(new GetCommitCommand({ repositoryName, commitId }))
  return {
    id: commitId,
    message: commit?.message?.split('\n')[0] ?? '',
    author: commit?.author?.name ?? '',
    parent: commit?.parents?.[0],
  }
}
