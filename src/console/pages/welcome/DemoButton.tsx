import Button from '@cloudscape-design/components/button'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { ErrorPanel } from '../../components/ErrorPanel.tsx'
import { paths } from '../../paths.ts'
import { StatusBadge } from '../../ui/StatusBadge.tsx'
import { DEMO, demoSteps } from './demo.ts'

/** Makes the demo step by step, then shows it. */
export function DemoButton() {
  const [step, setStep] = useState(-1)
  const [error, setError] = useState<unknown>()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const steps = demoSteps()

  const make = async (): Promise<void> => {
    setError(undefined)
    try {
      for (const [index, { run }] of steps.entries()) {
        setStep(index)
        await run()
      }
      await Promise.all(
        [['pipelines'], ['fleet']].map(async (queryKey) => await queries.invalidateQueries({ queryKey })),
      )
      await navigate(paths.pipeline(DEMO))
    } catch (failure) {
      setError(failure)
      setStep(-1)
    }
  }

  return (
    <SpaceBetween size="s">
      <Button variant="primary" loading={step >= 0} onClick={() => void make()}>
        Create the demo
      </Button>
      {step >= 0 && (
        <ol className="welcome-steps" aria-live="polite">
          {steps.map(({ title }, index) => (
            <li key={title}>
              {title} <StatusBadge status={index < step ? 'Succeeded' : index === step ? 'InProgress' : 'NotStarted'} />
            </li>
          ))}
        </ol>
      )}
      {error !== undefined && <ErrorPanel error={error} retry={() => void make()} />}
    </SpaceBetween>
  )
}
