import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import {
  actionExecutions,
  execution,
  executions,
  explanation,
  pipeline,
  pipelineState,
  ruleExecutions,
  timings,
} from '../../api/queries.ts'
import type { ExecutionTimings } from '../../../core/execution/explain/timing.ts'
import { runsOf } from './attempts.ts'

export type ExecutionData = ReturnType<typeof useExecution>

/** Everything the page of an execution shows; live events keep it fresh. */
export function useExecution(name: string, id: string) {
  const about = useQuery(execution(name, id))
  const version = about.data?.pipelineVersion
  const actions = useQuery(actionExecutions(name, id))
  const rules = useQuery(ruleExecutions(name, id))
  const state = useQuery(pipelineState(name))
  const summaries = useQuery(executions(name))
  const time = useQuery({ ...timings(name, id), select: (answer) => answer as ExecutionTimings })
  const reasons = useQuery(explanation(name, id))
  const declaration = useQuery({ ...pipeline(name, version), enabled: version !== undefined })
  const runs = useMemo(() => runsOf(actions.data ?? []), [actions.data])
  return {
    name,
    id,
    execution: about.data,
    runs,
    actions: actions.data,
    rules: rules.data ?? [],
    stages: state.data?.stageStates ?? [],
    summaries: summaries.data ?? [],
    time: time.data,
    timeError: time.error,
    reasons: reasons.data?.reasons ?? [],
    declaration: declaration.data?.pipeline,
    error: about.error ?? actions.error,
    retry: () => {
      void about.refetch()
      void actions.refetch()
    },
  }
}
