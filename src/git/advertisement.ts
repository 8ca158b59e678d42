import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { encodePacket, FLUSH, MalformedPacket, PacketReader } from './pkt-line.ts'
import type { Refs } from './refs.ts'

/**
 * What a client hears first: the server's capabilities and, before a push, its refs. git says it once; from then on we say the same
 * from the files of the refs, because starting git takes ten times as long. Whatever is unusual about a repository is left to git.
 */
export interface Advertisement {
  /** @returns what git would write, byte for byte; undefined when only git can know */
  tell(service: Service, protocol: string | undefined): Promise<Buffer | undefined>
  /** Remembers what git wrote when it was asked. */
  learn(service: Service, protocol: string | undefined, said: Buffer): void
  /** Objects that git has just accepted: refs to them may be told. */
  vouch(ids: readonly string[]): void
}

export type Service = 'git-upload-pack' | 'git-receive-pack'

/** Capabilities by service and protocol. They depend on git and on the settings it gets, which all ordinary repositories share. */
export type Offers = Map<string, Buffer>

/** The configuration of every repository that is made here; one that was given another is git's to read. */
export const ORDINARY_CONFIG = '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n'

/** Of many refs git reads the files faster than we do, and sooner makes up for its start. */
const MAX_REFS = 200
/** More than this of git's own answer cannot be about so few refs. */
export const MAX_LEARNED_BYTES = 1 << 16

export function openAdvertisement(gitDir: string, refs: Refs, offers: Offers): Advertisement {
  // git leaves out refs to objects that do not exist; we tell only what it told or accepted
  let vouched = new Set<string>()
  let tooMany = false

  const tellRefs = async (capabilities: Buffer, protocol: string | undefined): Promise<Buffer | undefined> => {
    if (tooMany) return undefined
    const listed = (await Promise.all(SHOWN.map((prefix) => refs.list(prefix)))).flat()
    tooMany = listed.length > MAX_REFS
    if (tooMany || !listed.every(({ ref, id }) => vouched.has(id) && isPlainName(ref))) return undefined
    vouched = new Set(listed.map(({ id }) => id))
    return formatRefs(listed, capabilities, protocol)
  }

  return {
    async tell(service, protocol) {
      const offer = offers.get(offerKey(service, protocol))
      if (offer === undefined) return undefined
      const [ordinary, said] = await Promise.all([
        isOrdinary(gitDir),
        service === 'git-upload-pack' ? offer : tellRefs(offer, protocol).catch(() => undefined), // git explains what is wrong
      ])
      return ordinary ? said : undefined
    },
    learn(service, protocol, said) {
      const key = offerKey(service, protocol)
      if (service === 'git-upload-pack') {
        // versions 0 and 1 list refs and what tags lead to; hardly any client asks for them
        if (protocol === 'version=2' && said.subarray(-4).equals(FLUSH)) offers.set(key, said)
        return
      }
      tooMany = said.length > MAX_LEARNED_BYTES
      const parsed = tooMany ? undefined : parseRefs(said)
      if (parsed === undefined || !formatRefs(parsed.listed, parsed.capabilities, protocol).equals(said)) return
      vouched = new Set(parsed.listed.map(({ id }) => id))
      if (LEARNED_PROTOCOLS.has(protocol)) offers.set(key, parsed.capabilities)
    },
    vouch(ids) {
      for (const id of ids) vouched.add(id)
    },
  }
}

interface Ref {
  readonly ref: string
  readonly id: string
}

/** In git's order; all others are hidden by the settings git gets. */
const SHOWN = ['refs/heads/', 'refs/tags/']
/** Of receive-pack, which knows no version 2 and answers as if it had not been asked for. */
const LEARNED_PROTOCOLS: ReadonlySet<string | undefined> = new Set([undefined, 'version=1', 'version=2'])
const NO_REFS: Ref = { ref: 'capabilities^{}', id: '0'.repeat(40) }

const offerKey = (service: Service, protocol: string | undefined): string => `${service} ${protocol ?? ''}`

/** Other names may be spelt or sorted otherwise by git, and the files of refs may have been put there by anyone. */
const isPlainName = (ref: string): boolean =>
  /^[\w./+=#%,@-]+$/.test(ref) && !/\/[.]|\.\.|@\{|\/\/|\/$|\.$|\.lock(\/|$)/.test(ref)

/** Source: git's gitprotocol-pack, "Reference Discovery". */
function formatRefs(listed: readonly Ref[], capabilities: Buffer, protocol: string | undefined): Buffer {
  const [first = NO_REFS, ...rest] = listed
  return Buffer.concat([
    ...(protocol === 'version=1' ? [encodePacket('version 1\n')] : []),
    encodePacket(Buffer.concat([Buffer.from(`${first.id} ${first.ref}\0`), capabilities, Buffer.from('\n')])),
    ...rest.map(({ ref, id }) => encodePacket(`${id} ${ref}\n`)),
    FLUSH,
  ])
}

/** @returns undefined when this is not what we expect of git */
function parseRefs(said: Buffer): { listed: Ref[]; capabilities: Buffer } | undefined {
  const lines = packetsOf(said)?.filter((line) => line.toString('latin1') !== 'version 1\n')
  const nul = lines?.[0]?.indexOf(0) ?? -1
  const [first, ...rest] = lines ?? []
  if (first === undefined || nul < 0) return undefined
  const listed = [first.subarray(0, nul), ...rest.map((line) => line.subarray(0, -1))]
    .map((line) => line.toString('utf8'))
    .map((line): Ref => ({ id: line.slice(0, 40), ref: line.slice(41) }))
    .filter(({ ref }) => ref !== NO_REFS.ref)
  return { listed, capabilities: first.subarray(nul + 1, -1) }
}

function packetsOf(said: Buffer): Buffer[] | undefined {
  try {
    return [...new PacketReader().push(said)].flatMap(({ content }) => content ?? [])
  } catch (error) {
    if (error instanceof MalformedPacket) return undefined
    throw error
  }
}

/** Neither shallow nor borrowing objects, which show in what git says; and configured as we do. */
async function isOrdinary(gitDir: string): Promise<boolean> {
  const isMissing = (path: string): Promise<boolean> =>
    stat(join(gitDir, path)).then(
      () => false,
      (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
    )
  const [config, ...missing] = await Promise.all([
    readFile(join(gitDir, 'config'), 'utf8').catch(() => undefined),
    isMissing('shallow'),
    isMissing('objects/info/alternates'),
    isMissing('config.worktree'),
  ])
  return config === ORDINARY_CONFIG && missing.every(Boolean)
}
