/** The documentation is true: its commands run, its links lead somewhere, its tables name what there is. */
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { OPTIONS, type ConfigOption } from '../../src/server/server.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { missing, run } from './support.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PROGRAM = join(ROOT, 'bin/pipewright.mjs')
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')
const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT })
const awsIsMissing = await missing('aws', ['--version'], 'the AWS CLI is not installed')

/** Fenced `sh` blocks; those that install this very repository would run themselves. */
const blocks = globSync(['README.md', 'docs/*.md'], { cwd: ROOT }).flatMap((page) =>
  [...read(page).matchAll(/^```sh\n([^]*?)^```$/gm)]
    .map(([, text = '']) => ({ page, text }))
    .filter(({ text }) => !text.startsWith('npm ci && ')),
)

describe('the commands of the documentation run', () => {
  let server: TestServer
  let folder: string
  before(async () => {
    server = await startTestServer()
    folder = await mkdtemp(join(tmpdir(), 'pipewright-docs-'))
    // what `npx pipewright` is where the package is installed; the server is there already
    const npx = `#!/bin/sh\nshift\n[ "$1" = dev ] && exit 0\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`
    await writeFile(join(folder, 'npx'), npx)
    await chmod(join(folder, 'npx'), 0o755)
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  for (const { page, text } of blocks) {
    const skip = /^aws |credential-helper/m.test(text) && awsIsMissing
    test(`${page}: ${text.split('\n')[0]}`, { skip }, async () => {
      const script = text.replaceAll('4566', new URL(server.url).port)
      const env = { ...server.env, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`, AWS_PAGER: '' }
      const { code, stderr } = await run('sh', ['-euc', script], { env, cwd: folder })
      assert.equal(code, 0, stderr)
    })
  }

  test('there are some', () => assert.ok(blocks.length > 0))
})

for (const page of pages) {
  test(`the links of ${page} lead to files`, () => {
    const links = [...read(page).matchAll(/\]\((?!https?:|mailto:)([^)#\s]+)/g)].map(([, link = '']) => link)
    const dead = links.filter((link) => !existsSync(resolve(ROOT, dirname(page), link)))
    assert.deepEqual(dead, [])
  })
}

test('every page that the code speaks of is there', () => {
  const files = globSync('{src,bin,tools,examples}/**/*.{ts,mjs}', { cwd: ROOT })
  const named = files.flatMap((file) =>
    [...read(file).matchAll(/\bdocs\/[\w/-]+\.md\b/g)].map(([page]) => ({ file, page })),
  )
  assert.deepEqual(
    named.filter(({ page }) => !existsSync(join(ROOT, page))),
    [],
  )
})

/** Cells of the rows of a page's table, the one with this heading in its first cell. */
function table(page: string, heading: string): string[][] {
  const lines = read(page).split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`))
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'))
  return lines.slice(start + 2, start + length).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

const help = async (...command: string[]): Promise<string> =>
  (await run(process.execPath, [PROGRAM, ...command, '--help'])).stdout

const flagsIn = (text: string): string[] => [...new Set([...text.matchAll(/--[a-z][a-z-]*/g)].map(([flag]) => flag))]

describe('docs/cli.md', () => {
  const rows = table('docs/cli.md', 'command').map(([names = '', does = '']) => ({
    names: [...names.matchAll(/`(\w+)/g)].map(([, name = '']) => name),
    does,
  }))
  /** told once for all commands, above and below the table */
  const COMMON = ['--endpoint', '--region', '--json', '--help']

  test('names exactly the commands there are', async () => {
    const all = [...(await help()).matchAll(/^ {2}([a-z]+) (?:\[|<)/gm)].map(([, name = '']) => name)
    assert.deepEqual(rows.flatMap(({ names }) => names).sort(), all.filter((name) => name !== 'help').sort())
    assert.ok(COMMON.every((flag) => flag === '--help' || read('docs/cli.md').includes(`\`${flag}\``)))
  })

  for (const { names, does } of rows) {
    for (const name of names.filter((one) => one !== 'server')) {
      test(`names exactly the options of ${name}`, async () => {
        const options = (await help(name)).split('\nOptions:\n')[1] ?? ''
        const there = [...options.matchAll(/^ +(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag = '']) => flag)
        assert.deepEqual(flagsIn(does).sort(), there.filter((flag) => !COMMON.includes(flag)).sort())
      })
    }
  }
})

test('docs/server.md has the options of the server, with their variables, defaults and meanings', () => {
  const code = (text: string | undefined): string => (text === undefined ? '' : `\`${text}\``)
  const plain = (cell: string | undefined): string => (cell ?? '').replaceAll('`', '')
  assert.deepEqual(
    table('docs/server.md', 'option').map(([flag, env, fallback, help]) => [flag, env, fallback, plain(help)]),
    Object.entries(OPTIONS).map(([flag, { env, fallback, help }]: [string, ConfigOption]) => [
      code(`--${flag}`),
      code(env),
      code(fallback),
      help,
    ]),
  )
})
