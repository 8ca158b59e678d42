import {
  CodePipelineClient,
  StartPipelineExecutionCommand,
  type SourceRevisionType,
} from '@aws-sdk/client-codepipeline'
import type { Command } from 'commander'
import { connectionOf, talking, withConnection } from '../connection.ts'
import { CliFailure, EXIT } from '../failure.ts'
import { terminal } from '../output.ts'
import { watch } from './watch.ts'

interface StartOptions {
  readonly endpoint?: string
  readonly region?: string
  readonly variable: readonly string[]
  readonly revision: readonly string[]
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
    .option('--watch', 'show it live and exit with its outcome')
    .option('--json', 'print JSON')
    .action(async (name: string, options: StartOptions) => {
      const connection = connectionOf(options, process.env)
      process.exitCode = await talking(connection, async () => {
        const client = new CodePipelineClient(connection)
        const { pipelineExecutionId: execution = '' } = await client.send(
          new StartPipelineExecutionCommand({
            name,
            ...(options.variable.length > 0 && { variables: options.variable.map(variable) }),
            ...(options.revision.length > 0 && { sourceRevisions: options.revision.map(revision) }),
          }),
        )
        client.destroy()
        if (options.watch) return watch(connection, name, { ...options, execution, wait: true, logs: true }, terminal)
        if (options.json) terminal.json({ pipelineExecutionId: execution })
        else {
          terminal.line(execution)
          terminal.line(`Follow it with: pipewright watch ${name}`)
        }
        return EXIT.succeeded
      })
    })

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
