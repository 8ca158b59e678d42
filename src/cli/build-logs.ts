import type { Connection } from './connection.ts'
import { readLog, type LiveLine } from './live.ts'

export interface BuildLogs {
  /** Prints what the build has said and goes on doing so. Calling again changes nothing. */
  follow(project: string, build: string, action: string): void
  /** The build is over: prints what is left. Calling again prints nothing. */
  finish(project: string, build: string, action: string): Promise<void>
}

interface Followed {
  readonly stop: AbortController
  next: number
  finished: boolean
  reading: Promise<void>
}

/** The logs of an execution's builds, each line printed once and in order. */
export function createBuildLogs(
  connection: Connection,
  signal: AbortSignal,
  print: (action: string, line: LiveLine) => void,
): BuildLogs {
  const builds = new Map<string, Followed>()

  const read = async (
    project: string,
    build: string,
    action: string,
    log: Followed,
    follow: boolean,
  ): Promise<void> => {
    const stop = follow ? AbortSignal.any([signal, log.stop.signal]) : signal
    try {
      const source = { group: `/aws/codebuild/${project}`, stream: build, from: log.next, follow }
      for await (const line of await readLog(connection, source, stop)) {
        log.next = line.index + 1
        print(action, { ...line, message: line.message.replace(/\r?\n$/, '') })
      }
    } catch (error) {
      if (!stop.aborted) throw error
    }
  }

  const start = (project: string, build: string, action: string, follow: boolean): Followed => {
    const log: Followed = { stop: new AbortController(), next: 0, finished: false, reading: Promise.resolve() }
    builds.set(build, log)
    if (follow) {
      log.reading = read(project, build, action, log, true)
      // awaited by `finish`; until then a failure must not end the process
      log.reading.catch(() => undefined)
    }
    return log
  }

  return {
    follow(project, build, action) {
      if (!builds.has(build)) start(project, build, action, true)
    },
    async finish(project, build, action) {
      const log = builds.get(build) ?? start(project, build, action, false)
      if (log.finished) return
      log.finished = true
      log.stop.abort()
      await log.reading
      await read(project, build, action, log, false)
    },
  }
}
