import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface DemoServer {
  /** process id, when it was started here */
  readonly startedBy: number | undefined
  stop(): void
}

/** Uses the server that answers at the endpoint, or starts one that outlives the demo. */
export async function ensureServer(
  endpoint: string,
  { port, dataDir }: { port: string; dataDir: string },
): Promise<DemoServer> {
  if (await answers(endpoint)) return { startedBy: undefined, stop: () => undefined }
  const program = fileURLToPath(new URL('../../bin/pipewright.mjs', import.meta.url))
  const child = spawn(process.execPath, [program, 'dev', '--port', port, '--data-dir', dataDir], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', () => resolve())
    child.once('exit', () => reject(new Error('the server did not start')))
  })
  // the demo may end while the server goes on
  child.stdout.destroy()
  child.unref()
  return { startedBy: child.pid, stop: () => void child.kill('SIGTERM') }
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    const { status } = await fetch(`${endpoint}/_pipewright/health`)
    return status === 200
  } catch {
    return false
  }
}
