/** The picture of the pipeline as this execution saw it. */
import Spinner from '@cloudscape-design/components/spinner'
import { useMemo } from 'react'
import { pictureAt } from '../../graph/at-instant.ts'
import { declaredOf } from '../../graph/declared.ts'
import { historyOf } from '../../graph/picture.ts'
import { PipelineGraph } from '../../graph/PipelineGraph.tsx'
import type { Run } from './attempts.ts'
import type { ExecutionData } from './use-execution.ts'

export default function GraphView(props: {
  data: ExecutionData
  chosen: Run | undefined
  onChoose: (run: string | undefined) => void
}) {
  const { data, chosen, onChoose } = props
  const { declaration, execution, actions, rules, summaries, id, time } = data
  const picture = useMemo(() => {
    if (declaration === undefined || execution === undefined || actions === undefined) return undefined
    const summary = summaries.find(({ pipelineExecutionId }) => pipelineExecutionId === id) ?? {
      ...execution,
      startTime: new Date(time?.startedAt ?? 0),
    }
    const history = historyOf({
      stageStates: [],
      executions: [summary],
      actionExecutions: actions,
      ruleExecutions: rules,
    })
    return pictureAt(declaredOf(declaration), history, [], Infinity)
  }, [declaration, execution, actions, rules, summaries, id, time?.startedAt])
  if (picture === undefined) return <Spinner />
  return (
    <PipelineGraph
      picture={picture}
      selected={chosen === undefined ? undefined : `action:${chosen.key}`}
      onSelect={(key) => {
        const run = data.runs.findLast(({ key: place }) => `action:${place}` === key)
        onChoose(run?.id)
      }}
    />
  )
}
