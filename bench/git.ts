import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Connection } from '../src/cli/connection.ts'

const run = promisify(execFile)

export interface Git {
  (...args: string[]): Promise<string>
  /** the whole content of the only file */
  commit(content: string): Promise<void>
}

/** git in a folder, as nobody in particular; with a connection, signed in to its repositories. */
export function gitIn(folder: string, connection?: Connection): Git {
  const env = {
    ...process.env,
    ...(connection && signedIn(connection)),
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'Bench',
    GIT_AUTHOR_EMAIL: 'bench@example.com',
    GIT_COMMITTER_NAME: 'Bench',
    GIT_COMMITTER_EMAIL: 'bench@example.com',
  }
  const git = async (...args: string[]): Promise<string> => (await run('git', args, { cwd: folder, env })).stdout
  return Object.assign(git, {
    commit: async (content: string) => {
      await writeFile(join(folder, 'index.html'), content)
      await git('add', '--all')
      await git('commit', '--quiet', '-m', 'Change the page')
    },
  })
}

const signedIn = ({ credentials: { accessKeyId, secretAccessKey } }: Connection): Record<string, string> => ({
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'http.extraHeader',
  GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`${accessKeyId}:${secretAccessKey}`).toString('base64')}`,
})
