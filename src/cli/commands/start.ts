import {
  CodePipelineClient,
  StartPipelineExecutionCommand,
  type SourceRevisionType,
} from '@aws-sdk/client-codepipeline'
import type { Command } from 'commander'
import type { ExtensionOutput, StartFromStageInput } from '../../core/execution/extensions.ts'
import { connectionOf, talking, withConnection, type Connection } from '../connection.ts'
import { CliFailure, EXIT } from '../failure.ts'
import { terminal } from '../output.ts'
import { callOwn } from '../own-api.ts'
import { watch } from './watch.ts'

interface StartOptions {
  readonly endpoint?: string
  readonly region?: string
  readonly variable: readonly string[]
  readonly revision: readonly string[]
  readonly fromStage?: string
  readonly of?: string
  readonly reason?: string
  readonly watch?: boolean
  readonly json?: boolean
}

const collect = (value: string, list: readonly string[]): string[] => [...list, value]

export const startCommand = (program: Command): Command =>
  withConnection(program.command('start'))
    .argument('<pipeline>')
    .description('Start an execution')
    .option('--variable <name=value>', 'value of a pipeline variable; may be repeated', collect, [])
    .option(
      '--revision <action=type:value>',
      'source revision, e.g. Source=COMMIT_ID:4d5e6f\u2026; may be repeated',
      collect,
      [],
    )
    .option('--from-stage <stage>', 'begin there, with what an earlier execution had by then (not on AWS)')
    .option('--of <execution>', 'which earlier execution (default: the newest that got there)')
    .option('--reason <text>', 'why it begins at a later stage; it stays on record')
    .option('--watch', 'show it live and exit with its outcome')
    .option('--json', 'print JSON')
    .action(async (name: string, options: StartOptions) => {
      const connection = connectionOf(options, process.env)
      process.exitCode = await talking(connection, async () => {
        const fromStage = startFromStage(name, options)
        const execution = await (fromStage ? startLater(connection, fromStage) : start(connection, name, options))
        if (options.watch) return watch(connection, name, { ...options, execution, wait: true, logs: true }, terminal)
        if (options.json) terminal.json({ pipelineExecutionId: execution })
        else {
          terminal.line(execution)
          terminal.line(`Follow it with: pipewright watch ${name}`)
        }
        return EXIT.succeeded
      })
    })

async function start(connection: Connection, name: string, options: StartOptions): Promise<string> {
  const client = new CodePipelineClient(connection)
  const { pipelineExecutionId = '' } = await client.send(
    new StartPipelineExecutionCommand({
      name,
      ...(options.variable.length > 0 && { variables: options.variable.map(variable) }),
      ...(options.revision.length > 0 && { sourceRevisions: options.revision.map(revision) }),
    }),
  )
  client.destroy()
  return pipelineExecutionId
}

async function startLater(connection: Connection, input: StartFromStageInput): Promise<string> {
  const { pipelineExecutionId } = await callOwn<ExtensionOutput>(connection, 'StartFromStage', input)
  return pipelineExecutionId
}

/** @returns undefined for an ordinary start */
function startFromStage(pipelineName: string, options: StartOptions): StartFromStageInput | undefined {
  const { fromStage: stageName, of, reason, variable, revision } = options
  if (stageName === undefined) {
    if (of === undefined && reason === undefined) return undefined
    throw new CliFailure('--of and --reason go with --from-stage.', { exitCode: EXIT.usage })
  }
  if (reason === undefined) {
    throw new CliFailure('--from-stage needs a --reason: it stays on record.', { exitCode: EXIT.usage })
  }
  if (variable.length + revision.length > 0) {
    throw new CliFailure('--from-stage takes variables and revisions from the earlier execution.', {
      hint: 'Leave --variable and --revision out, or start from the first stage.',
      exitCode: EXIT.usage,
    })
  }
  return { pipelineName, stageName, reason, ...(of !== undefined && { fromPipelineExecutionId: of }) }
}

function variable(text: string): { name: string; value: string } {
  const equals = text.indexOf('=')
  if (equals < 1) throw usage('--variable', text, 'name=value')
  return { name: text.slice(0, equals), value: text.slice(equals + 1) }
}

function revision(text: string): { actionName: string; revisionType: SourceRevisionType; revisionValue: string } {
  const match = /^([^=]+)=([A-Z0-9_]+):(.+)$/.exec(text)
  if (!match) throw usage('--revision', text, 'action=type:value')
  const [, actionName = '', revisionType = '', revisionValue = ''] = match
  return { actionName, revisionType: revisionType as SourceRevisionType, revisionValue }
}

const usage = (option: string, found: string, form: string): CliFailure =>
  new CliFailure(`${option} ${found}: expected ${form}.`, { exitCode: EXIT.usage })
