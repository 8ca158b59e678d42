import {
  CodePipelineClient,
  ListActionExecutionsCommand,
  type ActionExecutionDetail,
} from '@aws-sdk/client-codepipeline'
import type { Command } from 'commander'
import { logSourceOf, type LogSource } from '../build-logs.ts'
import { connectionOf, talking, withConnection, type Connection } from '../connection.ts'
import { CliFailure } from '../failure.ts'
import { readLog } from '../live.ts'
import { terminal } from '../output.ts'

interface LogsOptions {
  readonly endpoint?: string
  readonly region?: string
  readonly action?: string
  readonly execution?: string
  readonly follow?: boolean
  readonly json?: boolean
}

export const logsCommand = (program: Command): Command =>
  withConnection(program.command('logs'))
    .argument('<pipeline>')
    .description('Print the log of a pipeline\u2019s newest build')
    .option('--action <name>', 'of this action')
    .option('--execution <id>', 'of this execution')
    .option('--follow', 'stay and print what is added')
    .option('--json', 'one JSON object a line')
    .action(async (pipeline: string, options: LogsOptions) => {
      const connection = connectionOf(options, process.env)
      await talking(connection, () => print(connection, pipeline, options))
    })

async function print(connection: Connection, pipelineName: string, options: LogsOptions): Promise<void> {
  const client = new CodePipelineClient(connection)
  const { actionExecutionDetails = [] } = await client.send(
    new ListActionExecutionsCommand({
      pipelineName,
      ...(options.execution !== undefined && { filter: { pipelineExecutionId: options.execution } }),
    }),
  )
  client.destroy()
  const build = actionExecutionDetails
    .map(buildOf)
    .find((found) => found && (options.action ?? found.action) === found.action)
  if (!build) {
    throw new CliFailure(
      `${pipelineName} has no build${options.action ? ` of an action ${options.action}` : ''} to show the log of.`,
      {
        hint: `See its actions with "pipewright watch ${pipelineName}".`,
      },
    )
  }
  const source = {
    ...build.source,
    from: 0,
    follow: options.follow === true,
  }
  for await (const line of await readLog(connection, source, new AbortController().signal)) {
    terminal.line(options.json ? JSON.stringify(line) : line.message.replace(/\r?\n$/, ''))
  }
}

function buildOf(detail: ActionExecutionDetail): { action: string; source: LogSource } | undefined {
  const source = logSourceOf(detail)
  return source && { action: detail.actionName ?? '', source }
}
