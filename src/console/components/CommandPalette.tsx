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
  const known = data.flatMap(({ name }) => (name === undefined ? [] : [{ label: name, value: paths.pipeline(name) }]))
  const fitting = text === '' ? undefined : [...known, ...PAGES].find(({ label }) => fits(label, text))
  const isGone = useRef(false)
  const go = (path: string | undefined): void => {
    if (path === undefined || isGone.current) return
    isGone.current = true
    onClose()
    void navigate(path)
  }
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
        hideEnteredTextOption
        empty="Nothing is called like this"
        onChange={({ detail }) => setText(detail.value)}
        // what was merely typed comes without an option
        onSelect={({ detail }) => go(detail.selectedOption?.value)}
        onKeyDown={({ detail }) => {
          // a highlighted option is chosen by the same key, and first
          if (detail.key === 'Enter') setTimeout(() => go(fitting?.value), 0)
        }}
        options={[
          { label: 'Pipelines', options: known },
          { label: 'Pages', options: PAGES },
        ]}
      />
    </Modal>
  )
}

const fits = (label: string, text: string): boolean => label.toLowerCase().includes(text.trim().toLowerCase())
