import { previewRollback as preview } from '../../../core/execution/across-versions.ts'
import type { PreviewRollbackInput, RollbackPreview } from '../../../core/execution/extensions.ts'
import { pipelineArn } from '../arns.ts'
import { keyOf, requireExecution, requirePipeline } from '../pipelines.ts'
import { ownOperation } from './define.ts'

/** What a rollback would run, with what, and what has changed since. Changes nothing. */
export const previewRollback = ownOperation<PreviewRollbackInput, RollbackPreview>({
  isExtension: true,
  action: 'codepipeline:GetPipelineExecution',
  resource: ({ pipelineName }, call) => pipelineArn(call, pipelineName),
  members: {
    'pipelineName!': 'PipelineName',
    'stageName!': 'StageName',
    'targetPipelineExecutionId!': 'PipelineExecutionId',
  },
  handle: async (dependencies, { pipelineName, stageName, targetPipelineExecutionId }, call) => {
    const key = keyOf(call, pipelineName)
    const { state } = await requirePipeline(dependencies, key)
    const target = await requireExecution(dependencies, key, targetPipelineExecutionId)
    const then = await dependencies.store.read.pipelines.declaration(key, target.pipelineVersion)
    return preview(state, stageName, target, then)
  },
})
