/** Builds the console when its sources are newer than what is built; test files that begin at the same time share one build. */
import { execFile } from 'node:child_process'
import { globSync, statSync } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
/** the last file that a build writes */
const BUILT = join(ROOT, 'dist/console/index.html.gz')
const LOCK = join(ROOT, 'dist/console.lock')
const SOURCES = ['src/console/**/*.{ts,tsx,css,html,svg}', 'src/core/**/*.ts', 'src/lint/**/*.ts', 'package-lock.json']
/** nobody builds that long: whoever held the lock is gone */
const FORGOTTEN_MS = 120_000

export async function buildConsole(): Promise<void> {
  if (isFresh()) return
  await mkdir(join(ROOT, 'dist'), { recursive: true })
  await lock()
  try {
    if (!isFresh()) await promisify(execFile)('npm', ['run', '--silent', 'build:console'], { cwd: ROOT })
  } finally {
    await rm(LOCK, { recursive: true, force: true })
  }
}

function isFresh(): boolean {
  const builtAt = changedAt(BUILT)
  return builtAt > 0 && globSync(SOURCES, { cwd: ROOT }).every((file) => changedAt(join(ROOT, file)) <= builtAt)
}

const changedAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

/** A folder can be made once. */
async function lock(): Promise<void> {
  for (;;) {
    const made = await mkdir(LOCK).then(
      () => true,
      () => false,
    )
    if (made) return
    const since = await stat(LOCK).catch(() => undefined)
    if (since !== undefined && Date.now() - since.mtimeMs > FORGOTTEN_MS) await rm(LOCK, { recursive: true })
    await delay(100)
  }
}
