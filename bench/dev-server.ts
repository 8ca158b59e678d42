import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { connectionOf, type Connection } from '../src/cli/connection.ts'

const BIN = join(import.meta.dirname, '..', 'bin', 'pipewright.mjs')

/** `pipewright dev` as users start it, in a process of its own, on a free port. */
export interface DevServer extends AsyncDisposable {
  readonly pid: number
  readonly connection: Connection
}

export async function startDevServer(dataDir: string): Promise<DevServer> {
  const server = spawn(process.execPath, [BIN, 'dev', '--port', '0', '--data-dir', dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(server, 'exit')
  let endpoint: string | undefined
  for await (const line of createInterface({ input: server.stdout })) {
    endpoint = /ready on (\S+)/.exec(line)?.[1]
    if (endpoint !== undefined) break
  }
  if (endpoint === undefined || server.pid === undefined) throw new Error('the server did not start')
  return {
    pid: server.pid,
    connection: connectionOf({ endpoint }, {}),
    [Symbol.asyncDispose]: async () => {
      server.kill('SIGTERM')
      await exited
    },
  }
}
