import Autosuggest, { type AutosuggestProps } from '@cloudscape-design/components/autosuggest'
import Modal from '@cloudscape-design/components/modal'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { pipelines } from '../api/queries.ts'
import { paths } from '../paths.ts'

const PAGES = [
  { label: 'Pipelines', value: paths.fleet() },
  { label: 'New pipeline', value: paths.newPipeline() },
  { label: 'Approvals', value: paths.approvals() },
  { label: 'Repositories', value: paths.repositories() },
  { label: 'Build projects', value: paths.projects() },
  { label: 'Web-hooks', value: paths.webhooks() },
  { label: 'Events', value: paths.events() },
  { label: 'Audit trail', value: paths.audit() },
  { label: 'Settings', value: paths.settings() },
]

/** One field that leads anywhere. */
export default function CommandPalette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('')
  const navigate = useNavigate()
  const field = useRef<AutosuggestProps.Ref>(null)
  const { data = [] } = useQuery(pipelines())
  const names = data.flatMap(({ name }) => (name === undefined ? [] : [name]))
  useEffect(() => {
    // the dialog first takes the focus itself
    const frame = requestAnimationFrame(() => field.current?.focus())
    return () => cancelAnimationFrame(frame)
  }, [])
  return (
    <Modal visible onDismiss={onClose} header="Go to" closeAriaLabel="Close">
      <Autosuggest
        ref={field}
        value={text}
        ariaLabel="Go to"
        placeholder="A pipeline or a page"
        enteredTextLabel={(entered) => `Nothing is called "${entered}"`}
        onChange={({ detail }) => setText(detail.value)}
        onSelect={({ detail }) => {
          if (detail.selectedOption === undefined) return
          onClose()
          void navigate(detail.value)
        }}
        options={[
          { label: 'Pipelines', options: names.map((name) => ({ label: name, value: paths.pipeline(name) })) },
          { label: 'Pages', options: PAGES },
        ]}
      />
    </Modal>
  )
}
