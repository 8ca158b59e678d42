import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import type { Socket } from 'node:net'
import { GitFailed } from './errors.ts'
import { startGit, type Git } from './process.ts'

export interface GitObject {
  readonly id: string
  readonly type: string
  readonly size: number
  /** undefined when only asked about */
  readonly content: Buffer | undefined
}

/** Answers questions about objects through a `git cat-file` that stays, because starting one costs more than the answer. */
export interface CatFile {
  /** @param name an object id, perhaps with `^{commit}` behind it; never anything from outside */
  ask(name: string): Promise<GitObject | undefined>
  readonly idle: boolean
  close(): void
}

const IDLE_MS = 15_000
/** Commits and trees are small; a repository made to exhaust our memory is not served. */
const MAX_CONTENT_BYTES = 64 << 20
const NEWLINE = 10

interface Question {
  readonly name: string
  readonly resolve: (object: GitObject | undefined) => void
  readonly reject: (error: Error) => void
}

/** @param mode `--batch` answers with content, `--batch-check` without */
export function openCatFile(git: Git, gitDir: string, mode: '--batch' | '--batch-check'): CatFile {
  let running: { child: ChildProcessWithoutNullStreams; end: (error: Error) => void } | undefined
  let idle: NodeJS.Timeout | undefined
  const waiting: Question[] = []

  const start = (): NonNullable<typeof running> => {
    const child = startGit(git, gitDir, ['cat-file', mode])
    const end = (error: Error): void => {
      if (running?.child !== child) return
      running = undefined
      child.kill()
      for (const question of waiting.splice(0)) question.reject(error)
    }
    child.stderr.resume()
    child.stdout.on(
      'data',
      answerReader(mode, waiting, end, () => waiting.length === 0 && rest()),
    )
    child.once('error', (error) => end(new GitFailed('cannot start git cat-file', { cause: error })))
    child.once('close', () => end(new GitFailed('git cat-file ended unexpectedly')))
    return { child, end }
  }

  const rest = (): void => {
    hold(running?.child, false)
    idle = setTimeout(close, IDLE_MS).unref()
  }
  const close = (): void => {
    clearTimeout(idle)
    running?.end(new GitFailed('the repository was closed'))
  }

  return {
    ask: (name) =>
      new Promise((resolve, reject) => {
        clearTimeout(idle)
        running ??= start()
        if (waiting.push({ name, resolve, reject }) === 1) hold(running.child, true)
        running.child.stdin.write(`${name}\n`)
      }),
    get idle() {
      return waiting.length === 0
    },
    close,
  }
}

/** While nobody waits for an answer the process must not keep this program alive; while somebody does it must. */
function hold(child: ChildProcessWithoutNullStreams | undefined, alive: boolean): void {
  if (child === undefined) return
  for (const handle of [child, child.stdin as Socket, child.stdout as Socket, child.stderr as Socket])
    if (alive) handle.ref()
    else handle.unref()
}

/** Takes git's answers apart: `<id> <type> <size>`, then the content and a newline; or `<name> missing`. */
function answerReader(
  mode: '--batch' | '--batch-check',
  waiting: Question[],
  fail: (error: Error) => void,
  answered: () => void,
): (chunk: Buffer) => void {
  let pieces: Buffer[] = []
  let have = 0
  let object: Omit<GitObject, 'content'> | undefined
  let need = 1
  const answer = (value: GitObject | undefined): void => waiting.shift()?.resolve(value)

  return (chunk) => {
    pieces.push(chunk)
    have += chunk.length
    if (have < need) return // a large object arrives in many chunks: joined once, not each time
    let bytes = pieces.length === 1 ? chunk : Buffer.concat(pieces, have)
    for (;;) {
      if (object === undefined) {
        const end = bytes.indexOf(NEWLINE)
        need = bytes.length + 1
        if (end < 0) break
        const [id = '', type = '', size] = bytes.toString('utf8', 0, end).split(' ')
        bytes = bytes.subarray(end + 1)
        if (size === undefined) answer(undefined) // missing, ambiguous: no object of this name
        else if (mode === '--batch-check') answer({ id, type, size: Number(size), content: undefined })
        else object = { id, type, size: Number(size) }
        if (object !== undefined && object.size > MAX_CONTENT_BYTES)
          return fail(new GitFailed(`the ${type} ${id} is too large`))
      } else {
        need = object.size + 1
        if (bytes.length < need) break
        // a copy, so that a small object does not keep the whole chunk it came in
        answer({ ...object, content: Buffer.from(bytes.subarray(0, object.size)) })
        bytes = bytes.subarray(object.size + 1)
        object = undefined
      }
    }
    pieces = bytes.length === 0 ? [] : [bytes]
    have = bytes.length
    answered()
  }
}
