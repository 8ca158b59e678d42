import type { Command } from 'commander'
import type { SkipActionInput } from '../../core/execution/extensions.ts'
import { connectionOf, talking, withConnection } from '../connection.ts'
import { terminal } from '../output.ts'
import { callOwn } from '../own-api.ts'

interface SkipOptions {
  readonly endpoint?: string
  readonly region?: string
  readonly reason: string
  readonly json?: boolean
}

export const skipCommand = (program: Command): Command =>
  withConnection(program.command('skip'))
    .argument('<pipeline>')
    .argument('<execution>')
    .argument('<stage>')
    .argument('<action>')
    .description('Skip an action once: one that has not begun, or that failed (not on AWS)')
    .requiredOption('--reason <text>', 'why; it stays on record')
    .option('--json', 'print JSON')
    .action(
      async (
        pipelineName: string,
        pipelineExecutionId: string,
        stageName: string,
        actionName: string,
        options: SkipOptions,
      ) => {
        const connection = connectionOf(options, process.env)
        const input: SkipActionInput = {
          pipelineName,
          pipelineExecutionId,
          stageName,
          actionName,
          reason: options.reason,
        }
        await talking(connection, () => callOwn(connection, 'SkipAction', input))
        if (options.json) terminal.json({ pipelineExecutionId })
        else terminal.line(`${stageName}/${actionName} is skipped in this execution, once`)
      },
    )
