import { explainExecution, explainPipeline, type Explanation } from '../../../core/execution/explain.ts'
import { pipelineArn } from '../arns.ts'
import { keyOf, requireExecution, requirePipeline } from '../pipelines.ts'
import { ownOperation } from './define.ts'

interface Input {
  readonly pipelineName: string
  /** absent: whatever in the pipeline waits, broke or was held up */
  readonly pipelineExecutionId?: string
}

/** Why does it not go on, and what would unblock it? */
export const explain = ownOperation<Input, Explanation>({
  action: 'codepipeline:GetPipelineState',
  resource: ({ pipelineName }, call) => pipelineArn(call, pipelineName),
  members: { 'pipelineName!': 'PipelineName', pipelineExecutionId: 'PipelineExecutionId' },
  handle: async (dependencies, { pipelineName, pipelineExecutionId: id }, call) => {
    const key = keyOf(call, pipelineName)
    const { state } = await requirePipeline(dependencies, key)
    const limits = { timeoutsOfApprovalsOnly: dependencies.strict ?? false }
    const scene = { state, now: dependencies.clock.now(), limits }
    const reasons =
      id === undefined
        ? explainPipeline(scene)
        : explainExecution(scene, state.executions[id] ?? (await requireExecution(dependencies, key, id)))
    return { pipelineName, at: scene.now, reasons }
  },
})
