import { invariant } from '../invariant.ts'
import { publishPipelineChange } from './state-changes.ts'
import type { PipelineExecution } from './state.ts'
import { putExecution, type Turn } from './turn.ts'

type Given = Pick<PipelineExecution, 'id' | 'type' | 'trigger' | 'variables' | 'sourceRevisions'> &
  Partial<
    Pick<
      PipelineExecution,
      'clientRequestToken' | 'artifacts' | 'artifactRevisions' | 'outputs' | 'rollback' | 'extension'
    >
  >

/** The next execution, of the pipeline's current version. Whoever calls sees to it that it gets a place. */
export function openExecution(turn: Turn, given: Given): PipelineExecution {
  const { draft, at } = turn
  invariant(!Object.hasOwn(draft.executions, given.id), `execution ${given.id} exists already`)
  const execution = putExecution(turn, {
    artifacts: {},
    artifactRevisions: [],
    outputs: {},
    ...given,
    age: draft.nextAge,
    pipelineVersion: draft.version,
    mode: draft.declaration.executionMode,
    status: 'InProgress',
    startedAt: at,
    updatedAt: at,
    attempt: 1,
    stages: {},
  })
  draft.nextAge += 1
  publishPipelineChange(turn, execution, 'STARTED')
  return execution
}
