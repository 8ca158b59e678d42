import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { unzipTo, zipEntries } from '../../artifacts/artifacts.ts'
import type { JobArtifacts } from '../protocol.ts'
import { bubblewrapWorks, createBubblewrapDriver, createProcessDriver } from '../sandbox/sandbox.ts'
import { openBuildBench, phaseList, type BuildBench } from '../testing/build-bench.ts'

const zip: JobArtifacts = { identifier: '', packaging: 'ZIP', overrideName: false }
const driver = bubblewrapWorks()
  ? createBubblewrapDriver({ hidden: [], path: process.env['PATH'] ?? '' })
  : createProcessDriver('no bubblewrap')

describe('artifacts of a build', () => {
  let bench: BuildBench
  let folder: string
  before(async () => {
    bench = await openBuildBench(driver)
    folder = await mkdtemp(join(tmpdir(), 'pipewright-artifacts-'))
  })
  after(async () => {
    await bench[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const unpack = async (name: string): Promise<string> => {
    const target = await mkdtemp(join(folder, 'unpacked-'))
    await unzipTo(Readable.from([bench.objects.get(`/artifacts/${name}`) ?? Buffer.alloc(0)]), target)
    return target
  }
  const names = async (name = 'primary'): Promise<readonly string[]> => {
    const target = await unpack(name)
    const entries = await readdir(target, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(target.length + 1))
      .toSorted()
  }
  const build = async (commands: readonly string[], artifacts: object, job: object = {}) =>
    bench.run({ phases: { build: { commands } }, artifacts }, { job: { artifacts: [zip], ...job } })

  it('B18 **/* takes dot files too, and exclude-paths leaves them out', async () => {
    const commands = ['mkdir -p a/.git; echo 1 > a/b; echo 2 > .env; echo 3 > a/.git/x']
    await build(commands, { files: ['**/*'] })
    assert.deepEqual(await names(), ['.env', 'a/.git/x', 'a/b'])
    await build(commands, { files: ['**/*'], 'exclude-paths': ['**/.*', '**/.*/**'] })
    assert.deepEqual(await names(), ['a/b'])
  })

  it('B19 a base directory may be a glob, and discard-paths flattens', async () => {
    const commands = [
      'mkdir -p my-build1/sub my-build2; echo 1 > my-build1/f1; echo 2 > my-build1/sub/f2; echo 3 > my-build2/f3; echo 4 > other',
    ]
    await build(commands, { files: ['**/*'], 'base-directory': 'my-build*' })
    assert.deepEqual(await names(), ['f1', 'f3', 'sub/f2'])
    await build(commands, { files: ['**/*'], 'base-directory': 'my-build*', 'discard-paths': 'yes' })
    assert.deepEqual(await names(), ['f1', 'f2', 'f3'])
  })

  it('B20 a missing file is said and skipped; nothing at all fails the upload', async () => {
    const some = await build(['echo 1 > here'], { files: ['here', 'gone'] })
    assert.equal(some.status, 'SUCCEEDED')
    assert.ok(some.lines.some((line) => line.endsWith('Skipping invalid file path gone')))
    assert.deepEqual(await names(), ['here'])
    const none = await build(['true'], { files: ['gone'] })
    assert.equal(none.status, 'FAILED')
    assert.deepEqual(none.phases.find(({ type }) => type === 'UPLOAD_ARTIFACTS')?.ended?.context, {
      statusCode: 'CLIENT_ERROR',
      message: 'no matching artifact paths found',
    })
  })

  it('B21 a failed build still uploads what there is', async () => {
    const result = await build(['echo 1 > report', 'false'], { files: ['report'] })
    assert.equal(result.status, 'FAILED')
    assert.ok(phaseList(result).includes('UPLOAD_ARTIFACTS SUCCEEDED'))
    assert.deepEqual(await names(), ['report'])
  })

  it('B22 the name is evaluated by the shell, and counts with overrideArtifactName only', async () => {
    const artifacts = { files: ['a'], name: 'app-$(echo $V)' }
    const named = await build(['echo > a; V=7'], artifacts, { artifacts: [{ ...zip, overrideName: true }] })
    assert.equal(named.uploads[0]?.name, 'app-7')
    const plain = await build(['echo > a'], artifacts)
    assert.equal(plain.uploads[0]?.name, undefined)
  })

  it('B23 secondary artifacts go under their own names', async () => {
    const secondary = ['Site', 'Tests'].map((identifier) => ({ ...zip, identifier }))
    const artifacts = { files: ['x'], 'secondary-artifacts': { Site: { files: ['a'] }, Tests: { files: ['b'] } } }
    const result = await build(['echo > a; echo > b'], artifacts, { artifacts: secondary })
    assert.deepEqual(
      result.artifacts.map(({ identifier }) => identifier),
      ['Site', 'Tests'],
    )
    assert.deepEqual([await names('Site'), await names('Tests')], [['a'], ['b']])
  })

  it('B24 file modes survive', async () => {
    await build(['echo > run.sh; chmod 755 run.sh'], { files: ['run.sh'] })
    assert.equal((await stat(join(await unpack('primary'), 'run.sh'))).mode & 0o777, 0o755)
  })

  it('B25 the JSON that CDK writes works', async () => {
    const text = JSON.stringify({
      version: '0.2',
      phases: { build: { commands: ['mkdir cdk.out; echo {} > cdk.out/manifest.json'] } },
      artifacts: { 'base-directory': 'cdk.out', files: '**/*' },
    })
    await bench.run(text, { job: { artifacts: [zip] } })
    assert.deepEqual(await names(), ['manifest.json'])
  })

  it('variables in paths are those of the build', async () => {
    await build(['mkdir out; echo > out/a; export DIR=out'], {
      files: ['$CODEBUILD_SRC_DIR/$DIR/a'],
      'base-directory': '$CODEBUILD_SRC_DIR',
    })
    assert.deepEqual(await names(), ['out/a'])
  })

  it('a link is followed inside, kept when asked, and never followed out of the build', async () => {
    await writeFile(join(folder, 'host-secret'), "the server's own")
    const commands = [
      'mkdir d; echo in > d/f; ln -s d/f inside; ln -s d dir; ln -s ' + join(folder, 'host-secret') + ' out',
    ]
    const result = await build(commands, { files: ['**/*'] })
    assert.deepEqual(await names(), ['d/f', 'dir/f', 'inside'])
    assert.ok(result.lines.some((line) => line.includes('Skipping symbolic link out')))
    await build(commands, { files: ['inside', 'd/f'], 'enable-symlinks': 'yes' })
    assert.equal(await readFile(join(await unpack('primary'), 'inside'), 'utf8'), 'in\n')
  })

  it('without packaging every file is an object of its own', async () => {
    const result = await build(
      ['mkdir d; echo 1 > a; echo 2 > d/b'],
      { files: ['**/*'] },
      { artifacts: [{ ...zip, packaging: 'NONE' }] },
    )
    assert.deepEqual(result.uploads.map(({ path }) => path).toSorted(), ['a', 'd/b'])
    assert.equal(bench.objects.get('/artifacts/primary/d/b')?.toString(), '2\n')
  })
})

describe('sources of a build', () => {
  let bench: BuildBench
  before(async () => (bench = await openBuildBench(driver)))
  after(() => bench[Symbol.asyncDispose]())

  const archive = (files: Readonly<Record<string, string>>): Promise<Buffer> =>
    buffer(zipEntries(Object.entries(files).map(([path, content]) => ({ path, content }))))
  const object = (identifier: string, name: string) => ({
    identifier,
    location: { type: 'Object' as const, url: `${bench.url}/${name}`, name: `s3://b/${name}` },
  })

  it('are unpacked, with the buildspec found in the primary one, and others beside it', async () => {
    bench.objects.set(
      '/a.zip',
      await archive({
        'ci.yml':
          'version: 0.2\nphases: {build: {commands: ["cat x $CODEBUILD_SRC_DIR_My_Lib/y", "env | grep -c \'^CODEBUILD_SRC_DIR_My-Lib=\' || true"]}}',
        x: 'one\n',
      }),
    )
    bench.objects.set('/b.zip', await archive({ y: 'two\n' }))
    const { output, status } = await bench.run('', {
      job: { buildspec: { type: 'File', path: 'ci.yml' }, sources: [object('', 'a.zip'), object('My-Lib', 'b.zip')] },
    })
    assert.deepEqual([status, ...output.slice(0, 2)], ['SUCCEEDED', 'one', 'two'])
  })

  it('that are missing or broken fail DOWNLOAD_SOURCE with the reason', async () => {
    bench.objects.set('/text.zip', Buffer.from('no archive'))
    for (const [name, reason] of [
      ['gone.zip', /Cannot download s3:\/\/b\/gone\.zip: NoSuchKey/],
      ['text.zip', /text\.zip is not a ZIP archive/],
    ] as const) {
      const result = await bench.run(
        { phases: { build: { commands: ['true'] } } },
        { job: { sources: [object('', name)] } },
      )
      assert.match(result.phases[0]?.ended?.context.message ?? '', reason)
    }
  })

  it('cannot make the buildspec a file of the machine', async () => {
    bench.objects.set('/up.zip', await archive({ a: '' }))
    const result = await bench.run('', {
      job: { buildspec: { type: 'File', path: '../../../../../../etc/hostname' }, sources: [object('', 'up.zip')] },
    })
    assert.match(result.phases[0]?.ended?.context.message ?? '', /YAML file does not exist/)
  })
})
