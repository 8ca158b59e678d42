import type { Command } from 'commander'
import { CliFailure, explain } from './failure.ts'

export interface Connection {
  readonly endpoint: string
  readonly region: string
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
}

export const DEV_PORT = 4566
const DEFAULT_ENDPOINT = `http://127.0.0.1:${DEV_PORT}`

/** Adds the options every command has that talks to a server. */
export const withConnection = (command: Command): Command =>
  command
    .option('--endpoint <url>', `server to talk to (AWS_ENDPOINT_URL, else ${DEFAULT_ENDPOINT})`)
    .option('--region <region>', 'region (AWS_REGION or AWS_DEFAULT_REGION, else us-east-1)')

/** Environment as the AWS tools read it; without any, the development credentials, and only for a loopback endpoint. */
export function connectionOf(options: { endpoint?: string; region?: string }, env: NodeJS.ProcessEnv): Connection {
  const endpoint = (options.endpoint ?? env['AWS_ENDPOINT_URL'] ?? DEFAULT_ENDPOINT).replace(/\/+$/, '')
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(URL.parse(endpoint)?.hostname ?? '')
  if (env['AWS_ACCESS_KEY_ID'] === undefined && !isLocal) {
    throw new CliFailure(`No credentials for ${endpoint}.`, {
      hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; the development key is only for this machine.',
    })
  }
  return {
    endpoint,
    region: options.region ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1',
    credentials: {
      accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? 'test',
      secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? 'test',
      ...(env['AWS_SESSION_TOKEN'] !== undefined && { sessionToken: env['AWS_SESSION_TOKEN'] }),
    },
  }
}

/** Runs a command's work, so that what fails is said in words. */
export async function talking<Result>({ endpoint }: Connection, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw explain(error, endpoint)
  }
}
