import Button from '@cloudscape-design/components/button'
import { ShortId } from '../../ui/Mono.tsx'

export function BranchList(props: {
  branches: readonly { readonly name: string; readonly commitId: string }[]
  onOpen: (branch: string) => void
}) {
  return (
    <ul className="plain-list">
      {props.branches.map(({ name, commitId }) => (
        <li key={name} className="commit">
          <Button variant="inline-link" onClick={() => props.onOpen(name)}>
            {name}
          </Button>{' '}
          <ShortId id={commitId} name="the commit's id" />
        </li>
      ))}
    </ul>
  )
}
