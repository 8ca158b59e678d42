import {
  PutActionRevision$,
  type PutActionRevisionCommandInput,
  type PutActionRevisionCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { findActionType } from '../../../core/catalog/action-types.ts'
import { invariant } from '../../../core/invariant.ts'
import { actionArn } from '../arns.ts'
import { define } from '../define.ts'
import { validation } from '../errors.ts'
import { accepted, keyOf, requireAction, requirePipeline } from '../pipelines.ts'
import { checkedStart } from '../structure.ts'

/** Starts an execution for a revision that was not seen before; `newRevision` says whether it did (`spec` 5.6). */
export const putActionRevision = define<PutActionRevisionCommandInput, PutActionRevisionCommandOutput>(
  PutActionRevision$,
  ({ pipelineName, stageName, actionName }, call) => actionArn(call, pipelineName, stageName, actionName),
  async (dependencies, { pipelineName, stageName, actionName = '', actionRevision }, call) => {
    const key = keyOf(call, pipelineName)
    const { state } = await requirePipeline(dependencies, key)
    const { actionTypeId } = requireAction(state, stageName, actionName)
    if (actionTypeId.category !== 'Source') throw validation(`Action '${actionName}' is not a source action`)
    const revisionId = actionRevision?.revisionId ?? ''
    const [revisionType] = findActionType(actionTypeId)?.revisionTypes ?? []
    const { variables } = checkedStart(state.declaration, {})
    const { reply } = accepted(
      await dependencies.engine.send(key, {
        type: 'ExecutionRequested',
        executionId: dependencies.newId(),
        trigger: { type: 'PutActionRevision', detail: call.principal.arn },
        variables,
        sourceRevisions: revisionType === undefined ? [] : [{ actionName, revisionType, revisionValue: revisionId }],
        automatic: false,
        onlyIfNew: { actionName, revisionId },
      }),
      key,
    )
    const pipelineExecutionId = reply.executionId ?? state.newestExecution
    invariant(pipelineExecutionId !== undefined, `${key.name} knows a revision but no execution`)
    return { newRevision: reply.started ?? false, pipelineExecutionId }
  },
)
