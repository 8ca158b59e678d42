import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import type { LogEvent, LogFiles, LogStreamKey } from './journal.ts'
import { openLogFile, type LogFile } from './log-file.ts'

/** Open streams are a small record each (no file handle); those not used for long are read again when needed. */
const FILES_REMEMBERED = 2000

/** Bodies of logs below `folder`, a file a stream. */
export function openLogFiles({ folder, clock }: { readonly folder: string; readonly clock: Clock }): LogFiles {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const files = new Map<string, LogFile>()
  const followers = new Map<string, Set<Follower>>()

  return {
    async append(key, events) {
      if (events.length === 0) return
      const appended = await fileOf(key).append(events, clock.now())
      tell(key, appended)
    },
    read: (key, range) => fileOf(key).read(range),
    count: (key) => fileOf(key).count(),
    delete: (key) => fileOf(key).delete(),
    changedAt: async (key) => {
      const stats = await stat(join(folder, pathOf(key))).catch(ifMissing)
      return stats?.mtimeMs
    },
    follow({ account, region, group, stream }, listener) {
      const name = groupName({ account, region, group })
      const follower: Follower = { stream, listener }
      const following = followers.get(name) ?? new Set()
      followers.set(name, following.add(follower))
      return () => {
        following.delete(follower)
        if (following.size === 0 && followers.get(name) === following) followers.delete(name)
      }
    },
    stream: (key) => Readable.from(lines(fileOf(key)), { objectMode: false }),
  }

  function fileOf(key: LogStreamKey): LogFile {
    const path = join(folder, pathOf(key))
    const known = files.get(path)
    const file = known ?? openLogFile(path, key)
    if (known !== undefined) files.delete(path)
    files.set(path, file) // last in the map: used last
    if (files.size > FILES_REMEMBERED) forgetIdle()
    return file
  }

  function forgetIdle(): void {
    for (const [path, file] of files) {
      if (files.size <= FILES_REMEMBERED) return
      if (file.isIdle()) files.delete(path)
    }
  }

  function tell(key: LogStreamKey, events: readonly LogEvent[]): void {
    for (const { stream, listener } of Array.from(followers.get(groupName(key)) ?? []))
      if (stream === undefined || stream === key.stream) listener(key, events)
  }
}

interface Follower {
  readonly stream: string | undefined
  readonly listener: (key: LogStreamKey, events: readonly LogEvent[]) => void
}

const groupName = ({ account, region, group }: Omit<LogStreamKey, 'stream'>): string =>
  JSON.stringify([account, region, group])

/** Names may hold anything (`../`, slashes, 512 characters), so the path is their hash; the file's first line tells them. */
function pathOf({ account, region, group, stream }: LogStreamKey): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([account, region, group, stream]))
    .digest('hex')
  return join(hash.slice(0, 2), `${hash.slice(2)}.log`)
}

async function* lines(file: LogFile): AsyncGenerator<string> {
  for await (const { message } of file.events(0)) yield message.endsWith('\n') ? message : `${message}\n`
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
