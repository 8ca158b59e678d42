import {
  EnableStageTransition$,
  type EnableStageTransitionCommandInput,
  type EnableStageTransitionCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { pipelineArn } from '../arns.ts'
import { define } from '../define.ts'
import { accepted, keyOf } from '../pipelines.ts'

export const enableStageTransition = define<EnableStageTransitionCommandInput, EnableStageTransitionCommandOutput>(
  EnableStageTransition$,
  ({ pipelineName }, call) => pipelineArn(call, pipelineName),
  async ({ engine }, { pipelineName, stageName: stage = '', transitionType: direction = 'Inbound' }, call) => {
    const key = keyOf(call, pipelineName)
    const by = call.principal.arn
    accepted(await engine.send(key, { type: 'TransitionEnabled', stage, direction, by }), key)
    return {}
  },
)
