import {
  StartPipelineExecution$,
  type StartPipelineExecutionCommandInput,
  type StartPipelineExecutionCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { DEFAULT_LIMITS } from '../../../core/execution/limits.ts'
import { invariant } from '../../../core/invariant.ts'
import { pipelineArn } from '../arns.ts'
import { define } from '../define.ts'
import { accepted, keyOf, requirePipeline } from '../pipelines.ts'
import { checkedStart } from '../structure.ts'

export const startPipelineExecution = define<StartPipelineExecutionCommandInput, StartPipelineExecutionCommandOutput>(
  StartPipelineExecution$,
  ({ name }, call) => pipelineArn(call, name),
  async (dependencies, { name, variables, sourceRevisions, clientRequestToken }, call) => {
    const key = keyOf(call, name)
    const { state } = await requirePipeline(dependencies, key)
    // A repeated request is answered as the first one was, whatever else it says.
    const known = clientRequestToken === undefined ? undefined : state.startTokens[clientRequestToken]
    const repeated = known !== undefined && dependencies.clock.now() - known.at < DEFAULT_LIMITS.startTokenMs
    const start = repeated
      ? { variables: {}, sourceRevisions: [] }
      : checkedStart(state.declaration, { variables, sourceRevisions })
    const { reply } = accepted(
      await dependencies.engine.send(key, {
        type: 'ExecutionRequested',
        executionId: dependencies.newId(),
        trigger: { type: 'StartPipelineExecution', detail: call.principal.arn },
        ...start,
        ...(clientRequestToken !== undefined && { clientRequestToken }),
        automatic: false,
      }),
      key,
    )
    invariant(reply.executionId !== undefined, `a start of ${key.name} was accepted without an execution`)
    return { pipelineExecutionId: reply.executionId }
  },
)
