import { accessSync, constants, linkSync, mkdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { StartFailure } from './start-failure.ts'

export interface DataDir {
  readonly path: string
  /** a path inside */
  file(name: string): string
  release(): void
}

/**
 * Takes a data folder for this process: made when missing, readable by its owner only, and by one server at a time.
 * @throws StartFailure when it cannot be written or another living server has it
 */
export function openDataDir(path: string): DataDir {
  const folder = resolve(path)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new StartFailure(`The data folder ${folder} cannot be written: ${(error as Error).message}`, {
      hint: 'Give another one with --data-dir, or mend its permissions.',
      cause: error,
    })
  }
  const lock = join(folder, 'server.pid')
  take(lock, folder)
  return {
    path: folder,
    file: (name) => join(folder, name),
    release: () => unlinkSync(lock),
  }
}

function take(lock: string, folder: string): void {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const mine = `${lock}.${process.pid}`
    try {
      // made whole before it gets its name: another start must never read it empty
      writeFileSync(mine, String(process.pid), { mode: 0o600 })
      linkSync(mine, lock)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const holder = Number(readFileSync(lock, 'utf8'))
      if (holder !== process.pid && isAlive(holder)) {
        throw new StartFailure(`The data folder ${folder} is in use by process ${holder}.`, {
          hint: 'Stop that server, or give another folder with --data-dir.',
        })
      }
      // left behind by a server that was killed
      unlinkSync(lock)
    } finally {
      rmSync(mine, { force: true })
    }
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  // a number may have been given to another program since; where the kernel tells, look
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('node')
  } catch {
    return true
  }
}
