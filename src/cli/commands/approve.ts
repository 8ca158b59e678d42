import {
  CodePipelineClient,
  GetPipelineStateCommand,
  ListActionExecutionsCommand,
  PutApprovalResultCommand,
} from '@aws-sdk/client-codepipeline'
import type { Command } from 'commander'
import { connectionOf, talking, withConnection, type Connection } from '../connection.ts'
import { CliFailure } from '../failure.ts'
import { terminal } from '../output.ts'

interface AnswerOptions {
  readonly endpoint?: string
  readonly region?: string
  readonly action?: string
  readonly execution?: string
  readonly summary: string
  readonly json?: boolean
}

const ANSWERS = {
  approve: { status: 'Approved', done: 'approved', description: 'Approve the waiting approval of a pipeline' },
  reject: { status: 'Rejected', done: 'rejected', description: 'Reject the waiting approval of a pipeline' },
} as const

export const approvalCommands = (program: Command): void => {
  for (const verb of ['approve', 'reject'] as const) {
    withConnection(program.command(verb))
      .argument('<pipeline>')
      .description(ANSWERS[verb].description)
      .option('--action <name>', 'which approval, when several wait')
      .option('--execution <id>', 'whose approval, when several executions wait')
      .option('--summary <text>', 'why, shown in the history', '')
      .option('--json', 'print JSON')
      .action(async (pipeline: string, options: AnswerOptions) => {
        const connection = connectionOf(options, process.env)
        await talking(connection, () => answer(connection, pipeline, verb, options))
      })
  }
}

export interface WaitingApproval {
  readonly executionId: string | undefined
  readonly stageName: string
  readonly actionName: string
  readonly token: string
  /** what the approver is asked */
  readonly summary: string
}

/** The approvals of a pipeline that wait for somebody. */
export async function waitingApprovals(client: CodePipelineClient, name: string): Promise<WaitingApproval[]> {
  const { stageStates = [] } = await client.send(new GetPipelineStateCommand({ name }))
  // executions in PARALLEL mode have no part in the state, but are in history
  if (stageStates.every(({ actionStates = [] }) => actionStates.length === 0)) return inHistory(client, name)
  return stageStates.flatMap(({ stageName = '', actionStates = [], latestExecution: entered }) =>
    actionStates.flatMap(({ actionName = '', latestExecution: { status, token, summary = QUESTION } = {} }) =>
      status === 'InProgress' && token !== undefined
        ? [{ executionId: entered?.pipelineExecutionId, stageName, actionName, token, summary }]
        : [],
    ),
  )
}

const QUESTION = 'Approve?'

/** There the token is the run's external id. */
async function inHistory(client: CodePipelineClient, pipelineName: string): Promise<WaitingApproval[]> {
  const found: WaitingApproval[] = []
  let nextToken: string | undefined
  do {
    const page = await client.send(new ListActionExecutionsCommand({ pipelineName, ...(nextToken && { nextToken }) }))
    for (const { status, input, output, pipelineExecutionId, ...run } of page.actionExecutionDetails ?? []) {
      const { externalExecutionId: token, externalExecutionSummary: summary = QUESTION } = output?.executionResult ?? {}
      if (status !== 'InProgress' || input?.actionTypeId?.category !== 'Approval' || token === undefined) continue
      const { stageName = '', actionName = '' } = run
      found.push({ executionId: pipelineExecutionId, stageName, actionName, token, summary })
    }
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return found
}

async function answer(
  connection: Connection,
  pipelineName: string,
  verb: keyof typeof ANSWERS,
  options: AnswerOptions,
): Promise<void> {
  const client = new CodePipelineClient(connection)
  const waiting = (await waitingApprovals(client, pipelineName)).filter(
    ({ actionName, executionId }) =>
      (options.action === undefined || actionName === options.action) &&
      (options.execution === undefined || executionId === options.execution),
  )
  const [approval, ...others] = waiting
  if (!approval) {
    throw new CliFailure(
      `Nothing in ${pipelineName} waits for an approval${options.action ? ` named ${options.action}` : ''}.`,
      {
        hint: `See where it is with "pipewright watch ${pipelineName}".`,
      },
    )
  }
  if (others.length > 0) {
    const names = new Set(waiting.map(({ actionName }) => actionName))
    const isSame = names.size < waiting.length
    const list = waiting.map(({ actionName, executionId }) => (isSame ? `${actionName} of ${executionId}` : actionName))
    throw new CliFailure(`${waiting.length} approvals wait: ${list.join(', ')}.`, {
      hint: `Say which one with --action <name>${isSame ? ' and --execution <id>' : ''}.`,
    })
  }
  const { status } = ANSWERS[verb]
  const approvedAt = await answerApproval(client, pipelineName, approval, status, options.summary)
  client.destroy()
  if (options.json)
    terminal.json({ stageName: approval.stageName, actionName: approval.actionName, status, approvedAt })
  else terminal.line(`${approval.stageName}/${approval.actionName} ${ANSWERS[verb].done}`)
}

export async function answerApproval(
  client: CodePipelineClient,
  pipelineName: string,
  { stageName, actionName, token }: WaitingApproval,
  status: 'Approved' | 'Rejected',
  summary: string,
): Promise<Date | undefined> {
  const { approvedAt } = await client.send(
    new PutApprovalResultCommand({ pipelineName, stageName, actionName, token, result: { status, summary } }),
  )
  return approvedAt
}
