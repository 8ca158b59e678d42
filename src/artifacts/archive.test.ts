import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readlink,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { crc32, deflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import {
  ArchiveRefused,
  readZip,
  unzipTo,
  zipEntries,
  zipFolder,
  type ArchiveEntry,
  type UnzipLimits,
} from './artifacts.ts'

interface RawEntry {
  readonly name: string
  readonly content?: string | Buffer
  /** full Unix mode; default a regular file */
  readonly mode?: number
  readonly claimedSize?: number
  readonly claimedCrc?: number
  readonly method?: number
  readonly flags?: number
}

/** Writes archives that no honest tool would write. */
function rawZip(entries: readonly RawEntry[]): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content = '', mode = 0o100644, claimedSize, claimedCrc, method = 8, flags = 0x800 } of entries) {
    const clear = Buffer.from(content)
    const packed = method === 8 ? deflateRawSync(clear) : clear
    const fileName = Buffer.from(name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(flags, 2)
    common.writeUInt16LE(method, 4)
    common.writeUInt32LE(claimedCrc ?? crc32(clear), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(claimedSize ?? clear.length, 18)
    common.writeUInt16LE(fileName.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, fileName, packed])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE((mode << 16) >>> 0, 6)
    rest.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.of(63, 3), common, rest, fileName]))
    bodies.push(local)
    offset += local.length
  }
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(Buffer.concat(directory).length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...bodies, ...directory, end])
}

describe('archives', () => {
  let folder: string
  let made = 0
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pipewright-archive-test-'))
  })
  after(() => rm(folder, { recursive: true }))
  const fresh = (): string => join(folder, `case-${(made += 1)}`)

  async function unzip(bytes: Buffer, limits?: UnzipLimits): Promise<string> {
    const into = fresh()
    await unzipTo(Readable.from([bytes]), into, limits)
    return into
  }

  /** Refused with the reason, and nothing at all was written, inside or outside. */
  async function refused(entries: readonly RawEntry[], reason: RegExp, limits?: UnzipLimits): Promise<void> {
    const into = join(fresh(), 'target')
    await assert.rejects(unzipTo(Readable.from([rawZip(entries)]), into, limits), (error: Error) => {
      assert.ok(error instanceof ArchiveRefused, String(error))
      assert.match(error.message, reason)
      return true
    })
    await assert.rejects(stat(join(into, '..')), { code: 'ENOENT' })
  }

  describe('what is packed comes out again', () => {
    test('text, bytes, streams, empty folders, links and modes', async () => {
      const big = randomBytes(3_000_000)
      const into = await unzip(
        await buffer(
          zipEntries([
            { path: 'imageDetail.json', content: '{}' },
            { path: 'bin/run', mode: 0o755, content: Buffer.from('#!/bin/sh\n') },
            { path: 'big', content: () => Readable.from([big]) },
            { path: 'grüße/日本.txt', content: 'ü' },
            { path: 'empty/' },
            { path: 'bin/link', mode: 0o120777, content: '../big' },
          ]),
        ),
      )
      assert.equal(await readFile(join(into, 'imageDetail.json'), 'utf8'), '{}')
      assert.equal((await stat(join(into, 'imageDetail.json'))).mode & 0o777, 0o644)
      assert.equal((await stat(join(into, 'bin/run'))).mode & 0o777, 0o755)
      assert.ok((await readFile(join(into, 'bin/link'))).equals(big))
      assert.equal(await readFile(join(into, 'grüße/日本.txt'), 'utf8'), 'ü')
      assert.deepEqual(await readdir(join(into, 'empty')), [])
    })

    test('a folder, through any set of files', async () => {
      const name = fc.stringMatching(/^[a-zA-Z0-9 ._+@-]{1,12}$/).filter((part) => !/^\.{1,2}$/.test(part))
      const tree = fc.dictionary(name, fc.uint8Array({ maxLength: 200 }), { maxKeys: 12 })
      await fc.assert(
        fc.asyncProperty(tree, async (files) => {
          const root = fresh()
          await mkdir(root)
          for (const [path, content] of Object.entries(files)) await writeFile(join(root, path), content)
          const into = await unzip(await buffer(zipFolder(root, Object.keys(files))))
          assert.deepEqual((await readdir(into)).sort(), Object.keys(files).sort())
          for (const [path, content] of Object.entries(files))
            assert.deepEqual(new Uint8Array(await readFile(join(into, path))), content)
        }),
        { numRuns: 20 },
      )
    })

    test('more files than are packed at once', async () => {
      const root = fresh()
      await mkdir(root)
      const names = Array.from({ length: 300 }, (_, index) => `file-${index}`)
      for (const path of names) await writeFile(join(root, path), path.repeat(index(path)))
      const archive = `${root}.zip`
      await writeFile(archive, zipFolder(root, names))
      const seen: string[] = []
      for await (const entry of readZip(archive)) {
        assert.equal((await buffer(await entry.open())).toString(), entry.path.repeat(index(entry.path)))
        seen.push(entry.path)
      }
      assert.deepEqual(seen, names.toSorted())
    })

    test('equal content makes equal archives', async () => {
      const once = (): Promise<Buffer> =>
        buffer(
          zipEntries([
            { path: 'a', content: 'x' },
            { path: 'b', content: () => Readable.from([Buffer.from('y')]) },
          ]),
        )
      assert.deepEqual(await once(), await once())
    })

    test('entries can be opened after the listing has ended', async () => {
      const archive = `${fresh()}.zip`
      await writeFile(
        archive,
        zipEntries([
          { path: 'a', content: 'A' },
          { path: 'b', content: 'B' },
        ]),
      )
      const entries: ArchiveEntry[] = []
      for await (const entry of readZip(archive)) entries.push(entry)
      const texts = await Promise.all(entries.map(async (entry) => (await buffer(await entry.open())).toString()))
      assert.deepEqual(texts, ['A', 'B'])
    })

    test('archives by makers that know no Unix modes, or write ./ before names, are read', async () => {
      const into = await unzip(
        rawZip([
          { name: './a//b.txt', content: 'x', mode: 0 },
          { name: 'c/', mode: 0 },
        ]),
      )
      assert.equal((await stat(join(into, 'a/b.txt'))).mode & 0o777, 0o644)
      assert.ok((await stat(join(into, 'c'))).isDirectory())
    })

    test('set-user-id bits are dropped', async () => {
      const into = await unzip(rawZip([{ name: 'su', mode: 0o104755 }]))
      assert.equal((await stat(join(into, 'su'))).mode & 0o7777, 0o755)
    })
  })

  describe('zipping a folder', () => {
    test('a link to a file inside is followed, or kept when links are enabled, also when written absolutely', async () => {
      const root = fresh()
      await mkdir(join(root, 'sub'), { recursive: true })
      await writeFile(join(root, 'file'), 'content')
      await symlink('../file', join(root, 'sub/relative'))
      await symlink(join(root, 'file'), join(root, 'absolute'))
      const paths = ['file', 'sub/relative', 'absolute']
      const followed = await unzip(await buffer(zipFolder(root, paths)))
      assert.ok((await lstat(join(followed, 'sub/relative'))).isFile())
      assert.equal(await readFile(join(followed, 'absolute'), 'utf8'), 'content')
      const kept = await unzip(await buffer(zipFolder(root, paths, { enableSymlinks: true })))
      assert.equal(await readlink(join(kept, 'sub/relative')), '../file')
      assert.equal(await readlink(join(kept, 'absolute')), 'file')
    })

    test('a link to a folder brings its files; one that leads back into itself is refused', async () => {
      const root = fresh()
      await mkdir(join(root, 'real/deep'), { recursive: true })
      await writeFile(join(root, 'real/deep/file'), 'x')
      await symlink('real', join(root, 'link'))
      const into = await unzip(await buffer(zipFolder(root, ['link'])))
      assert.equal(await readFile(join(into, 'link/deep/file'), 'utf8'), 'x')
      await symlink('..', join(root, 'real/loop'))
      await assert.rejects(buffer(zipFolder(root, ['link'])), /leads back/)
    })

    test('nothing from outside the folder gets in: not by link, folder link, path, pipe, with links kept or followed', async () => {
      const outside = fresh()
      await mkdir(outside)
      await writeFile(join(outside, 'secret'), 'secret')
      const root = fresh()
      await mkdir(root)
      await symlink(join(outside, 'secret'), join(root, 'link'))
      await symlink(outside, join(root, 'folder'))
      execFileSync('mkfifo', [join(root, 'pipe')])
      for (const path of ['link', 'folder', 'folder/secret', '../secret', join(outside, 'secret'), 'pipe', 'missing'])
        for (const enableSymlinks of [false, true])
          await assert.rejects(buffer(zipFolder(root, [path], { enableSymlinks })), Error, path)
    })

    test('an unreadable entry fails the stream, and a reader that leaves early ends the work', async () => {
      const broken: Readable = new Readable({ read: () => broken.destroy(new Error('source broke')) })
      const failing = zipEntries([{ path: 'a', content: () => broken }])
      await assert.rejects(buffer(failing), /source broke/)
      const endless: Readable = new Readable({ read: () => endless.push(randomBytes(65_536)) })
      for await (const _ of zipEntries([{ path: 'a', content: () => endless }])) break
      if (!endless.closed) await new Promise((resolve) => endless.once('close', resolve))
    })
  })

  describe('hostile names are refused before anything is written', () => {
    const names: readonly (readonly [string, RegExp])[] = [
      ['../evil', /leaves the folder/],
      ['a/../../evil', /leaves the folder/],
      ['a/..', /leaves the folder/],
      ['..', /leaves the folder/],
      ['/etc/passwd', /absolute/],
      ['//host/share', /absolute/],
      ['C:/windows', /drive/],
      ['c:evil', /drive/],
      ['..\\evil', /backslash/],
      ['a\\b', /backslash/],
      ['a\0b', /NUL/],
      ['', /empty/],
      ['.', /empty/],
      ['x'.repeat(256), /longer than 255/],
      ['d/'.repeat(101) + 'f', /deep/],
    ]
    for (const [name, reason] of names)
      test(JSON.stringify(name.slice(0, 30)), () =>
        refused(
          [
            { name: 'fine', content: 'x' },
            { name, content: 'x' },
          ],
          reason,
        ),
      )
  })

  describe('hostile kinds and tables of contents are refused', () => {
    const link = (name: string, target: string): RawEntry => ({ name, mode: 0o120777, content: target })
    const cases: Readonly<Record<string, readonly [readonly RawEntry[], RegExp, UnzipLimits?]>> = {
      'a link out of the folder': [[link('l', '../../etc')], /leaves the folder/],
      'an absolute link': [[link('l', '/etc/passwd')], /leaves the folder/],
      'a link with a drive or backslash': [[link('l', 'C:\\x')], /leaves the folder/],
      'an empty link': [[link('l', '')], /leaves the folder/],
      'a link that is harmless to read but leaves through another link': [
        [{ name: 'd/e/file' }, link('d/e/up', '../..'), link('x', 'd/e/up/../etc')],
        /leaves the folder/,
      ],
      'links that run in a circle': [[link('a', 'b'), link('b', 'a')], /leaves the folder/],
      'a link, then a file through it': [
        [link('l', 'd'), { name: 'd/', mode: 0o40755 }, { name: 'l/evil' }],
        /"l" is a link/,
      ],
      'a file, then a file below it': [[{ name: 'f' }, { name: 'f/evil' }], /"f" is a file/],
      'a character device': [[{ name: 'dev', mode: 0o020666 }], /device/],
      'a pipe': [[{ name: 'pipe', mode: 0o010666 }], /pipe/],
      'two entries of one name': [[{ name: 'a' }, { name: 'a', content: 'evil' }], /two of this name/],
      'two entries of one name, spelled differently': [[{ name: 'd/a' }, { name: './d//a' }], /two of this name/],
      'names that differ in case, when asked': [
        [{ name: 'A/x' }, { name: 'a/y' }],
        /only in case/,
        { refuseCaseCollisions: true },
      ],
      'too many entries': [[{ name: 'a' }, { name: 'b' }, { name: 'c' }], /more than 2 entries/, { maxEntries: 2 }],
      'too many bytes': [[{ name: 'a', content: 'x'.repeat(1000) }], /larger than 999 bytes/, { maxBytes: 999 }],
      'a bomb': [[{ name: 'a', content: Buffer.alloc(150_000_000) }], /more than 100 times/, { maxRatio: 100 }],
      'an encrypted entry': [[{ name: 'a', content: 'x', flags: 0x801 }], /encrypted/],
      'an unknown compression': [[{ name: 'a', content: 'x', method: 12 }], /method 12/],
      'a stored entry that lies about its size': [[{ name: 'a', content: 'x', method: 0, claimedSize: 5 }], /mismatch/],
    }
    for (const [name, [entries, reason, limits]] of Object.entries(cases))
      test(name, () => refused(entries, reason, limits))

    test('names that differ only in case are kept where the file system can', async () => {
      const into = await unzip(rawZip([{ name: 'README' }, { name: 'Readme' }]))
      assert.equal((await readdir(into)).length, 2)
    })

    for (const [size, content] of [
      ['small', 'x'.repeat(1000)],
      ['large', randomBytes(200_000)],
    ] as const) {
      test(`a ${size} entry with more content than it says is refused while reading`, () =>
        assert.rejects(unzip(rawZip([{ name: 'a', content, claimedSize: 10 }])), ArchiveRefused))
      test(`a ${size} entry with less content than it says is refused while reading`, () =>
        assert.rejects(unzip(rawZip([{ name: 'a', content, claimedSize: 300_000 }])), ArchiveRefused))
      test(`a ${size} entry with a wrong checksum is refused while reading`, () =>
        assert.rejects(unzip(rawZip([{ name: 'a', content, claimedCrc: 1 }])), /checksum/))
    }

    test('what is no archive, or only part of one, is refused', async () => {
      const whole = rawZip([{ name: 'a', content: 'x'.repeat(5000) }])
      for (const bytes of [Buffer.alloc(0), Buffer.from('hello'), whole.subarray(0, -1), whole.subarray(100)])
        await assert.rejects(unzip(bytes), ArchiveRefused)
    })

    test('any damage ends in a refusal or in the content that was packed, never in a crash', async () => {
      const whole = rawZip([{ name: 'a', content: 'hello hello' }, link('l', 'a')])
      await fc.assert(
        fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (at, byte) => {
          const damaged = Buffer.from(whole)
          damaged[at] = byte
          await unzip(damaged).catch((error: unknown) => assert.ok(error instanceof ArchiveRefused, String(error)))
        }),
        { numRuns: 300 },
      )
    })
  })

  describe('what is already in the target folder', () => {
    test('a link in the place of a folder is not followed, a file is not replaced', async () => {
      const outside = fresh()
      await mkdir(outside)
      const into = fresh()
      await mkdir(into)
      await symlink(outside, join(into, 'd'))
      await writeFile(join(into, 'f'), 'mine')
      const archive = `${into}.zip`
      await writeFile(archive, rawZip([{ name: 'd/evil' }]))
      await assert.rejects(unzipTo(archive, into), ArchiveRefused)
      assert.deepEqual(await readdir(outside), [])
      await writeFile(archive, rawZip([{ name: 'f', content: 'theirs' }]))
      await assert.rejects(unzipTo(archive, into), { code: 'EEXIST' })
      assert.equal(await readFile(join(into, 'f'), 'utf8'), 'mine')
    })

    test('folders that are there are filled, and a folder without the right to write is made in the end', async () => {
      const into = fresh()
      await mkdir(join(into, 'd'), { recursive: true })
      const archive = `${into}.zip`
      await writeFile(
        archive,
        rawZip([
          { name: 'd/', mode: 0o40555 },
          { name: 'd/f', content: 'x', mode: 0o100444 },
        ]),
      )
      await unzipTo(archive, into)
      assert.equal(await readFile(join(into, 'd/f'), 'utf8'), 'x')
      assert.equal((await stat(join(into, 'd/f'))).mode & 0o777, 0o444)
      await chmod(join(into, 'd'), 0o755)
    })

    test('an aborted unpacking throws the reason', async () => {
      const archive = `${fresh()}.zip`
      await writeFile(archive, rawZip([{ name: 'f', content: 'x' }]))
      await assert.rejects(unzipTo(archive, fresh(), { signal: AbortSignal.abort(new Error('stopped')) }), /stopped/)
    })
  })
})

const index = (path: string): number => Number(path.replace('file-', ''))
