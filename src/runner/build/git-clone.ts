import { execFile } from 'node:child_process'
import { createHash, createHmac } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { JobCredentials } from '../protocol.ts'
import { messageOf, PhaseFailure } from './failure.ts'
import type { SourceContext } from './source.ts'

const run = promisify(execFile)

export interface CloneRequest {
  readonly url: string
  /** commit, branch or tag; '' = the default branch */
  readonly version: string
  /** 0 = all of the history */
  readonly depth: number
  readonly folder: string
}

/**
 * Clones from Pipewright's CodeCommit with the build's own credentials, which git asks a small program for: they are in no
 * command line and in no file of the clone.
 * @returns the commit that was checked out
 */
export async function cloneRepository(
  context: SourceContext,
  { url, version, depth, folder }: CloneRequest,
): Promise<string> {
  const { job, workspace, signal } = context
  // whatever name the server had for whoever wrote the URL: from here it is reached as the build reaches it
  const { pathname } = new URL(url)
  if (!pathname.startsWith('/v1/repos/'))
    throw new PhaseFailure('CLIENT_ERROR', `Cannot clone ${url}: only CodeCommit repositories can be cloned`)
  const address = new URL(pathname, job.endpoint)
  if (!/^[\w.][\w./-]*$/.test(version) && version !== '')
    throw new PhaseFailure('CLIENT_ERROR', `"${version}" is no commit, branch or tag`)

  const askpass = join(workspace.control, 'askpass')
  await writeFile(askpass, ASKPASS, { mode: 0o700 })
  const git = async (...args: readonly string[]): Promise<string> => {
    const { username, password } = loginFor(job.credentials, job.build.region, address, new Date())
    const env = {
      ...GIT_ENVIRONMENT,
      PATH: process.env['PATH'] ?? '',
      HOME: workspace.control,
      GIT_ASKPASS: askpass,
      PIPEWRIGHT_GIT_USER: username,
      PIPEWRIGHT_GIT_PASSWORD: password,
    }
    const { stdout } = await run('git', ['-c', 'core.hooksPath=/dev/null', ...args], {
      cwd: folder,
      env,
      signal,
      maxBuffer: 1 << 24,
    })
    return stdout.trim()
  }
  try {
    await git('init', '--quiet', '.')
    await git('remote', 'add', '--', 'origin', address.href)
    const shallow = depth > 0 ? [`--depth=${depth}`] : []
    await git('fetch', '--quiet', '--tags', ...shallow, '--', 'origin', '+refs/heads/*:refs/remotes/origin/*')
    const commit = await firstCommit(git, version)
    await git('checkout', '--quiet', '--detach', commit)
    return commit
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof PhaseFailure) throw error
    const { stderr } = error as { stderr?: string }
    throw new PhaseFailure('GIT_ERROR', `Cannot clone ${address.href}: ${stderr?.trim() || messageOf(error)}`, {
      cause: error,
    })
  }
}

async function firstCommit(git: (...args: readonly string[]) => Promise<string>, version: string): Promise<string> {
  const candidates =
    version === ''
      ? ['refs/remotes/origin/main', 'refs/remotes/origin/master']
      : [version, `refs/remotes/origin/${version}`, `refs/tags/${version}`]
  for (const name of candidates) {
    const commit = await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`).catch(() => '')
    if (commit !== '') return commit
  }
  throw new PhaseFailure('GIT_ERROR', `There is no commit, branch or tag ${version || '(default branch)'}`)
}

const GIT_ENVIRONMENT = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ALLOW_PROTOCOL: 'http:https',
}
const ASKPASS =
  '#!/bin/sh\ncase "$1" in Username*) printf "%s" "$PIPEWRIGHT_GIT_USER";; *) printf "%s" "$PIPEWRIGHT_GIT_PASSWORD";; esac\n'

/** What the AWS CLI's git credential helper answers: a SigV4 signature of the pseudo request `GIT <path>` as the password. */
export function loginFor(credentials: JobCredentials, region: string, url: URL, at: Date) {
  const time = at.toISOString().replaceAll(/[-:]|\.\d+Z/g, '')
  const scope = [time.slice(0, 8), region, 'codecommit', 'aws4_request']
  const canonical = `GIT\n${url.pathname}\n\nhost:${url.hostname}\n\nhost\n`
  const toSign = ['AWS4-HMAC-SHA256', time, scope.join('/'), createHash('sha256').update(canonical).digest('hex')].join(
    '\n',
  )
  const key = scope.reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${credentials.secretAccessKey}`,
  )
  return {
    username: `${credentials.accessKeyId}%${credentials.sessionToken}`,
    password: `${time}Z${createHmac('sha256', key).update(toSign).digest('hex')}`,
  }
}
