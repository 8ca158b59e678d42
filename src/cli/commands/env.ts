import type { Command } from 'commander'
import { connectionOf, withConnection } from '../connection.ts'
import { terminal } from '../output.ts'

export const envCommand = (program: Command): Command =>
  withConnection(program.command('env'))
    .description('Print the exports that point the AWS CLI, SDKs and git at a development server')
    .option('--json', 'print JSON')
    .action((options: { endpoint?: string; region?: string; json?: boolean }) => {
      const { endpoint, region, credentials } = connectionOf(options, process.env)
      const variables = {
        AWS_ENDPOINT_URL: endpoint,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
      }
      if (options.json) return terminal.json(variables)
      for (const [name, value] of Object.entries(variables)) terminal.line(`export ${name}=${quote(value)}`)
    })

/** For a POSIX shell: nothing inside single quotes is special but the quote itself. */
const quote = (value: string): string =>
  /^[\w:/.@%+=,-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`
