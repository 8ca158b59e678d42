/** Picture, form and text of one definition, side by side and always the same. */
import Box from '@cloudscape-design/components/box'
import SegmentedControl from '@cloudscape-design/components/segmented-control'
import { lazy, Suspense, type ReactNode } from 'react'
import { counted } from '../../ui/counted.ts'
import { DefinitionForm } from './DefinitionForm.tsx'
import type { Format } from './definition.ts'
import './editor.css'
import type { Definition } from './use-definition.ts'

const LivePicture = lazy(async () => await import('./LivePicture.tsx'))
const TextEditor = lazy(async () => ({ default: (await import('./TextEditor.tsx')).TextEditor }))

export function Workbench({
  definition,
  isNew,
  children,
}: {
  definition: Definition
  isNew: boolean
  children?: ReactNode
}) {
  const { text, format, problems, setText, chooseFormat, declaration } = definition
  return (
    <div className="workbench">
      <div className="workbench-picture">
        <Suspense>{declaration !== undefined && <LivePicture declaration={declaration} />}</Suspense>
      </div>
      <div className="workbench-form">
        {children}
        <DefinitionForm definition={definition} isNew={isNew} />
      </div>
      <div className="workbench-text">
        <SegmentedControl
          label="Format"
          selectedId={format}
          options={[
            { id: 'yaml', text: 'YAML' },
            { id: 'json', text: 'JSON' },
          ]}
          onChange={({ detail }) => chooseFormat(detail.selectedId as Format)}
        />
        <Suspense>
          <TextEditor text={text} format={format} problems={problems} onChange={setText} />
        </Suspense>
        <Problems definition={definition} />
      </div>
    </div>
  )
}

/** All at once, each with its line. */
function Problems({ definition: { problems } }: { definition: Definition }) {
  return (
    <section className="problems" aria-label="Problems" aria-live="polite">
      <Box variant="h3">{problems.length === 0 ? 'No problem' : counted(problems.length, 'problem')}</Box>
      <ol className="plain-list">
        {problems.map(({ line, column, rule, message, severity }) => (
          <li key={`${line}:${column} ${rule} ${message}`} data-severity={severity}>
            <span className="problem-place">
              {severity === 'error' ? '✖' : '⚠'} line {line}
            </span>{' '}
            {message} <span className="quiet">{rule}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
