import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { after, before, beforeEach, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { SmartHttpRequest, SmartHttpResponse } from './git.ts'
import { encodePacket, FLUSH } from './pkt-line.ts'
import { createGitWorld, type GitWorld } from './testing.ts'

describe('git over HTTP, with the real client', () => {
  let world: GitWorld
  let count = 0
  let id: string
  let work: string
  const git = (...args: string[]): Promise<string> => world.client(work, ...args)

  before(async () => {
    world = await createGitWorld()
  })
  after(() => world[Symbol.asyncDispose]())
  beforeEach(async () => {
    id = `repo-${(count += 1)}`
    work = join(world.folder, `work-${count}`)
    world.pushes.length = 0
    world.onPush = async () => undefined
    world.onRequest = () => undefined
    await world.host.create(id)
    await mkdir(work)
    await git('init', '--quiet', '--initial-branch=main')
    await git('remote', 'add', 'origin', world.urlOf(id))
  })

  async function commit(path: string, content: string | Buffer): Promise<string> {
    await writeFile(join(work, path), content)
    await git('add', '--all')
    await git('commit', '--quiet', '--message', `Change ${path}`)
    return git('rev-parse', 'HEAD')
  }

  const direct = (part: Partial<SmartHttpRequest>): Promise<SmartHttpResponse> =>
    world.host.serve(
      id,
      {
        method: 'POST',
        path: '/git-receive-pack',
        query: '',
        headers: { 'content-type': 'application/x-git-receive-pack-request' },
        body: Readable.from([]),
        remoteUser: 'ada',
        signal: new AbortController().signal,
        ...part,
      },
      async (updates) => void world.pushes.push(updates),
    )

  for (const version of ['0', '1', '2'])
    test(`push, clone and fetch with protocol version ${version}`, async () => {
      await git('config', 'protocol.version', version)
      const first = await commit('a.txt', 'one')
      await git('push', '--quiet', 'origin', 'main')
      assert.deepEqual(world.pushes, [[{ ref: 'refs/heads/main', after: first }]])
      const copy = `${work}-copy`
      await world.client(world.folder, '-c', `protocol.version=${version}`, 'clone', '--quiet', world.urlOf(id), copy)
      assert.equal(await readFile(join(copy, 'a.txt'), 'utf8'), 'one')
      const second = await commit('a.txt', 'two')
      await git('push', '--quiet', 'origin', 'main')
      assert.deepEqual(world.pushes[1], [{ ref: 'refs/heads/main', before: first, after: second }])
      await world.client(copy, '-c', `protocol.version=${version}`, 'pull', '--quiet', '--ff-only')
      assert.equal(await readFile(join(copy, 'a.txt'), 'utf8'), 'two')
    })

  test('the client does not see the end of a push before onPush has ended, and by then the ref can be read', async () => {
    const order: string[] = []
    world.onPush = async ([update]) => {
      const repository = await world.host.open(id)
      order.push(`resolved ${(await repository?.resolve('main')) === update?.after}`)
      await new Promise(setImmediate)
      order.push('noticed')
    }
    await commit('a', '1')
    await git('push', '--quiet', 'origin', 'main')
    order.push('client returned')
    assert.deepEqual(order, ['resolved true', 'noticed', 'client returned'])
  })

  test('when onPush fails the client is told, and the server lives on', async () => {
    world.onPush = () => Promise.reject(new Error('the trigger is broken'))
    await commit('a', '1')
    await assert.rejects(git('push', '--quiet', 'origin', 'main'))
    assert.ok(await (await world.host.open(id))?.resolve('main'))
  })

  test('several branches and tags in one push are reported together; deletions too', async () => {
    const commitId = await commit('a', '1')
    await git('tag', 'light')
    await git('tag', '--annotate', '--message', 'x', 'annotated')
    await git('push', '--quiet', 'origin', 'main', 'main:feature/x', 'light', 'annotated')
    const [updates] = world.pushes
    assert.deepEqual(
      updates?.map(({ ref }) => ref),
      ['refs/heads/main', 'refs/heads/feature/x', 'refs/tags/light', 'refs/tags/annotated'],
    )
    const repository = await world.host.open(id)
    for (const name of ['light', 'annotated', 'refs/tags/annotated', 'feature/x', commitId])
      assert.equal(await repository?.resolve(name), commitId, name)
    await git('push', '--quiet', 'origin', ':feature/x', ':light')
    assert.deepEqual(world.pushes[1], [
      { ref: 'refs/heads/feature/x', before: commitId },
      { ref: 'refs/tags/light', before: commitId },
    ])
  })

  test('history may be rewritten by force and not otherwise, and what is refused is not reported', async () => {
    const first = await commit('a', '1')
    await commit('a', '2')
    await git('push', '--quiet', 'origin', 'main')
    await git('reset', '--quiet', '--hard', first)
    const other = await commit('a', '3')
    await assert.rejects(git('push', '--quiet', 'origin', 'main'), /fetch first|non-fast-forward/)
    assert.equal(world.pushes.length, 1)
    await git('push', '--quiet', '--force', 'origin', 'main')
    assert.equal(world.pushes[1]?.[0]?.after, other)
  })

  test('of two pushes that race for a branch one wins, and only that one is reported', async () => {
    await commit('base', '1')
    await git('push', '--quiet', 'origin', 'main')
    const tips = await Promise.all(
      ['left', 'right'].map(async (name) => {
        const copy = `${work}-${name}`
        await world.client(world.folder, 'clone', '--quiet', world.urlOf(id), copy)
        await writeFile(join(copy, name), name)
        await world.client(copy, 'add', '--all')
        await world.client(copy, 'commit', '--quiet', '--message', name)
        return copy
      }),
    )
    const outcomes = await Promise.allSettled(tips.map((copy) => world.client(copy, 'push', '--quiet')))
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    assert.equal(world.pushes.length, 2)
  })

  test('nothing new to push is no push', async () => {
    await commit('a', '1')
    await git('push', '--quiet', 'origin', 'main')
    await git('push', '--quiet', 'origin', 'main')
    assert.equal(world.pushes.length, 1)
  })

  test('the first branch pushed becomes the default, main before others', async () => {
    await commit('a', '1')
    await git('push', '--quiet', 'origin', 'main:trunk')
    assert.equal(await (await world.host.open(id))?.defaultBranch(), 'trunk')
    await git('push', '--quiet', 'origin', 'main')
    assert.equal(await (await world.host.open(id))?.defaultBranch(), 'trunk')
    const other = await world.host.create(`${id}-b`, 'nothing-yet')
    await git('push', '--quiet', world.urlOf(`${id}-b`), 'main:a', 'main:main')
    assert.equal(await other.defaultBranch(), 'main')
  })

  test('a large push is taken in pieces, and a large request packed with gzip', async () => {
    const content = randomBytes(3_000_000)
    await commit('large', content)
    await git('config', 'http.postBuffer', '65536') // then the client probes first, and sends chunked
    await git('push', '--quiet', 'origin', 'main')
    assert.equal(world.pushes.length, 1)
    for (let index = 0; index < 40; index += 1) await git('commit', '--quiet', '--allow-empty', '--message', `${index}`)
    await git(
      'push',
      '--quiet',
      'origin',
      'main',
      ...Array.from({ length: 40 }, (_, index) => `HEAD~${index}:refs/heads/b${index}`),
    )
    const copy = `${work}-copy`
    await world.client(world.folder, 'clone', '--quiet', world.urlOf(id), copy) // its wants are more than 1 KB: sent with gzip
    assert.ok((await readFile(join(copy, 'large'))).equals(content))
  })

  test('a push packed with gzip is understood', async () => {
    const zero = '0'.repeat(40)
    const commands = Buffer.concat([encodePacket(`${zero} ${zero} refs/heads/none\0report-status`), FLUSH])
    const answer = await direct({
      headers: { 'content-type': 'application/x-git-receive-pack-request', 'content-encoding': 'gzip' },
      body: Readable.from([gzipSync(commands)]),
    })
    assert.equal(answer.statusCode, 200)
    assert.match(await text(answer.body), /unpack ok/)
    assert.deepEqual(world.pushes, [])
  })

  test('only branches and tags can be written, and nothing else is shown', async () => {
    await commit('a', '1')
    await assert.rejects(git('push', '--quiet', 'origin', 'main:refs/notes/x'), /hidden ref/)
    await assert.rejects(git('push', '--quiet', 'origin', 'main:refs/replace/x'), /hidden ref/)
    await git('push', '--quiet', 'origin', 'main', 'main:refs/tags/t')
    assert.deepEqual((await git('ls-remote', '--quiet', 'origin')).match(/\S+$/gm), [
      'HEAD',
      'refs/heads/main',
      'refs/tags/t',
    ])
  })

  test('names that are traps are refused with the reason, though git would take them', async () => {
    await commit('a', '1')
    for (const name of [
      '-upload-pack=x',
      'a/-b',
      '$(touch${IFS}x)',
      '`id`',
      'a;b',
      'a|b',
      '\u202Egnp',
      'zero\u200Bwidth',
    ])
      await assert.rejects(
        git('push', '--quiet', 'origin', `main:refs/heads/${name}`),
        /does not accept the name/,
        name,
      )
    assert.deepEqual(world.pushes, [])
    assert.deepEqual(await (await world.host.open(id))?.branches(), [])
  })

  test('a commit that hides a .git folder is refused', async () => {
    const blob = await world.client(work, 'hash-object', '-w', join(work, '.git/HEAD'))
    await writeFile(join(work, 'tree'), `100644 blob ${blob}\t.git\n`)
    const raw = Buffer.concat([Buffer.from('100644 .git\0'), Buffer.from(blob, 'hex')])
    await writeFile(join(work, 'tree'), raw)
    const tree = await git('hash-object', '-t', 'tree', '-w', '--literally', 'tree')
    const evil = await git('commit-tree', tree, '-m', 'evil')
    await assert.rejects(git('push', '--quiet', 'origin', `${evil}:refs/heads/main`), /hasDotgit/)
    assert.deepEqual(world.pushes, [])
  })

  test('a client that leaves in the middle of a push changes nothing and leaves nothing', async () => {
    const tip = await commit('large', randomBytes(2_000_000))
    const pack = await new Promise<Buffer>((resolve, reject) => {
      import('node:child_process')
        .then(({ execFile }) => {
          const child = execFile(
            'git',
            ['pack-objects', '--stdout', '--revs'],
            { cwd: work, encoding: 'buffer', maxBuffer: 1 << 24 },
            (error, stdout) => (error ? reject(error) : resolve(stdout)),
          )
          child.stdin?.end(`${tip}\n`)
        })
        .catch(reject)
    })
    const body = new Readable({ read: () => undefined })
    const commands = encodePacket(`${'0'.repeat(40)} ${tip} refs/heads/main\0report-status`)
    body.push(Buffer.concat([commands, FLUSH, pack.subarray(0, 1_000_000)]))
    const gone = new AbortController()
    const answer = await direct({ body, signal: gone.signal })
    gone.abort(new Error('the client has gone'))
    await text(answer.body)
    const repository = await world.host.open(id)
    assert.equal(await repository?.resolve('main'), undefined)
    assert.deepEqual(world.pushes, [])
    const objects = await readdir(join(repository?.path ?? '', 'objects'))
    assert.deepEqual(
      objects.filter((name) => name.startsWith('tmp')),
      [],
    )
  })

  test('when the client has sent all and leaves before the answer, its push is still reported', async () => {
    const tip = await commit('a', '1')
    await git('push', '--quiet', 'origin', 'main')
    const reported = new Promise<void>((resolve) => {
      world.onPush = async () => resolve()
    })
    const commands = encodePacket(`${'0'.repeat(40)} ${tip} refs/heads/copy\0report-status`)
    const emptyPack = Buffer.from('5041434b0000000200000000029d08823bd8a8eab510ad6ac75c823cfd3ed31e', 'hex')
    const sending = request(`${world.urlOf(id)}/git-receive-pack`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-git-receive-pack-request' },
    })
    sending.on('error', () => undefined)
    world.onRequest = (body) => body.once('end', () => sending.destroy())
    sending.end(Buffer.concat([commands, FLUSH, emptyPack]))
    await reported
    assert.equal(await (await world.host.open(id))?.resolve('copy'), tip)
  })

  test('what is not the protocol is told so', async () => {
    const status = async (part: Partial<SmartHttpRequest>): Promise<number> => (await direct(part)).statusCode
    assert.equal(await status({ path: '/HEAD', method: 'GET' }), 404)
    assert.equal(await status({ path: '/../../etc/passwd', method: 'GET' }), 404)
    assert.equal(await status({ path: '/info/refs', method: 'GET' }), 403)
    assert.equal(await status({ path: '/info/refs', method: 'GET', query: 'service=git-upload-archive' }), 403)
    assert.equal(await status({ path: '/info/refs', method: 'POST' }), 405)
    assert.equal(await status({ headers: { 'content-type': 'text/plain' } }), 415)
    assert.equal(await status({ body: Readable.from([Buffer.from('hello there')]) }), 400)
    assert.equal(await status({ body: Readable.from([]) }), 400)
    const bad = { 'content-type': 'application/x-git-receive-pack-request', 'content-encoding': 'gzip' }
    assert.equal(await status({ headers: bad, body: Readable.from([Buffer.from('not gzip')]) }), 400)
    for (const name of ['missing', '..', '../x', 'a/b', '-x', '.hidden', ''])
      assert.equal((await world.host.serve(name, {} as SmartHttpRequest, async () => undefined)).statusCode, 404)
  })
})
