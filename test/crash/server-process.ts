import { execFile, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { REPOSITORY } from './pipeline.ts'

const run = promisify(execFile)
const PROGRAM = fileURLToPath(new URL('server-that-crashes.ts', import.meta.url))

export interface CrashServer extends AsyncDisposable {
  readonly url: string
  readonly client: {
    readonly endpoint: string
    readonly region: string
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
    readonly maxAttempts: number
  }
  /** resolves when the process ended by a signal */
  readonly killed: Promise<void>
  stop(): Promise<void>
  /** a commit with real git on a fresh branch of history; rejects when the server dies under it */
  push(): Promise<void>
}

/** @param port 0: any that is free */
export async function startServer(dataDir: string, point: string, pass = 1, port = 0): Promise<CrashServer> {
  const child = spawn(process.execPath, [PROGRAM, dataDir, point, `${pass}`, `${port}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)))
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(line.replace('pipewright ready on ', '')))
    void exited.then(() => reject(new Error('the server ended before it was ready')))
  })
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await exited
  }
  return {
    url,
    client: {
      endpoint: url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    },
    killed: exited.then((signal) => (signal === 'SIGKILL' ? undefined : new Promise<void>(() => undefined))),
    stop,
    [Symbol.asyncDispose]: stop,
    push: () => pushCommit(url),
  }
}

async function pushCommit(url: string): Promise<void> {
  const script = `
    set -e
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    cd "$folder"
    git clone -q "$1" . 2>/dev/null
    git checkout -q -B main
    printf 'version: 0.2\\nphases: {build: {commands: ["true"]}}\\nartifacts: {files: ["index.html"]}\\n' > buildspec.yml
    printf 'hello\\n' > index.html
    git add --all
    git -c user.name=Test -c user.email=test@example.com commit -q -m 'Say hello'
    git push -q origin main
  `
  await run('sh', ['-c', script, 'push', url.replace('http://', 'http://test:test@') + `/v1/repos/${REPOSITORY}`])
}
