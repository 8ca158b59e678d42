import {
  CodePipelineClient,
  GetPipelineExecutionCommand,
  ListActionExecutionsCommand,
  ListPipelineExecutionsCommand,
  type ActionExecutionDetail,
} from '@aws-sdk/client-codepipeline'
import { connectionOf, talking, withConnection, type Connection } from '../connection.ts'
import { CliFailure, EXIT } from '../failure.ts'
import { followEvents } from '../live.ts'
import { whyBuildFailed } from '../build-failure.ts'
import { readableLines } from '../build-line.ts'
import { createBuildLogs, logSourceOf } from '../build-logs.ts'
import { duration, paint, terminal, type Output } from '../output.ts'
import type { Command } from 'commander'

export interface WatchOptions {
  readonly execution?: string
  readonly wait: boolean
  readonly logs: boolean
  readonly json?: boolean
  /** called once for each approval that waits, instead of only saying so */
  readonly onApproval?: () => Promise<void>
}

/** Exit code of each outcome; an execution still at work has none. */
const OUTCOMES: Readonly<Record<string, number>> = {
  Succeeded: EXIT.succeeded,
  Failed: EXIT.failed,
  Stopped: EXIT.stopped,
  Superseded: EXIT.stopped,
  Cancelled: EXIT.stopped,
}

export const watchCommand = (program: Command): Command =>
  withConnection(program.command('watch'))
    .argument('<pipeline>')
    .description('Show an execution live: stages, actions and the running build\u2019s log; exit with its outcome')
    .option('--execution <id>', 'which one (default: the newest)')
    .option('--no-wait', `leave with ${EXIT.waitingForApproval} when it waits for an approval`)
    .option('--no-logs', 'do not show the output of builds')
    .option('--json', 'one JSON object a line instead of text')
    .action(async (pipeline: string, options: WatchOptions & { endpoint?: string; region?: string }) => {
      const connection = connectionOf(options, process.env)
      process.exitCode = await talking(connection, () => watch(connection, pipeline, options, terminal))
    })

/** @returns the exit code */
export async function watch(
  connection: Connection,
  pipeline: string,
  options: WatchOptions,
  output: Output,
): Promise<number> {
  const client = new CodePipelineClient(connection)
  const stop = new AbortController()
  try {
    const events = await followEvents(connection, pipeline, stop.signal)
    const executionId = options.execution ?? (await newest(client, pipeline))
    const screen = createScreen(connection, pipeline, executionId, options, output, stop.signal)
    let outcome = await screen.show(client)
    if (outcome === undefined) {
      for await (const { detail } of events) {
        if (detail['execution-id'] !== executionId) continue
        outcome = await screen.show(client)
        if (outcome !== undefined) break
      }
    }
    if (outcome === undefined) throw new CliFailure('The server ended the connection before the execution was over.')
    return outcome
  } finally {
    stop.abort()
    client.destroy()
  }
}

async function newest(client: CodePipelineClient, pipelineName: string): Promise<string> {
  const { pipelineExecutionSummaries = [] } = await client.send(
    new ListPipelineExecutionsCommand({ pipelineName, maxResults: 1 }),
  )
  const id = pipelineExecutionSummaries[0]?.pipelineExecutionId
  if (id === undefined) {
    throw new CliFailure(`The pipeline ${pipelineName} has not run yet.`, {
      hint: `Start it with "pipewright start ${pipelineName}".`,
    })
  }
  return id
}

/** Prints what is new since the last look; append-only, so that it reads the same in a terminal, a file and a CI log. */
function createScreen(
  connection: Connection,
  pipeline: string,
  executionId: string,
  options: WatchOptions,
  output: Output,
  signal: AbortSignal,
) {
  const shown = new Map<string, string>()
  const logs = createBuildLogs(connection, signal, (action, { timestamp, message }) => {
    if (options.json) output.line(JSON.stringify({ type: 'log', action, timestamp, message }))
    else
      for (const line of readableLines(message)) output.line(`    ${paint(output, 'dim', `${action} \u2502`)} ${line}`)
  })
  let stage: string | undefined
  const say = (record: Record<string, unknown>, text: string): void => {
    if (options.json) output.line(JSON.stringify(record))
    else output.line(text)
  }
  const enter = (name: string): void => {
    if (stage === name) return
    stage = name
    if (!options.json) output.line(paint(output, 'bold', name))
  }

  const followBuild = async (action: ActionExecutionDetail): Promise<void> => {
    const source = logSourceOf(action)
    if (!options.logs || source === undefined) return
    if (action.status === 'InProgress') logs.follow(source, action.actionName ?? '')
    else await logs.finish(source, action.actionName ?? '')
  }

  /** The last thing to read: which command it was, or what the buildspec lacks. */
  const showBuildFailure = async (action: ActionExecutionDetail): Promise<void> => {
    const id = action.output?.executionResult?.externalExecutionId
    if (action.input?.actionTypeId?.provider !== 'CodeBuild' || id === undefined) return
    for (const reason of await whyBuildFailed(connection, id)) {
      say({ type: 'reason', action: action.actionName, reason }, `    ${reason.replaceAll('\n', '\n    ')}`)
    }
    const command = `pipewright logs ${pipeline} --action ${action.actionName} --execution ${executionId}`
    if (!options.json) output.line(`    ${paint(output, 'dim', `its whole log: ${command}`)}`)
  }

  const showAction = async (action: ActionExecutionDetail): Promise<void> => {
    const { actionExecutionId = '', actionName = '', stageName = '', status = '' } = action
    const news = shown.get(actionExecutionId) !== status
    if (news) enter(stageName)
    await followBuild(action)
    if (!news) return
    shown.set(actionExecutionId, status)
    const result = action.output?.executionResult
    const waiting = status === 'InProgress' && action.input?.actionTypeId?.category === 'Approval'
    const [mark, style] = waiting ? (['?', 'yellow'] as const) : (MARKS[status] ?? MARKS['InProgress'])
    const took =
      status === 'InProgress'
        ? ''
        : duration((action.lastUpdateTime?.getTime() ?? 0) - (action.startTime?.getTime() ?? 0))
    const about = waiting
      ? approvalHint(pipeline, result?.externalExecutionSummary)
      : (result?.errorDetails?.message ?? firstLine(result?.externalExecutionSummary))
    say(
      {
        type: 'action',
        stage: stageName,
        action: actionName,
        actionExecutionId,
        status,
        ...(about && { summary: about }),
      },
      `  ${paint(output, style, `${mark} ${actionName}`)}${took && `  ${paint(output, 'dim', took)}`}${about && `  ${about}`}`,
    )
    if (status === 'Failed') await showBuildFailure(action)
    if (waiting) await options.onApproval?.()
  }

  return {
    /** @returns the exit code once there is one */
    async show(client: CodePipelineClient): Promise<number | undefined> {
      // in this order: when the execution is over, so is every action that is read after it
      const { pipelineExecution } = await client.send(
        new GetPipelineExecutionCommand({ pipelineName: pipeline, pipelineExecutionId: executionId }),
      )
      const actions = await actionsOf(client, pipeline, executionId)
      const status = pipelineExecution?.status ?? 'InProgress'
      if (!shown.has(executionId)) {
        const trigger = pipelineExecution?.trigger
        say(
          { type: 'execution', pipeline, executionId, status, trigger },
          `${paint(output, 'bold', pipeline)}  ${executionId}  ${paint(output, 'dim', `by ${trigger?.triggerType ?? ''} ${trigger?.triggerDetail ?? ''}`)}`,
        )
        shown.set(executionId, '')
      }
      for (const action of actions) await showAction(action)
      const outcome = OUTCOMES[status]
      if (outcome === undefined) {
        const waits = actions.some(
          (action) => action.status === 'InProgress' && action.input?.actionTypeId?.category === 'Approval',
        )
        return waits && !options.wait ? EXIT.waitingForApproval : undefined
      }
      const [mark, style] = MARKS[status] ?? MARKS['Failed']
      const summary = pipelineExecution?.statusSummary
      say(
        { type: 'execution', pipeline, executionId, status, ...(summary && { summary }) },
        `${paint(output, style, `${mark} ${status}`)}${summary ? `  ${summary}` : ''}`,
      )
      return outcome
    },
  }
}

/** What the approver is asked, and how to answer. */
const approvalHint = (pipeline: string, question: string | undefined): string =>
  `waits for approval: ${question ? `${question}  ` : ''}(pipewright approve ${pipeline})`

const MARKS: Readonly<Record<string, readonly [string, 'green' | 'red' | 'yellow' | 'cyan' | 'dim']>> & {
  readonly InProgress: readonly ['\u2026', 'cyan']
  readonly Failed: readonly ['\u2718', 'red']
} = {
  InProgress: ['\u2026', 'cyan'],
  Succeeded: ['\u2714', 'green'],
  Failed: ['\u2718', 'red'],
  Abandoned: ['\u2718', 'yellow'],
  Stopped: ['\u25A0', 'yellow'],
  Superseded: ['\u21B7', 'dim'],
  Cancelled: ['\u25A0', 'dim'],
}

/** Oldest first. */
async function actionsOf(
  client: CodePipelineClient,
  pipelineName: string,
  pipelineExecutionId: string,
): Promise<ActionExecutionDetail[]> {
  const all: ActionExecutionDetail[] = []
  let nextToken: string | undefined
  do {
    const page = await client.send(
      new ListActionExecutionsCommand({
        pipelineName,
        filter: { pipelineExecutionId },
        ...(nextToken && { nextToken }),
      }),
    )
    all.push(...(page.actionExecutionDetails ?? []))
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return all.reverse()
}

const firstLine = (text: string | undefined): string => text?.split('\n')[0] ?? ''
