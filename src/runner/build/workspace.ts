import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** The folders of one build. Released: all of them are gone. */
export interface Workspace extends AsyncDisposable {
  readonly root: string
  /** appears as `/codebuild/output` */
  readonly output: string
  readonly home: string
  readonly temp: string
  /** for downloads and archives; builds do not see it */
  readonly control: string
  /** where a source is unpacked: `<output>/src<digits>/src`, different for each identifier */
  source(identifier: string): string
}

export async function createWorkspace(folder: string): Promise<Workspace> {
  const name = randomUUID()
  const root = join(folder, name)
  const part = (name: string): string => join(root, name)
  const output = part('output')
  await Promise.all(
    ['output', 'home', 'temp', 'control'].map((name) => mkdir(part(name), { recursive: true, mode: 0o700 })),
  )
  return {
    root,
    output,
    home: part('home'),
    temp: part('temp'),
    control: part('control'),
    source: (identifier) => join(output, `src${digits(`${name} ${identifier}`)}`, 'src'),
    [Symbol.asyncDispose]: () => remove(root),
  }
}

async function remove(root: string): Promise<void> {
  const gone = rm(root, { recursive: true, force: true, maxRetries: 3, retryDelay: 20 })
  await gone.catch(async () => {
    // folders without the right to write (Go's module cache is made of them); as their owner we may change that
    await promisify(execFile)('chmod', ['-R', 'u+rwX', root]).catch(() => undefined)
    await rm(root, { recursive: true, force: true })
  })
}

const digits = (text: string): string =>
  String(createHash('sha256').update(text).digest().readUInt32BE() % 1_000_000_000).padStart(9, '0')
