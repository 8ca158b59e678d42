import type { Command } from 'commander'
import {
  loadServerConfig,
  OPTIONS,
  parseKey,
  startServer,
  StartFailure,
  type ConfigOption,
  type RunningServer,
  type ServerConfig,
} from '../../server/server.ts'
import { DEV_PORT } from '../connection.ts'
import { CliFailure, EXIT } from '../failure.ts'

interface DevOptions {
  readonly port: string
  readonly dataDir: string
  readonly host: string
  readonly key: readonly string[]
  readonly logLevel: string
  readonly strict?: boolean
}

const collect = (value: string, list: readonly string[]): string[] => [...list, value]

export const devCommand = (program: Command): Command =>
  program
    .command('dev')
    .description('Start a development server on this machine: loopback only, access key test / secret test')
    .option('--port <port>', 'port; 0 picks a free one', String(DEV_PORT))
    .option('--data-dir <folder>', 'where everything is kept', '.pipewright')
    .option('--host <address>', 'loopback address to listen on', '127.0.0.1')
    .option('--key <id:secret[:account]>', 'another access key; may be repeated', collect, [])
    .option('--log-level <level>', 'debug, info, warn, error or silent', 'warn')
    .option('--strict', `${OPTIONS.strict.help} (${OPTIONS.strict.env})`)
    .action(async (options: DevOptions) => {
      const keys = options.key.map((text) => parseKey(text) ?? wrongKey(text))
      await serve({
        mode: 'dev',
        host: options.host,
        port: portOf(options.port),
        dataDir: options.dataDir,
        keys,
        logLevel: options.logLevel,
        strict: options.strict ?? isYes(OPTIONS.strict.env),
      })
    })

export const serverCommand = (program: Command): Command => {
  const command = program
    .command('server')
    .description('Start a server for a team; its first start prints one administrator key')
  for (const [flag, option] of Object.entries(OPTIONS)) {
    const { env, help, fallback, isSwitch }: ConfigOption = option
    command.option(
      `--${flag} ${isSwitch ? '[value]' : '<value>'}`,
      `${help} (${env}${fallback === undefined ? '' : `, else ${fallback}`})`,
    )
  }
  return command.action(async (flags: Record<string, string | true>) => {
    const loaded = loadServerConfig(process.env, flags)
    if ('problems' in loaded) {
      throw new CliFailure(
        `The configuration has ${loaded.problems.length} mistake(s):\n  ${loaded.problems.join('\n  ')}`,
        {
          hint: 'See all options with "pipewright server --help".',
          exitCode: EXIT.usage,
        },
      )
    }
    await serve(loaded.config)
  })
}

function isYes(variable: string): boolean {
  const value = process.env[variable] ?? 'no'
  if (value === 'yes' || value === 'no') return value === 'yes'
  throw new CliFailure(`${variable}: expected yes or no, found ${value}.`, { exitCode: EXIT.usage })
}

const wrongKey = (text: string): never => {
  throw new CliFailure(
    `--key ${text.split(':')[0] ?? ''}:\u2026 is not of the form id:secret[:account], the account having 12 digits.`,
    {
      exitCode: EXIT.usage,
    },
  )
}

function portOf(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new CliFailure(`--port ${text} is no port number.`, { exitCode: EXIT.usage })
  }
  return port
}

async function serve(config: ServerConfig): Promise<void> {
  let server: RunningServer
  try {
    server = await startServer(config)
  } catch (error) {
    if (error instanceof StartFailure) throw new CliFailure(error.message, { hint: error.hint, cause: error })
    throw error
  }
  // before the line is printed: whoever waits for it may send a signal the moment it comes
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      server.close().then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`pipewright: stopping failed: ${(error as Error).message}\n`)
          process.exit(1)
        },
      )
    })
  }
  process.stdout.write(`pipewright ready on ${server.url}\n`)
}
