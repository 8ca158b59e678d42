import type { ActionExecutionDetail } from '@aws-sdk/client-codepipeline'
import type { Connection } from './connection.ts'
import { readLog, type LiveLine } from './live.ts'

export interface LogSource {
  readonly group: string
  readonly stream: string
}

/** Where the log of an action's build is; undefined when it runs no build, or has none yet. */
export function logSourceOf({ input, output }: ActionExecutionDetail): LogSource | undefined {
  const { externalExecutionId = '', logStreamARN = '' } = output?.executionResult ?? {}
  const named = /:log-group:(?<group>[^:]+):log-stream:(?<stream>.+)$/.exec(logStreamARN)?.groups
  if (named) return { group: named['group'] ?? '', stream: named['stream'] ?? '' }
  const [project, stream] = externalExecutionId.split(':')
  const isBuild = input?.actionTypeId?.provider === 'CodeBuild' && project !== undefined && stream !== undefined
  return isBuild ? { group: `/aws/codebuild/${project}`, stream } : undefined
}

export interface BuildLogs {
  /** Prints what the build has said and goes on doing so. Calling again changes nothing. */
  follow(source: LogSource, action: string): void
  /** The build is over: prints what is left. Calling again prints nothing. */
  finish(source: LogSource, action: string): Promise<void>
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

  const read = async (from: LogSource, action: string, log: Followed, follow: boolean): Promise<void> => {
    const stop = follow ? AbortSignal.any([signal, log.stop.signal]) : signal
    try {
      const source = { ...from, from: log.next, follow }
      for await (const line of await readLog(connection, source, stop)) {
        log.next = line.index + 1
        print(action, { ...line, message: line.message.replace(/\r?\n$/, '') })
      }
    } catch (error) {
      if (!stop.aborted) throw error
    }
  }

  const start = (source: LogSource, action: string, follow: boolean): Followed => {
    const log: Followed = { stop: new AbortController(), next: 0, finished: false, reading: Promise.resolve() }
    builds.set(source.stream, log)
    if (follow) {
      log.reading = read(source, action, log, true)
      // awaited by `finish`; until then a failure must not end the process
      log.reading.catch(() => undefined)
    }
    return log
  }

  return {
    follow(source, action) {
      if (!builds.has(source.stream)) start(source, action, true)
    },
    async finish(source, action) {
      const log = builds.get(source.stream) ?? start(source, action, false)
      if (log.finished) return
      log.finished = true
      log.stop.abort()
      await log.reading
      await read(source, action, log, false)
    },
  }
}
