import { existsSync } from 'node:fs'
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openBuildBench, type BuildBench } from '../testing/build-bench.ts'
import { bubblewrapWorks, createBubblewrapDriver, createProcessDriver } from './sandbox.ts'
import { toolMounts } from './bubblewrap/mounts.ts'

const isolation = bubblewrapWorks() ? {} : { skip: 'bubblewrap (bwrap) does not work on this machine' }

describe('a build in bubblewrap', isolation, () => {
  let bench: BuildBench
  let hidden: string
  before(async () => {
    hidden = await mkdtemp(join(tmpdir(), 'pipewright-hidden-'))
    await writeFile(join(hidden, 'master.key'), 'the key of everything')
    process.env['PIPEWRIGHT_MASTER_KEY'] = 'in the environment'
    bench = await openBuildBench(createBubblewrapDriver({ hidden: [hidden], path: process.env['PATH'] ?? '' }))
  })
  after(async () => {
    delete process.env['PIPEWRIGHT_MASTER_KEY']
    await bench[Symbol.asyncDispose]()
    await rm(hidden, { recursive: true })
  })
  const run = async (...commands: readonly string[]) => bench.run({ phases: { build: { commands } } })

  it("sees neither the server's files nor its environment", async () => {
    const { output } = await run(
      `cat ${hidden}/master.key 2>/dev/null || echo hidden`,
      'env | grep -c MASTER_KEY || true',
      'cat /proc/*/environ | tr "\\0" "\\n" | grep -c MASTER_KEY || true',
    )
    assert.deepEqual(output, ['hidden', '0', '0'])
  })

  it('sees no process but its own, and is root among them', async () => {
    const { output } = await run('id -u', 'ls /proc | grep -c "^[0-9]"')
    assert.equal(output[0], '0')
    assert.ok(Number(output[1]) < 12)
  })

  it('cannot change the system, and finds an own home and temporary folder', async () => {
    const { output } = await run(
      'touch /usr/x 2>/dev/null || echo read-only',
      'touch /etc/passwd2 2>/dev/null; test -r /etc/shadow || echo no passwords',
      // not all of /tmp is compared: a checkout there shows its tools
      'echo $HOME; touch ~/a /tmp/b && ls -d /tmp/b',
    )
    assert.deepEqual(output, ['read-only', 'no passwords', '/root', '/tmp/b'])
    assert.equal(existsSync('/tmp/b'), false)
  })

  it('finds its source where AWS has it', async () => {
    const { output } = await run('pwd', 'echo $CODEBUILD_SRC_DIR')
    assert.match(output[0] ?? '', /^\/codebuild\/output\/src\d+\/src$/)
    assert.equal(output[0], output[1])
  })

  it('has no network when there shall be none', async () => {
    const { output } = await bench.run(
      { phases: { build: { commands: ['ls /sys/class/net 2>/dev/null; cat /proc/net/dev | grep -c eth || true'] } } },
      { job: { network: false } },
    )
    assert.deepEqual(output, ['0'])
  })
})

describe('a build as a plain process', () => {
  it('says once that it is not isolated', async () => {
    await using bench = await openBuildBench(createProcessDriver('bubblewrap is not installed'))
    const { lines } = await bench.run({ phases: { build: { commands: ['true'] } } })
    assert.equal(lines.filter((line) => line.includes('not isolated')).length, 1)
  })

  it('has its own home, and nothing of the environment of whoever started the server', async () => {
    process.env['PIPEWRIGHT_TEST_SECRET'] = 'x'
    await using bench = await openBuildBench(createProcessDriver('bubblewrap is not installed'))
    const { output } = await bench.run({
      phases: { build: { commands: ['echo ${PIPEWRIGHT_TEST_SECRET-unset}', 'test "$HOME" != /root && echo own'] } },
    })
    delete process.env['PIPEWRIGHT_TEST_SECRET']
    assert.deepEqual(output, ['unset', 'own'])
  })
})

describe('tool folders on the PATH', () => {
  it('are shown read-only with what their programs need, and hidden folders never', async () => {
    const home = await mkdtemp(join(tmpdir(), 'pipewright-home-'))
    const { mkdir } = await import('node:fs/promises')
    for (const folder of ['.tool/bin', '.tool/lib', '.tool/share', 'data/bin'])
      await mkdir(join(home, folder), { recursive: true })
    const mounts = toolMounts(`/usr/bin:${home}/.tool/bin:${home}/data/bin:relative`, [join(home, 'data')])
    await rm(home, { recursive: true })
    assert.deepEqual(
      mounts.filter((path) => path.startsWith(home)),
      ['bin', 'bin', 'lib', 'lib'].map((name) => join(home, '.tool', name)),
    )
  })
})
