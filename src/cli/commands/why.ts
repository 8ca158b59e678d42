import { CodePipelineClient, ListPipelineExecutionsCommand } from '@aws-sdk/client-codepipeline'
import type { Command } from 'commander'
import type { Explanation, Reason } from '../../core/execution/explain.ts'
import type { ExecutionTimings } from '../../core/execution/timings.ts'
import { connectionOf, talking, withConnection, type Connection } from '../connection.ts'
import { CliFailure } from '../failure.ts'
import { paint, terminal, type Output } from '../output.ts'
import { callOwn } from '../own-api.ts'
import { showReason } from './why/reason.ts'
import { showTimings } from './why/times.ts'

interface WhyOptions {
  readonly endpoint?: string
  readonly region?: string
  readonly times?: boolean
  readonly json?: boolean
}

export const whyCommand = (program: Command): Command =>
  withConnection(program.command('why'))
    .argument('<pipeline>')
    .argument('[execution]', 'its id (default: everything in the pipeline that waits or broke)')
    .description('Say why it does not go on, since when, and what would unblock it')
    .option('--times', 'where the time of the execution went instead (default: of the newest)')
    .option('--json', 'print JSON')
    .action(async (pipeline: string, execution: string | undefined, options: WhyOptions) => {
      const connection = connectionOf(options, process.env)
      await talking(connection, () =>
        options.times
          ? times(connection, pipeline, execution, options, terminal)
          : why(connection, pipeline, execution, options, terminal),
      )
    })

async function why(
  connection: Connection,
  pipelineName: string,
  pipelineExecutionId: string | undefined,
  options: WhyOptions,
  output: Output,
): Promise<void> {
  const input = { pipelineName, ...(pipelineExecutionId !== undefined && { pipelineExecutionId }) }
  const explanation = await callOwn<Explanation>(connection, 'Explain', input)
  if (options.json) return output.json(explanation)
  if (explanation.reasons.length === 0) return output.line(`${pipelineName} has never run.`)
  for (const [subject, reasons] of bySubject(explanation.reasons)) {
    output.line(paint(output, 'bold', [pipelineName, ...(subject === undefined ? [] : [subject])].join('  ')))
    for (const reason of reasons) showReason(reason, pipelineName, explanation.at, output)
  }
}

/** In order of the most urgent reason of each; what concerns no execution comes under the pipeline's own name. */
function bySubject(reasons: readonly Reason[]): ReadonlyMap<string | undefined, readonly Reason[]> {
  return Map.groupBy(reasons, ({ about }) => about.pipelineExecutionId)
}

async function times(
  connection: Connection,
  pipelineName: string,
  execution: string | undefined,
  options: WhyOptions,
  output: Output,
): Promise<void> {
  const pipelineExecutionId = execution ?? (await newest(connection, pipelineName))
  const timings = await callOwn<ExecutionTimings>(connection, 'GetTimings', { pipelineName, pipelineExecutionId })
  if (options.json) return output.json(timings)
  showTimings(timings, output)
}

async function newest(connection: Connection, pipelineName: string): Promise<string> {
  const client = new CodePipelineClient(connection)
  const { pipelineExecutionSummaries: [summary] = [] } = await client.send(
    new ListPipelineExecutionsCommand({ pipelineName, maxResults: 1 }),
  )
  client.destroy()
  if (summary?.pipelineExecutionId !== undefined) return summary.pipelineExecutionId
  throw new CliFailure(`${pipelineName} has never run.`, { hint: `Start it with "pipewright start ${pipelineName}".` })
}
