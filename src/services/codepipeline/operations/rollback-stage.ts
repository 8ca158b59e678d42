import {
  RollbackStage$,
  type RollbackStageCommandInput,
  type RollbackStageCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { stageArn } from '../arns.ts'
import { define } from '../define.ts'
import { accepted, keyOf } from '../pipelines.ts'

/** The target comes from history: most executions that can be gone back to are no part of the pipeline's live state any more. */
export const rollbackStage = define<RollbackStageCommandInput, RollbackStageCommandOutput>(
  RollbackStage$,
  ({ pipelineName, stageName }, call) => stageArn(call, pipelineName, stageName),
  async (
    { engine, store, newId },
    { pipelineName, stageName: stage = '', targetPipelineExecutionId: targetExecutionId = '' },
    call,
  ) => {
    const key = keyOf(call, pipelineName)
    const target = await store.read.pipelines.execution(key, targetExecutionId)
    const executionId = newId()
    const answer = await engine.send(key, {
      type: 'RollbackRequested',
      executionId,
      stage,
      targetExecutionId,
      ...(target && { target }),
      by: call.principal.arn,
    })
    accepted(answer, key)
    return { pipelineExecutionId: executionId }
  },
)
