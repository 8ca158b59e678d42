/** How long `pipewright dev` takes to its ready line, and what it holds when idle; each start is a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { figure, heading, spread } from './report.ts'
import { temporaryFolder } from './temporary-folder.ts'

const STARTS = 11
/** for what the start leaves to do, and a garbage collection */
const SETTLE_MS = 1000

export async function run(): Promise<void> {
  heading('Start-up of `pipewright dev`')
  await using folder = await temporaryFolder()
  const first = await start(join(folder.path, 'first'))
  const warm = []
  for (let index = 0; index < STARTS; index += 1) warm.push(await start(join(folder.path, 'state')))
  figure('ready, an empty data folder', `${Math.round(first.readyMs)} ms`)
  figure(
    'ready, again',
    spread(
      warm.slice(1).map(({ readyMs }) => readyMs),
      'ms',
    ),
    '<= 500 ms',
  )
  if (first.residentMb === undefined) return
  figure(
    'resident when idle',
    spread(
      warm.slice(1).map(({ residentMb }) => residentMb ?? Number.NaN),
      'MB',
    ),
    '<= 100 MB',
  )
}

async function start(dataDir: string): Promise<{ readyMs: number; residentMb: number | undefined }> {
  const from = performance.now()
  const bin = join(import.meta.dirname, '..', 'bin', 'pipewright.mjs')
  const server = spawn(process.execPath, [bin, 'dev', '--port', '0', '--data-dir', dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(server, 'exit')
  try {
    for await (const line of createInterface({ input: server.stdout })) if (line.includes('ready on')) break
    const readyMs = performance.now() - from
    await delay(SETTLE_MS)
    return { readyMs, residentMb: await residentMb(server.pid) }
  } finally {
    server.kill('SIGTERM')
    await exited
  }
}

/** Linux only */
async function residentMb(pid: number | undefined): Promise<number | undefined> {
  const file = `/proc/${pid}/status`
  if (!existsSync(file)) return undefined
  const kilobytes = /VmRSS:\s+(\d+)/.exec(await readFile(file, 'utf8'))?.[1]
  return Number(kilobytes) / 1024
}
