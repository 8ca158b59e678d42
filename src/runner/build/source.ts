/** DOWNLOAD_SOURCE: fetches what a build works on into its source folders. */
import { createWriteStream } from 'node:fs'
import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { isOk, readText, send } from '../http.ts'
import type { BuildJob, JobSource } from '../protocol.ts'
import { messageOf, PhaseFailure } from './failure.ts'
import { cloneRepository } from './git-clone.ts'
import { patiently } from './patience.ts'
import type { Workspace } from './workspace.ts'

export interface SourceContext {
  readonly job: BuildJob
  readonly workspace: Workspace
  readonly signal: AbortSignal
}

/** @returns the revision that was fetched, when it is known */
export async function downloadSource(context: SourceContext, source: JobSource): Promise<string | undefined> {
  const folder = context.workspace.source(source.identifier)
  await mkdir(folder, { recursive: true })
  switch (source.location.type) {
    case 'None':
      return source.resolvedVersion
    case 'Object':
      return await downloadObject(context, source, source.location, folder)
    case 'Git':
      return await cloneRepository(context, { ...source.location, folder })
    default:
      return source.location satisfies never
  }
}

const CLONE_REFERENCE = 'CODEBUILD_CLONE_REF'
const META = 'x-amz-meta-codepipeline-'

async function downloadObject(
  context: SourceContext,
  source: JobSource,
  { url, name }: { readonly url: string; readonly name: string },
  folder: string,
): Promise<string | undefined> {
  const file = join(context.workspace.control, `source-${source.identifier}.zip`)
  const { headers } = await downloadTo(file, url, name, context.signal)
  const revision = source.resolvedVersion ?? textOf(headers[`${META}revision`])
  if (headers[`${META}artifact-format`] === CLONE_REFERENCE) {
    const { CloneUrl, CommitId } = JSON.parse(await readFile(file, 'utf8')) as { CloneUrl: string; CommitId: string }
    return await cloneRepository(context, { url: CloneUrl, version: CommitId, depth: 0, folder })
  }
  if (!(await startsLikeZip(file))) throw new PhaseFailure('CLIENT_ERROR', `${name} is not a ZIP archive`)
  const { unzipTo } = await import('../../artifacts/artifacts.ts')
  await unzipTo(file, folder, { signal: context.signal }).catch((error: unknown) => {
    context.signal.throwIfAborted()
    throw new PhaseFailure('CLIENT_ERROR', `Cannot unpack ${name}: ${messageOf(error)}`, { cause: error })
  })
  await rm(file)
  return revision ?? textOf(headers['x-amz-version-id'])
}

const textOf = (header: string | readonly string[] | undefined): string | undefined =>
  typeof header === 'string' && header !== 'null' ? header : undefined

async function downloadTo(file: string, url: string, name: string, signal: AbortSignal) {
  return await patiently(signal, async () => {
    const answer = await fetchObject(url, name, signal)
    await pipeline(answer, createWriteStream(file, { mode: 0o600 }), { signal })
    return answer
  })
}

/** A text behind a presigned URL: a buildspec that is an object of its own. */
export async function fetchText(url: string, name: string, signal: AbortSignal): Promise<string> {
  return await patiently(signal, async () => await readText(await fetchObject(url, name, signal)))
}

async function fetchObject(url: string, name: string, signal: AbortSignal) {
  const answer = await send({ method: 'GET', url, signal }).catch((error: unknown) => {
    signal.throwIfAborted()
    throw new PhaseFailure('CLIENT_ERROR', `Cannot download ${name}: ${messageOf(error)}`, { cause: error })
  })
  if (isOk(answer)) return answer
  const document = await readText(answer)
  const part = (tag: string): string => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(document)?.[1] ?? ''
  throw new PhaseFailure(
    'CLIENT_ERROR',
    `Cannot download ${name}: ${part('Code') || answer.statusCode}: ${part('Message')} status code: ${answer.statusCode}`,
  )
}

async function startsLikeZip(file: string): Promise<boolean> {
  await using handle = await open(file, 'r')
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0)
  return bytesRead === 2 && buffer.toString('latin1') === 'PK'
}
