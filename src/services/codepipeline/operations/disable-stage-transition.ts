import {
  DisableStageTransition$,
  type DisableStageTransitionCommandInput,
  type DisableStageTransitionCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { pipelineArn } from '../arns.ts'
import { define } from '../define.ts'
import { accepted, keyOf } from '../pipelines.ts'

export const disableStageTransition = define<DisableStageTransitionCommandInput, DisableStageTransitionCommandOutput>(
  DisableStageTransition$,
  ({ pipelineName }, call) => pipelineArn(call, pipelineName),
  async (
    { engine },
    { pipelineName, stageName: stage = '', transitionType: direction = 'Inbound', reason = '' },
    call,
  ) => {
    const key = keyOf(call, pipelineName)
    const by = call.principal.arn
    accepted(await engine.send(key, { type: 'TransitionDisabled', stage, direction, reason, by }), key)
    return {}
  },
)
