import { CodePipelineClient, GetPipelineStateCommand, RetryStageExecutionCommand } from '@aws-sdk/client-codepipeline'
import type { Command } from 'commander'
import type { RetryActionInput } from '../../core/execution/extensions.ts'
import { connectionOf, talking, withConnection, type Connection } from '../connection.ts'
import { CliFailure, EXIT } from '../failure.ts'
import { terminal } from '../output.ts'
import { callOwn } from '../own-api.ts'

interface RetryOptions {
  readonly endpoint?: string
  readonly region?: string
  readonly action?: string
  readonly all?: boolean
  readonly execution?: string
  readonly json?: boolean
}

export const retryCommand = (program: Command): Command =>
  withConnection(program.command('retry'))
    .argument('<pipeline>')
    .argument('<stage>')
    .description('Retry what failed in a stage, inside the same execution')
    .option('--action <name>', 'this failed action only (not on AWS)')
    .option('--all', 'every action of the stage, not only those that failed')
    .option('--execution <id>', 'of which execution (default: the latest in the stage)')
    .option('--json', 'print JSON')
    .action(async (pipeline: string, stage: string, options: RetryOptions) => {
      if (options.action !== undefined && options.all === true) {
        throw new CliFailure('--action and --all exclude each other.', { exitCode: EXIT.usage })
      }
      const connection = connectionOf(options, process.env)
      await talking(connection, () => retry(connection, pipeline, stage, options))
    })

async function retry(
  connection: Connection,
  pipelineName: string,
  stageName: string,
  options: RetryOptions,
): Promise<void> {
  const client = new CodePipelineClient(connection)
  const pipelineExecutionId = options.execution ?? (await latestIn(client, pipelineName, stageName))
  const of = { pipelineName, stageName, pipelineExecutionId }
  if (options.action === undefined) {
    const retryMode = options.all === true ? 'ALL_ACTIONS' : 'FAILED_ACTIONS'
    await client.send(new RetryStageExecutionCommand({ ...of, retryMode }))
  } else {
    await callOwn(connection, 'RetryAction', { ...of, actionName: options.action } satisfies RetryActionInput)
  }
  client.destroy()
  if (options.json) terminal.json({ pipelineExecutionId })
  else {
    terminal.line(`${[stageName, options.action].filter((name) => name !== undefined).join('/')} runs again`)
    terminal.line(`Follow it with: pipewright watch ${pipelineName} --execution ${pipelineExecutionId}`)
  }
}

async function latestIn(client: CodePipelineClient, name: string, stage: string): Promise<string> {
  const { stageStates = [] } = await client.send(new GetPipelineStateCommand({ name }))
  const found = stageStates.find(({ stageName }) => stageName === stage)
  if (found === undefined) {
    const names = stageStates.map(({ stageName }) => stageName).join(', ')
    throw new CliFailure(`${name} has no stage ${stage}.`, { hint: `Its stages are ${names}.` })
  }
  const id = found.latestExecution?.pipelineExecutionId
  if (id !== undefined) return id
  throw new CliFailure(`No execution of ${name} is known to have entered ${stage}.`, {
    hint: 'Of a pipeline in PARALLEL mode, say which one with --execution <id>.',
  })
}
