/** A whole server for a test: its own process, temporary data folder and port, ended with the test. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../bin/pipewright.mjs', import.meta.url))

export interface TestServer extends AsyncDisposable {
  readonly url: string
  readonly dataDir: string
  readonly process: ChildProcess
  /** what SDK clients take */
  readonly client: {
    readonly endpoint: string
    readonly region: string
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
    readonly maxAttempts: number
  }
  /** environment for the AWS CLI, boto3 and our own command line */
  readonly env: NodeJS.ProcessEnv
  /** `kill -9`, and wait until it is gone; the data folder stays */
  kill(): Promise<void>
  /** starts again on the same data folder, on whatever port is free */
  restart(env?: NodeJS.ProcessEnv): Promise<TestServer>
}

export interface TestServerOptions {
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly dataDir?: string
}

/** @throws with what the server wrote to standard error, when it does not get ready */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'pipewright-test-')))
  const args = [PROGRAM, 'dev', '--port', '0', '--data-dir', dataDir, ...(options.args ?? [])]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  })
  let errors = ''
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()))
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const ready = /^pipewright ready on (\S+)$/.exec(line)
      if (ready?.[1] !== undefined) resolve(ready[1])
    })
    void exited.then(() => reject(new Error(`the server did not get ready:\n${errors}`)))
  })
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  let isAsked = false
  // what fails then is each test that wanted it; why is here
  child.once('exit', (code, signal) => {
    if (!isAsked) process.stderr.write(`the test server at ${url} ended by itself (${signal ?? code}):\n${errors}\n`)
  })
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    isAsked = true
    child.kill(signal)
    await exited
  }
  return {
    url,
    dataDir,
    process: child,
    client: { endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 },
    env: {
      ...process.env,
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    },
    kill: () => stop('SIGKILL'),
    restart: (env) => startTestServer({ ...options, dataDir, ...(env && { env }) }),
    async [Symbol.asyncDispose]() {
      await stop('SIGTERM')
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
