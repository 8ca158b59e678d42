import { createHash, randomBytes } from 'node:crypto'
import { access, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { deflate } from 'node:zlib'

export type ObjectType = 'blob' | 'tree' | 'commit'

export interface ObjectWriter {
  /** @returns the object's id at once; it is written meanwhile, side by side with the others */
  add(type: ObjectType, content: Uint8Array): string
  /** Resolves when all objects are on the disk; only then may a ref lead to them. */
  written(): Promise<void>
}

/**
 * Writes loose objects in git's own format: a deflated `<type> <size>\0<content>` under its SHA-1. Starting
 * `git hash-object` for every file of a commit would cost several times as much.
 */
export function createObjectWriter(gitDir: string): ObjectWriter {
  const writing = new Map<string, Promise<void>>()
  return {
    add(type, content) {
      const header = Buffer.from(`${type} ${content.length}\0`)
      const id = createHash('sha1').update(header).update(content).digest('hex')
      if (!writing.has(id)) {
        const work = write(join(gitDir, 'objects'), id, Buffer.concat([header, content]))
        work.catch(() => undefined) // `written` throws it
        writing.set(id, work)
      }
      return id
    },
    async written() {
      await Promise.all(writing.values())
    },
  }
}

async function write(objects: string, id: string, bytes: Buffer): Promise<void> {
  const folder = join(objects, id.slice(0, 2))
  const path = join(folder, id.slice(2))
  if (await exists(path)) return
  const draft = join(objects, `tmp_obj_${randomBytes(8).toString('hex')}`) // git gc removes forgotten ones of this name
  try {
    const file = await open(draft, 'wx', 0o444)
    try {
      await file.writeFile(await promisify(deflate)(bytes, { level: 1 }))
      await file.datasync()
    } finally {
      await file.close()
    }
    await mkdir(folder, { recursive: true })
    await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
  const handle = await open(folder, 'r')
  try {
    await handle.sync() // the name too: a ref that outlives its object in a power cut breaks the repository
  } finally {
    await handle.close()
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
