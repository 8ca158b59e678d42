import {
  PutApprovalResult$,
  type PutApprovalResultCommandInput,
  type PutApprovalResultCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { actionArn } from '../arns.ts'
import { define } from '../define.ts'
import { accepted, keyOf } from '../pipelines.ts'

export const putApprovalResult = define<PutApprovalResultCommandInput, PutApprovalResultCommandOutput>(
  PutApprovalResult$,
  ({ pipelineName, stageName, actionName }, call) => actionArn(call, pipelineName, stageName, actionName),
  async ({ engine }, { pipelineName, stageName = '', actionName = '', result, token = '' }, call) => {
    const key = keyOf(call, pipelineName)
    const { at } = accepted(
      await engine.send(key, {
        type: 'ApprovalAnswered',
        stage: stageName,
        action: actionName,
        token,
        status: result?.status === 'Approved' ? 'Approved' : 'Rejected',
        summary: result?.summary ?? '',
        by: call.principal.arn,
      }),
      key,
    )
    return { approvedAt: new Date(at) }
  },
)
