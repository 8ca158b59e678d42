/** How long `pipewright dev` takes to its ready line, and what it holds when idle; each start is a process of its own. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startDevServer } from './dev-server.ts'
import { figure, heading, spread } from './report.ts'
import { temporaryFolder } from './temporary-folder.ts'

const STARTS = 10
/** for what the start leaves to do, and a garbage collection */
const SETTLE_MS = 1000

export async function run(): Promise<void> {
  heading('Start-up of `pipewright dev`')
  await using folder = await temporaryFolder()
  const first = await start(join(folder.path, 'state'))
  const again = []
  for (let index = 0; index < STARTS; index += 1) again.push(await start(join(folder.path, 'state')))
  const readyMs = again.map((each) => each.readyMs)
  const residentMb = again.flatMap((each) => each.residentMb ?? [])
  figure('ready, an empty data folder', `${Math.round(first.readyMs)} ms`)
  figure('ready, again', spread(readyMs, 'ms'), '<= 500 ms')
  if (residentMb.length > 0) figure('resident when idle', spread(residentMb, 'MB'), '<= 100 MB')
}

async function start(dataDir: string): Promise<{ readyMs: number; residentMb: number | undefined }> {
  const from = performance.now()
  await using server = await startDevServer(dataDir)
  const readyMs = performance.now() - from
  await delay(SETTLE_MS)
  return { readyMs, residentMb: await residentMb(server.pid) }
}

/** Linux only */
async function residentMb(pid: number): Promise<number | undefined> {
  const file = `/proc/${pid}/status`
  if (!existsSync(file)) return undefined
  const kilobytes = /VmRSS:\s+(\d+)/.exec(await readFile(file, 'utf8'))?.[1]
  return Number(kilobytes) / 1024
}
