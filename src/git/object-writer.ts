import { createHash, randomBytes } from 'node:crypto'
import { access, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { deflate } from 'node:zlib'

/**
 * Writes one loose object, durably, in git's own format: a deflated `<type> <size>\0<content>` under its SHA-1.
 * Starting `git hash-object` for every file of a commit would cost several times as much.
 */
export async function writeObject(
  gitDir: string,
  type: 'blob' | 'tree' | 'commit',
  content: Uint8Array,
): Promise<string> {
  const header = Buffer.from(`${type} ${content.length}\0`)
  const id = createHash('sha1').update(header).update(content).digest('hex')
  const folder = join(gitDir, 'objects', id.slice(0, 2))
  const path = join(folder, id.slice(2))
  if (await exists(path)) return id

  const draft = join(gitDir, 'objects', `tmp_obj_${randomBytes(8).toString('hex')}`) // git gc removes forgotten ones of this name
  try {
    const file = await open(draft, 'wx', 0o444)
    try {
      await file.writeFile(await promisify(deflate)(Buffer.concat([header, content]), { level: 1 }))
      await file.datasync()
    } finally {
      await file.close()
    }
    await mkdir(folder, { recursive: true })
    await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
  return id
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
