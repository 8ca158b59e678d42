import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { PassThrough, type Readable } from 'node:stream'
import { promisify } from 'node:util'
import { GitFailed } from './errors.ts'

/** How to start git. */
export interface Git {
  readonly program: string
  /** an existing folder without any git configuration */
  readonly home: string
}

// Given with the environment and not in the repository's file, so that they hold for every repository, however old.
const SETTINGS: readonly (readonly [string, string])[] = [
  ['safe.directory', '*'], // the repositories are ours, whoever's user id they were restored with
  ['protocol.allow', 'never'], // a server never connects anywhere
  ['core.hooksPath', '/dev/null'],
  ['core.fsync', 'committed,pack-metadata,reference'], // a push that was acknowledged survives a power cut
  ['core.fsyncMethod', 'batch'],
  ['gc.auto', '0'], // the host decides when to tidy up, not a client's push
  ['gc.pruneExpire', 'never'], // pipelines name commits that no branch may lead to any more
  ['transfer.fsckObjects', 'true'],
  // flaws of old tools in the histories of well-known projects, harmless and impossible to mend
  ...['receive', 'fetch'].flatMap((kind) =>
    ['badTimezone', 'zeroPaddedFilemode', 'missingSpaceBeforeDate'].map(
      (flaw) => [`${kind}.fsck.${flaw}`, 'ignore'] as const,
    ),
  ),
  ['transfer.hideRefs', 'refs'],
  ['transfer.hideRefs', '!refs/heads'],
  ['transfer.hideRefs', '!refs/tags'],
  ['receive.denyDeletes', 'false'],
  ['receive.denyDeleteCurrent', 'ignore'],
  ['receive.denyNonFastForwards', 'false'],
  ['receive.autogc', 'false'],
  ['receive.unpackLimit', '1'], // a pack is flushed in two files; unpacked, every folder and commit of a push would be
  ['uploadpack.allowFilter', 'true'],
  ['uploadpack.allowReachableSHA1InWant', 'true'],
]

const SETTINGS_ENVIRONMENT = Object.fromEntries([
  ['GIT_CONFIG_COUNT', String(SETTINGS.length)],
  ...SETTINGS.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]),
]) as Record<string, string>

/** Everything git gets to know; nothing of this program's own environment except where programs are. */
const environment = ({ home }: Git, extra: Record<string, string> = {}): Record<string, string> => ({
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  LC_ALL: 'C',
  HOME: home,
  XDG_CONFIG_HOME: home,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
  ...SETTINGS_ENVIRONMENT,
  ...extra,
})

/** Starts git without a shell. Arguments are constants of ours or names that were checked. */
export function startGit(
  git: Git,
  gitDir: string,
  args: readonly string[],
  extra?: Record<string, string>,
): ChildProcessWithoutNullStreams {
  const child = spawn(git.program, args, {
    cwd: gitDir,
    env: environment(git, { GIT_DIR: gitDir, ...extra }),
    stdio: 'pipe',
  })
  child.stdin.on('error', () => undefined) // git may answer and leave before it has read everything
  return child
}

/** @throws GitFailed with what git wrote to standard error */
export async function runGit(git: Git, gitDir: string, args: readonly string[]): Promise<string> {
  try {
    const options = { cwd: gitDir, env: environment(git, { GIT_DIR: gitDir }), maxBuffer: 64 << 20 }
    return (await promisify(execFile)(git.program, [...args], options)).stdout
  } catch (error) {
    const { stderr } = error as { stderr?: string }
    throw new GitFailed(`git ${args[0]} failed: ${(stderr ?? String(error)).trim()}`, { cause: error })
  }
}

/** What git writes, as it comes. Destroying the stream or the signal ends git; the stream fails when git does. */
export function streamGit(git: Git, gitDir: string, args: readonly string[], signal?: AbortSignal): Readable {
  const output = new PassThrough()
  if (signal?.aborted === true) return output.destroy(signal.reason as Error)
  const child = startGit(git, gitDir, args)
  const complaint = tail(child.stderr)
  const stop = (): void => void output.destroy(signal?.reason as Error)
  signal?.addEventListener('abort', stop, { once: true })
  child.stdin.end()
  child.stdout.pipe(output, { end: false })
  child.once('error', (error) => output.destroy(error))
  child.once('close', (code) => {
    if (code === 0) output.end()
    else output.destroy(new GitFailed(`git ${args[0]} failed: ${complaint()}`))
  })
  output.once('close', () => {
    signal?.removeEventListener('abort', stop)
    child.kill()
  })
  return output
}

/** Remembers the end of what is written, for error messages. */
export function tail(stream: Readable, bytes = 4096): () => string {
  let text = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-bytes)
  })
  return () => text.trim()
}

/** @returns `2.39.5` */
export async function gitVersion(program = 'git'): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, ['--version'])
    return /\d+(\.\d+)+/.exec(stdout)?.[0] ?? stdout.trim()
  } catch (error) {
    throw new GitFailed(`cannot run ${program}: is git installed?`, { cause: error })
  }
}
