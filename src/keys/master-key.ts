import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MasterKeyUnusable } from './errors.ts'
import type { KeyRing } from './keys.ts'
import { createKeyRing, KEY_BYTES } from './wrapping.ts'

export interface KeyRingOptions {
  /** 32 bytes, or their base64 (as PIPEWRIGHT_MASTER_KEY carries them). Wins over the file, which is then neither read nor made. */
  readonly masterKey?: Uint8Array | string | undefined
  /** where the master key is kept when none is given; made on first use, for the owner's eyes only */
  readonly file: string
  /** former master keys: what they wrapped still opens, nothing new is wrapped with them */
  readonly retired?: readonly (Uint8Array | string)[]
}

/** @throws MasterKeyUnusable with the reason and what to do about it */
export async function openKeyRing({ masterKey, file, retired = [] }: KeyRingOptions): Promise<KeyRing> {
  const current = masterKey === undefined ? await readOrCreate(file) : parseKey(masterKey, 'the given master key')
  return createKeyRing(
    current,
    retired.map((key, index) => parseKey(key, `retired master key ${index + 1}`)),
  )
}

async function readOrCreate(file: string): Promise<Uint8Array> {
  return (await readKey(file)) ?? (await createKey(file)) ?? (await readOrFail(file))
}

async function readOrFail(file: string): Promise<Uint8Array> {
  const key = await readKey(file)
  if (key === undefined) throw new MasterKeyUnusable(`the master key file ${file} vanished while it was being opened`)
  return key
}

async function readKey(file: string): Promise<Uint8Array | undefined> {
  try {
    const { mode } = await stat(file)
    if ((mode & 0o007) !== 0 && process.platform !== 'win32')
      throw new MasterKeyUnusable(`the master key file ${file} is open to every user of this machine: chmod 600 it`)
    return parseKey(await readFile(file, 'utf8'), `the master key file ${file}`)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/** @returns undefined when somebody else was first: two servers that start together must end with one key */
async function createKey(file: string): Promise<Uint8Array | undefined> {
  const key = randomBytes(KEY_BYTES)
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  await mkdir(dirname(file), { recursive: true })
  try {
    const handle = await open(draft, 'wx', 0o600)
    try {
      await handle.writeFile(`${key.toString('base64')}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await link(draft, file) // unlike rename, never replaces a key that is already there
  } catch (error) {
    if (isCode(error, 'EEXIST')) return undefined
    throw error
  } finally {
    await rm(draft, { force: true })
  }
  const folder = await open(dirname(file), 'r')
  try {
    await folder.sync() // a key that a power cut forgets makes everything wrapped with it unreadable
  } finally {
    await folder.close()
  }
  return key
}

function parseKey(key: Uint8Array | string, what: string): Uint8Array {
  const bytes = typeof key === 'string' ? decodeBase64(key.trim()) : key
  if (bytes?.length !== KEY_BYTES)
    throw new MasterKeyUnusable(
      `${what} must be ${KEY_BYTES} bytes in base64 (make one: openssl rand -base64 ${KEY_BYTES})`,
    )
  return bytes
}

const decodeBase64 = (text: string): Uint8Array | undefined =>
  /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === code
