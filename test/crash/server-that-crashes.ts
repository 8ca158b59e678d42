/**
 * A development server that kills itself at the n-th time a crash point is passed: `node server-that-crashes.ts <data folder>
 * <point> <n> <port>`. Point `never` runs through. Prints its ready line like the real one.
 */
import { startServer, type ServerHooks } from '../../src/server/server.ts'

const [dataDir = '', point = 'never', count = '1', port = '0'] = process.argv.slice(2)

let left = Number(count)
const probe: ServerHooks['probe'] = (reached) => {
  if (reached !== point) return
  left -= 1
  if (left === 0) process.kill(process.pid, 'SIGKILL')
}

const server = await startServer(
  { mode: 'dev', host: '127.0.0.1', port: Number(port), dataDir, keys: [], logLevel: 'warn' },
  { probe },
)
process.stdout.write(`pipewright ready on ${server.url}\n`)
process.once('SIGTERM', () => void server.close().then(() => process.exit(0)))
