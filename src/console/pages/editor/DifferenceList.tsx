import type { PipelineDeclaration } from '@aws-sdk/client-codepipeline'
import Box from '@cloudscape-design/components/box'
import { diffDeclarations, type Difference } from '../compare/declaration-diff.ts'

const WORDS = { added: '+ new', removed: '− gone', changed: '± changed', moved: '↕ moved' } as const satisfies Record<
  Difference['kind'],
  string
>

/** Two declarations, and what is different about them as a person would say it. */
export function DifferenceList({ before, after }: { before: PipelineDeclaration; after: PipelineDeclaration }) {
  const differences = diffDeclarations(before, after)
  if (differences.length === 0) return <Box>Both say the same.</Box>
  return (
    <table className="differences">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Where</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {differences.map(({ kind, where, before: was, after: is }) => (
          <tr key={`${kind} ${where}`} data-kind={kind}>
            <td>{WORDS[kind]}</td>
            <td>{where === '' ? 'the pipeline' : where}</td>
            <td>{was}</td>
            <td>{is}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
