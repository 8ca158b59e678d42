import { readdir, readFile } from 'node:fs/promises'

/** A process may start another while we look: look again until nobody is left, but not for ever. */
const MAX_ROUNDS = 20

/** Kills every process whose environment holds this text, whatever its process group or parent. Linux only. */
export async function killMarked(marker: string): Promise<void> {
  if (process.platform !== 'linux') return
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
    const marked = await Promise.all(pids.map((pid) => isMarked(pid, marker)))
    const left = pids.filter((pid, index) => marked[index] && pid !== process.pid)
    if (left.length === 0) return
    for (const pid of left) killOne(pid)
  }
}

async function isMarked(pid: number, marker: string): Promise<boolean> {
  // a zombie's environment reads as empty, so waiting for its parent to reap it is not needed
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')
  return environment.includes(marker)
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // gone already
  }
}
