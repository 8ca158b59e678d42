import {
  OverrideStageCondition$,
  type OverrideStageConditionCommandInput,
  type OverrideStageConditionCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { stageArn } from '../arns.ts'
import { define } from '../define.ts'
import { accepted, keyOf } from '../pipelines.ts'

export const overrideStageCondition = define<OverrideStageConditionCommandInput, OverrideStageConditionCommandOutput>(
  OverrideStageCondition$,
  ({ pipelineName, stageName }, call) => stageArn(call, pipelineName, stageName),
  async ({ engine }, { pipelineName, stageName: stage = '', pipelineExecutionId = '', conditionType }, call) => {
    const key = keyOf(call, pipelineName)
    const answer = await engine.send(key, {
      type: 'OverrideRequested',
      executionId: pipelineExecutionId,
      stage,
      condition: conditionType === 'ON_SUCCESS' ? 'onSuccess' : 'beforeEntry',
      by: call.principal.arn,
    })
    accepted(answer, key)
    return {}
  },
)
