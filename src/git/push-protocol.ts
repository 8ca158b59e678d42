import { isObjectId, isSafeRefName, ZERO_ID } from './names.ts'
import { encodePacket, FLUSH, MalformedPacket, PacketReader } from './pkt-line.ts'
import type { RefUpdate } from './git.ts'

/** What a client asks git-receive-pack to do, read before git does it. */
export interface PushRequest {
  readonly updates: readonly RefUpdate[]
  readonly capabilities: ReadonlySet<string>
  /** the bytes that were read to learn this, for git */
  readonly head: Buffer
}

/** A push of a hundred thousand refs has commands of this size. */
const MAX_COMMAND_BYTES = 16 << 20
const SIDE_BAND_REPORT = 1

/**
 * Reads the commands in front of the pack.
 * @param body what follows the commands stays unread in it
 * @throws MalformedPacket
 */
export async function readPushRequest(body: AsyncIterator<Buffer>): Promise<PushRequest> {
  const reader = new PacketReader()
  const chunks: Buffer[] = []
  const updates: RefUpdate[] = []
  let capabilities: ReadonlySet<string> = new Set()
  let size = 0
  for (;;) {
    const { value, done } = await body.next()
    if (done === true) throw new MalformedPacket('the push ended before its commands did')
    chunks.push(value)
    size += value.length
    for (const { content } of reader.push(value)) {
      if (content === undefined) return { updates, capabilities, head: Buffer.concat(chunks) }
      const [command = '', list] = content.toString('utf8').split('\0')
      if (list !== undefined) capabilities = new Set(list.trim().split(' '))
      const update = parseCommand(command.replace(/\n$/, ''))
      if (update !== undefined) updates.push(update)
    }
    if (size > MAX_COMMAND_BYTES) throw new MalformedPacket('the push has too many commands')
  }
}

/** `<old id> <new id> <ref>`; other lines (shallow, push-cert) are git's business. */
function parseCommand(line: string): RefUpdate | undefined {
  const [before = '', after = ''] = line.split(' ', 2)
  if (!isObjectId(before) || !isObjectId(after)) return undefined
  return {
    ref: line.slice(before.length + after.length + 2),
    ...(before !== ZERO_ID && { before }),
    ...(after !== ZERO_ID && { after }),
  }
}

/** @returns the refs that may not be pushed: branches and tags whose names are traps. Other refs git refuses itself, being hidden. */
export const unsafeRefs = ({ updates }: PushRequest): readonly string[] =>
  updates.map(({ ref }) => ref).filter((ref) => /^refs\/(heads|tags)\//.test(ref) && !isSafeRefName(ref))

/** git's answer to a push of which nothing is accepted. */
export function refuseAll({ updates, capabilities }: PushRequest, reason: string): Buffer {
  const report = Buffer.concat([
    encodePacket('unpack ok\n'),
    ...updates.map(({ ref }) => encodePacket(`ng ${ref} ${reason}\n`)),
    FLUSH,
  ])
  if (!capabilities.has('side-band-64k')) return report
  const pieces: Buffer[] = []
  for (let at = 0; at < report.length; at += 60_000)
    pieces.push(encodePacket(Buffer.concat([Buffer.of(SIDE_BAND_REPORT), report.subarray(at, at + 60_000)])))
  return Buffer.concat([...pieces, FLUSH])
}

/** Listens to git's answer and learns which refs it moved. */
export class PushReport {
  readonly #sideBand: boolean
  readonly #outer = new PacketReader()
  readonly #inner = new PacketReader()
  readonly #moved = new Set<string>()

  constructor({ capabilities }: PushRequest) {
    this.#sideBand = capabilities.has('side-band-64k') || capabilities.has('side-band')
  }

  listen(chunk: Buffer): void {
    for (const { content } of this.#outer.push(chunk)) {
      if (content === undefined) continue
      if (!this.#sideBand) this.#line(content)
      else if (content[0] === SIDE_BAND_REPORT)
        for (const inner of this.#inner.push(content.subarray(1))) if (inner.content) this.#line(inner.content)
    }
  }

  moved(ref: string): boolean {
    return this.#moved.has(ref)
  }

  #line(content: Buffer): void {
    const line = content.toString('utf8').replace(/\n$/, '')
    if (line.startsWith('ok ')) this.#moved.add(line.slice(3))
  }
}
