/** The calls that unblock something, as `Explain` suggests them: performed with the signed-in user's own permissions. */
import {
  EnableStageTransitionCommand,
  ListActionExecutionsCommand,
  OverrideStageConditionCommand,
  PutApprovalResultCommand,
  RetryStageExecutionCommand,
  RollbackStageCommand,
  StartPipelineExecutionCommand,
  StopPipelineExecutionCommand,
  type CodePipelineClient,
} from '@aws-sdk/client-codepipeline'
import { codepipeline } from './codepipeline.ts'
import type { Reason, Remedy } from './explain-types.ts'

type Parameters = Readonly<Record<string, unknown>>

/** which run of an approval action is meant */
export interface Approval {
  readonly pipelineName: string
  readonly pipelineExecutionId: string
  readonly stageName: string
  readonly actionName: string
}
type Send = (client: CodePipelineClient, parameters: never) => Promise<unknown>

const SEND: Readonly<Record<string, Send>> = {
  EnableStageTransition: async (client, input) => await client.send(new EnableStageTransitionCommand(input)),
  OverrideStageCondition: async (client, input) => await client.send(new OverrideStageConditionCommand(input)),
  PutApprovalResult: async (client, input) => await client.send(new PutApprovalResultCommand(input)),
  RetryStageExecution: async (client, input) => await client.send(new RetryStageExecutionCommand(input)),
  RollbackStage: async (client, input) => await client.send(new RollbackStageCommand(input)),
  StartPipelineExecution: async (client, input) => await client.send(new StartPipelineExecutionCommand(input)),
  StopPipelineExecution: async (client, input) => await client.send(new StopPipelineExecutionCommand(input)),
}

/** Whether a button can do it: a job worker's part, for one, is no person's. */
export const isPerformable = ({ operation }: Remedy): boolean => Object.hasOwn(SEND, operation)

/** @param extra what the person added: a comment, a reason. @throws the API's error */
export async function perform({ operation, parameters, needs }: Remedy, about: Reason['about'], extra: Parameters) {
  const input: Record<string, unknown> = { ...parameters, ...extra }
  if (needs?.includes('token') === true) {
    const { pipelineName, stageName, actionName } = parameters as Record<string, string>
    input['token'] = await approvalToken({
      pipelineName: pipelineName ?? '',
      pipelineExecutionId: about.pipelineExecutionId ?? '',
      stageName: stageName ?? '',
      actionName: actionName ?? '',
    })
  }
  await SEND[operation]?.(codepipeline(), input as never)
}

/**
 * The token of an open approval: the run's external execution id, in every execution mode.
 * @throws Error when nobody asks for approval there any more
 */
export async function approvalToken(approval: Approval): Promise<string> {
  const { pipelineName, pipelineExecutionId, stageName, actionName } = approval
  const { actionExecutionDetails = [] } = await codepipeline().send(
    new ListActionExecutionsCommand({ pipelineName, filter: { pipelineExecutionId }, maxResults: 100 }),
  )
  const run = actionExecutionDetails.find(
    (detail) => detail.stageName === stageName && detail.actionName === actionName && detail.status === 'InProgress',
  )
  const token = run?.output?.executionResult?.externalExecutionId
  if (token === undefined) throw new Error(`Nobody asks for approval at ${stageName} / ${actionName} any more.`)
  return token
}

/** Answers an approval. @throws the API's error */
export async function answerApproval(
  approval: Approval,
  status: 'Approved' | 'Rejected',
  summary: string,
): Promise<void> {
  const token = await approvalToken(approval)
  const { pipelineName, stageName, actionName } = approval
  const result = { status, summary }
  await codepipeline().send(new PutApprovalResultCommand({ pipelineName, stageName, actionName, token, result }))
}
