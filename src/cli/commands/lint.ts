import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { CliFailure, EXIT } from '../failure.ts'
import { lintText, renderLint } from '../../lint/lint.ts'
import { terminal } from '../output.ts'

export const lintCommand = (program: Command): Command =>
  program
    .command('lint')
    .argument('<file>', 'pipeline declaration (JSON or YAML), or a CloudFormation template with pipelines')
    .description('Check a pipeline declaration offline and print every problem at once')
    .option('--strict', 'what works here but not on AWS is an error, not a warning')
    .option('--json', 'print JSON')
    .action((file: string, options: { json?: boolean; strict?: boolean }) => {
      const problems = lintText(read(file), file, { strict: options.strict ?? false })
      if (options.json) terminal.json(problems)
      else if (problems.length === 0) terminal.line(`${file}: no problems`)
      else terminal.line(renderLint(problems))
      process.exitCode = problems.some(({ severity }) => severity === 'error') ? EXIT.failed : EXIT.succeeded
    })

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CliFailure(`${file} cannot be read: ${(error as Error).message}`, { exitCode: EXIT.usage, cause: error })
  }
}
