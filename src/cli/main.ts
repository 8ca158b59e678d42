import { Command, CommanderError } from 'commander'
import { CliFailure, EXIT } from './failure.ts'

/**
 * Each command loads its own file only when it is the one that runs: the SDK clients of the others would cost a server its
 * start-up time and a short command most of its own.
 */
const COMMANDS: Readonly<Record<string, (program: Command) => Promise<unknown>>> = {
  dev: async (program) => (await import('./commands/serve.ts')).devCommand(program),
  server: async (program) => (await import('./commands/serve.ts')).serverCommand(program),
  env: async (program) => (await import('./commands/env.ts')).envCommand(program),
  start: async (program) => (await import('./commands/start.ts')).startCommand(program),
  retry: async (program) => (await import('./commands/retry.ts')).retryCommand(program),
  rollback: async (program) => (await import('./commands/rollback.ts')).rollbackCommand(program),
  skip: async (program) => (await import('./commands/skip.ts')).skipCommand(program),
  watch: async (program) => (await import('./commands/watch.ts')).watchCommand(program),
  why: async (program) => (await import('./commands/why.ts')).whyCommand(program),
  logs: async (program) => (await import('./commands/logs.ts')).logsCommand(program),
  approve: async (program) => (await import('./commands/approve.ts')).approvalCommands(program),
  reject: async (program) => (await import('./commands/approve.ts')).approvalCommands(program),
  lint: async (program) => (await import('./commands/lint.ts')).lintCommand(program),
  doctor: async (program) => (await import('./commands/doctor.ts')).doctorCommand(program),
}

export async function main(argv: readonly string[], version: string): Promise<void> {
  const program = new Command('pipewright')
    .description('AWS CodePipeline pipelines anywhere.')
    .version(version)
    .showHelpAfterError('(see --help)')
    .exitOverride()
  const load = COMMANDS[argv[2] ?? '']
  const loads = load
    ? [load]
    : [
        ...new Set(
          Object.entries(COMMANDS)
            .filter(([name]) => name !== 'reject')
            .map(([, one]) => one),
        ),
      ]
  for (const one of loads) await one(program)
  try {
    await program.parseAsync([...argv])
  } catch (error) {
    if (error instanceof CommanderError) {
      // it has said what is wrong already; help and version that were asked for are no mistake
      process.exitCode = error.exitCode === 0 ? EXIT.succeeded : EXIT.usage
      return
    }
    if (!(error instanceof CliFailure)) throw error
    process.stderr.write(`pipewright: ${error.message}\n${error.hint === undefined ? '' : `  ${error.hint}\n`}`)
    process.exitCode = error.exitCode
  }
}
