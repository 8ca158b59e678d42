import { CodePipelineClient, RollbackStageCommand } from '@aws-sdk/client-codepipeline'
import type { Command } from 'commander'
import type {
  ExtensionOutput,
  PreviewedAction,
  PreviewRollbackInput,
  RollbackAcrossVersionsInput,
  RollbackPreview,
} from '../../core/execution/extensions.ts'
import { connectionOf, talking, withConnection, type Connection } from '../connection.ts'
import { paint, terminal, type Output } from '../output.ts'
import { callOwn } from '../own-api.ts'

interface RollbackOptions {
  readonly endpoint?: string
  readonly region?: string
  readonly to: string
  readonly acrossVersions?: boolean
  readonly preview?: boolean
  readonly reason?: string
  readonly json?: boolean
}

export const rollbackCommand = (program: Command): Command =>
  withConnection(program.command('rollback'))
    .argument('<pipeline>')
    .argument('<stage>')
    .description('Run a stage again with what an earlier execution ran it with')
    .requiredOption('--to <execution>', 'the execution to go back to')
    .option('--across-versions', 'also when the pipeline was updated since (not on AWS)')
    .option('--preview', 'only say what would run, and what has changed since (not on AWS)')
    .option('--reason <text>', 'why, kept with a rollback across versions')
    .option('--json', 'print JSON')
    .action(async (pipeline: string, stage: string, options: RollbackOptions) => {
      const connection = connectionOf(options, process.env)
      const of = { pipelineName: pipeline, stageName: stage, targetPipelineExecutionId: options.to }
      await talking(connection, () =>
        options.preview ? preview(connection, of, options, terminal) : rollBack(connection, of, options),
      )
    })

async function rollBack(
  connection: Connection,
  of: PreviewRollbackInput,
  { acrossVersions = false, reason, json = false }: RollbackOptions,
): Promise<void> {
  const id = acrossVersions
    ? await rollBackAcrossVersions(connection, { ...of, ...(reason !== undefined && { reason }) })
    : await rollBackAsOnAws(connection, of)
  if (json) terminal.json({ pipelineExecutionId: id })
  else {
    terminal.line(id)
    terminal.line(`Follow it with: pipewright watch ${of.pipelineName} --execution ${id}`)
  }
}

async function rollBackAcrossVersions(connection: Connection, input: RollbackAcrossVersionsInput): Promise<string> {
  const { pipelineExecutionId } = await callOwn<ExtensionOutput>(connection, 'RollbackAcrossVersions', input)
  return pipelineExecutionId
}

async function rollBackAsOnAws(connection: Connection, input: PreviewRollbackInput): Promise<string> {
  const client = new CodePipelineClient(connection)
  const { pipelineExecutionId = '' } = await client.send(new RollbackStageCommand(input))
  client.destroy()
  return pipelineExecutionId
}

async function preview(
  connection: Connection,
  of: PreviewRollbackInput,
  { json = false }: RollbackOptions,
  output: Output,
): Promise<void> {
  const found = await callOwn<RollbackPreview>(connection, 'PreviewRollback', of)
  if (json) return output.json(found)
  const { stageName, pipelineVersion, targetPipelineExecutionId, targetPipelineVersion } = found
  output.line(
    `${stageName} of version ${pipelineVersion} would run with what execution ${targetPipelineExecutionId} of version ${targetPipelineVersion} had.`,
  )
  for (const action of found.actions) output.line(`  ${describe(action)}`)
  for (const name of found.removedActions) output.line(`  ${name}  ran then, is gone now`)
  const revisions = found.artifactRevisions.map(({ name, revisionId }) => `${name} ${revisionId}`)
  if (revisions.length > 0) output.line(`  revisions: ${revisions.join(', ')}`)
  const variables = found.variables.map(({ name, resolvedValue }) => `${name}=${resolvedValue}`)
  if (variables.length > 0) output.line(`  variables: ${variables.join(', ')}`)
  if (found.refusal !== undefined) output.line(paint(output, 'red', `It would be refused: ${found.refusal.message}`))
  else if (found.isAcrossVersions) output.line('It needs --across-versions.')
}

/** `Upload (1)  App  changed since: configuration.BucketName` */
function describe({ actionName, runOrder, inputArtifacts, isNew, changes = [] }: PreviewedAction): string {
  const inputs = inputArtifacts.map(({ name }) => name).join(', ')
  const change = isNew === true ? 'new' : changes.length === 0 ? '' : `changed since: ${changes.join(', ')}`
  return [`${actionName} (${runOrder})`, inputs, change].filter((part) => part !== '').join('  ')
}
