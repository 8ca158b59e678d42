import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { GitFailed } from './errors.ts'
import type { RefUpdate } from './git.ts'
import { MalformedPacket } from './pkt-line.ts'
import { startGit } from './process.ts'
import { PushReport, readPushRequest, refuseAll, unsafeRefs, type PushRequest } from './push-protocol.ts'
import type { Repository } from './repository.ts'

/**
 * Lets git receive a push. Once git has the whole pack it may move refs at any moment, so it is never killed: a client that
 * leaves only ends git's input, and whatever git then has moved is reported to `onPush` all the same.
 * @returns the answer for the client; undefined when the request is no push
 */
export async function servePush(
  repository: Repository,
  source: Readable,
  environment: Record<string, string>,
  onPush: (updates: readonly RefUpdate[]) => Promise<void>,
): Promise<Readable | undefined> {
  const incoming = source.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>
  let push: PushRequest
  try {
    push = await readPushRequest(incoming)
  } catch (error) {
    source.destroy()
    if (error instanceof MalformedPacket || isBadCompression(error)) return undefined
    throw error
  }
  const unsafe = unsafeRefs(push)
  if (unsafe.length > 0) {
    while ((await incoming.next()).done !== true); // a client that is still sending does not listen
    return Readable.from([refuseAll(push, `this server does not accept the name ${JSON.stringify(unsafe[0])}`)])
  }
  const answer = new PassThrough()
  repository
    .track(receive(repository, push, incoming, environment, answer, onPush))
    .catch((error: unknown) => answer.destroy(error as Error))
  return answer
}

async function receive(
  repository: Repository,
  push: PushRequest,
  incoming: AsyncIterator<Buffer>,
  environment: Record<string, string>,
  answer: PassThrough,
  onPush: (updates: readonly RefUpdate[]) => Promise<void>,
): Promise<void> {
  const { git, gitDir } = repository
  const child = startGit(git, gitDir, ['receive-pack', '--stateless-rpc', '.'], environment)
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (error) => reject(new GitFailed('cannot start git receive-pack', { cause: error })))
  })
  child.stderr.resume()
  pipeline(whole(push.head, incoming), child.stdin).catch(() => undefined)

  const report = new PushReport(push)
  // The last piece is held back: the client must not see the end of the push before those who wait for pushes know of it.
  let held: Buffer | undefined
  const relay = async (): Promise<void> => {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      report.listen(chunk)
      if (held !== undefined) await send(answer, held)
      held = chunk
    }
  }
  await Promise.race([relay(), failed])
  const moved = await movedRefs(repository, push, report)
  if (moved.length > 0) {
    repository.advertisement.vouch(moved.flatMap(({ after }) => after ?? []))
    await adoptDefaultBranch(repository, moved)
    await onPush(moved)
  }
  if (held !== undefined) await send(answer, held)
  answer.end()
}

async function* whole(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}

/** What git says it moved; for a client that asked for no report, what the refs say. */
async function movedRefs({ refs }: Repository, push: PushRequest, report: PushReport): Promise<RefUpdate[]> {
  const wanted = push.updates.filter(({ before, after }) => before !== after)
  if (push.capabilities.has('report-status') || push.capabilities.has('report-status-v2'))
    return wanted.filter(({ ref }) => report.moved(ref))
  const now = await Promise.all(wanted.map(({ ref }) => refs.read(ref)))
  return wanted.filter(({ after }, index) => now[index] === after)
}

/** A new repository's HEAD names a branch that does not exist; the first branch that is pushed takes its place. */
async function adoptDefaultBranch({ refs }: Repository, moved: readonly RefUpdate[]): Promise<void> {
  const created = moved.filter(({ ref, after }) => ref.startsWith('refs/heads/') && after !== undefined)
  const first = created.find(({ ref }) => /^refs\/heads\/(main|master)$/.test(ref)) ?? created[0]
  if (first === undefined) return
  const head = await refs.head()
  if (head === undefined || (await refs.read(head)) === undefined) await refs.setHead(first.ref)
}

/** Waits while the client is slow, and not at all once it has gone. */
async function send(answer: PassThrough, chunk: Buffer): Promise<void> {
  if (answer.destroyed || answer.write(chunk)) return
  await new Promise<void>((resolve) => {
    const go = (): void => {
      answer.off('drain', go).off('close', go)
      resolve()
    }
    answer.on('drain', go).on('close', go)
  })
}

const isBadCompression = (error: unknown): boolean =>
  error instanceof Error && ((error as NodeJS.ErrnoException).code ?? '').startsWith('Z_')
