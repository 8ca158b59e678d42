import { CodeCommitClient, GetRepositoryCommand } from '@aws-sdk/client-codecommit'
import { execFile } from 'node:child_process'
import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Connection } from '../../src/cli/connection.ts'
import { REPOSITORY } from './set-up.ts'

const run = promisify(execFile)
const SITE = fileURLToPath(new URL('site', import.meta.url))

export interface PushedCommit {
  readonly id: string
  readonly message: string
}

/** A commit of ours as anybody would make it: clone, change a page, commit, push. The first one brings the whole project. */
export async function pushCommit(connection: Connection): Promise<PushedCommit> {
  const folder = await mkdtemp(join(tmpdir(), 'hello-site-'))
  try {
    const git = gitIn(folder, connection)
    await git('clone', '--quiet', await cloneUrl(connection), '.')
    const empty = await git('rev-parse', '--verify', '--quiet', 'HEAD').then(
      () => false,
      () => true,
    )
    if (empty) await cp(SITE, folder, { recursive: true })
    else await appendFile(join(folder, 'pages', 'index.md'), `\nChanged once more at ${new Date().toISOString()}.\n`)
    const message = empty ? 'Say hello' : 'Say when the page was changed'
    await git('checkout', '--quiet', '-B', 'main')
    await git('add', '--all')
    await git('commit', '--quiet', '-m', message)
    await git('push', '--quiet', 'origin', 'main')
    return { id: (await git('rev-parse', 'HEAD')).trim(), message }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function cloneUrl(connection: Connection): Promise<string> {
  const client = new CodeCommitClient(connection)
  const { repositoryMetadata } = await client.send(new GetRepositoryCommand({ repositoryName: REPOSITORY }))
  client.destroy()
  return repositoryMetadata?.cloneUrlHttp ?? ''
}

/** The password reaches git through its environment: on a command line every process of the machine could read it. */
function gitIn(folder: string, { credentials }: Connection) {
  const basic = Buffer.from(`${credentials.accessKeyId}:${credentials.secretAccessKey}`).toString('base64')
  const env = {
    ...process.env,
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.extraHeader',
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
    GIT_AUTHOR_NAME: 'Demo',
    GIT_AUTHOR_EMAIL: 'demo@example.com',
    GIT_COMMITTER_NAME: 'Demo',
    GIT_COMMITTER_EMAIL: 'demo@example.com',
  }
  return async (...args: string[]): Promise<string> => (await run('git', args, { cwd: folder, env })).stdout
}
