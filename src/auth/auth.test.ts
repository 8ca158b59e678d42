import assert from 'node:assert/strict'
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { KeyRing } from '../keys/keys.ts'
import { openSqliteStore, type Store } from '../store/store.ts'
import type { Call, Principal } from '../wire/wire.ts'
import { createAuth, userPrincipal, type Auth, type Policy } from './auth.ts'

const ACCOUNT = '111111111111'
const ROLE = `arn:aws:iam::${ACCOUNT}:role/service-role/Build`

/** The real ring's promise in a few lines: what one ring wrapped, another cannot open. */
function testKeyRing(): KeyRing {
  const master = randomBytes(32)
  return {
    createDataKey() {
      const plaintext = randomBytes(32)
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', master, nonce)
      const box = Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
      return { plaintext, wrapped: box.toString('base64url') }
    },
    unwrap(wrapped) {
      const box = Buffer.from(wrapped, 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', master, box.subarray(0, 12)).setAuthTag(box.subarray(-16))
      return Buffer.concat([decipher.update(box.subarray(12, -16)), decipher.final()])
    },
  }
}

describe('who calls', () => {
  let folder: string
  let store: Store
  let now: number
  const keys = testKeyRing()
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pipewright-auth-'))
    store = await openSqliteStore({ file: join(folder, 'db') })
    now = 1_000_000
  })
  afterEach(async () => {
    await store[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  const start = (ring = keys): Auth => createAuth({ store, clock: { now: () => now }, keys: ring })
  const addTestKey = (auth: Auth): Promise<void> =>
    auth.addAccessKey({
      accessKeyId: 'AKIATEST',
      secretAccessKey: 'a-very-secret-key',
      principal: userPrincipal(ACCOUNT, 'admin'),
    })

  test('an access key leads to its secret and its user, also after a restart', async () => {
    const auth = start()
    await addTestKey(auth)
    for (const each of [auth, start()]) {
      const found = await each.lookup('AKIATEST')
      assert.equal(found?.secretAccessKey, 'a-very-secret-key')
      assert.equal(found?.principal.arn, `arn:aws:iam::${ACCOUNT}:user/admin`)
      assert.equal(found?.principal.accessKeyId, 'AKIATEST')
    }
    assert.equal(await auth.lookup('AKIAOTHER'), undefined)
  })

  test('an inactive key is unknown until it is active again, a deleted one for ever', async () => {
    const auth = start()
    await addTestKey(auth)
    await auth.changeAccessKey('AKIATEST', 'inactive')
    for (const each of [auth, start()]) assert.equal(await each.lookup('AKIATEST'), undefined)
    await auth.changeAccessKey('AKIATEST', 'active')
    assert.equal((await auth.lookup('AKIATEST'))?.secretAccessKey, 'a-very-secret-key')
    await auth.changeAccessKey('AKIATEST', 'deleted')
    for (const each of [auth, start()]) assert.equal(await each.lookup('AKIATEST'), undefined)
    await auth.changeAccessKey('AKIAUNKNOWN', 'deleted')
  })

  test('an id that another account has is refused', async () => {
    const auth = start()
    await addTestKey(auth)
    const theft = { accessKeyId: 'AKIATEST', secretAccessKey: 'x', principal: userPrincipal('222222222222', 'thief') }
    await assert.rejects(auth.addAccessKey(theft), /another account/)
    assert.equal((await auth.lookup('AKIATEST'))?.principal.account, ACCOUNT)
  })

  test('a session has a key, a token and an end, and acts as its role', async () => {
    const auth = start()
    const session = await auth.issueSession({ account: ACCOUNT, roleArn: ROLE, sessionName: 'run-1', seconds: 900 })
    assert.match(session.accessKeyId, /^ASIA[A-Z0-9]{16}$/)
    assert.equal(session.expiresAt, now + 900_000)
    for (const each of [auth, start()]) {
      const found = await each.lookup(session.accessKeyId)
      assert.equal(found?.secretAccessKey, session.secretAccessKey)
      assert.equal(found?.sessionToken, session.sessionToken)
      assert.equal(found?.expiresAt, session.expiresAt)
      assert.equal(found?.principal.arn, `arn:aws:sts::${ACCOUNT}:assumed-role/Build/run-1`)
      assert.match(found?.principal.userId ?? '', /^AROA[A-Z2-7]{17}:run-1$/)
    }
  })

  test('a session of one’s own acts as the holder of the key, and ends with the key or with what it was issued for', async () => {
    const auth = start()
    await addTestKey(auth)
    const issue = (owner: string) => auth.issueOwnSession({ accessKeyId: 'AKIATEST', owner, seconds: 900 })
    const [first, second] = [await issue('tab-1'), await issue('tab-2')]
    assert.ok(first && second)
    for (const each of [auth, start()]) {
      const found = await each.lookup(first.accessKeyId)
      assert.deepEqual(found?.principal, { ...userPrincipal(ACCOUNT, 'admin'), accessKeyId: first.accessKeyId })
      assert.equal(found?.sessionToken, first.sessionToken)
    }
    await auth.endOwnSessions(ACCOUNT, 'tab-1')
    for (const each of [auth, start()]) assert.equal(await each.lookup(first.accessKeyId), undefined)
    assert.ok(await auth.lookup(second.accessKeyId))
    await auth.changeAccessKey('AKIATEST', 'inactive')
    for (const each of [auth, start()]) assert.equal(await each.lookup(second.accessKeyId), undefined)
    assert.equal(await issue('tab-3'), undefined)
    await auth.changeAccessKey('AKIATEST', 'active')
    const nested = { accessKeyId: second.accessKeyId, owner: 'x', seconds: 900 }
    assert.equal(await auth.issueOwnSession(nested), undefined, 'a session begets no session')
  })

  test('an ended session is known as ended for an hour, then unknown, and its record goes with later sessions', async () => {
    const auth = start()
    const issue = () => auth.issueSession({ account: ACCOUNT, roleArn: ROLE, sessionName: 's', seconds: 1 })
    const { accessKeyId, expiresAt } = await issue()
    now += 60_000
    assert.equal((await auth.lookup(accessKeyId))?.expiresAt, expiresAt)
    now += 3_600_000
    assert.equal(await auth.lookup(accessKeyId), undefined)
    await issue()
    assert.equal(await store.read.resources.find('auth', 'Session', accessKeyId), undefined)
  })

  test('secrets are not in the database, and do not open with another master key', async () => {
    const auth = start()
    await addTestKey(auth)
    const session = await auth.issueSession({ account: ACCOUNT, roleArn: ROLE, sessionName: 's', seconds: 900 })
    const files = await Promise.all(['db', 'db-wal'].map((name) => readFile(join(folder, name), 'latin1')))
    const stored = files.join('')
    for (const secret of ['a-very-secret-key', session.secretAccessKey, session.sessionToken])
      assert.equal(stored.includes(secret), false)
    assert.match(stored, /AKIATEST/)
    assert.equal(await start(testKeyRing()).lookup('AKIATEST'), undefined)
  })

  test('a secret moved to another key’s record does not open', async () => {
    await addTestKey(start())
    const stored = await store.read.resources.find('auth', 'AccessKey', 'AKIATEST')
    assert.ok(stored !== undefined)
    await store.write((tx) => tx.resources.put({ ...stored, name: 'AKIACOPY' }, stored.document))
    assert.equal(await start().lookup('AKIACOPY'), undefined)
  })

  describe('may they', () => {
    const user: Principal = { ...userPrincipal(ACCOUNT, 'alice'), accessKeyId: 'AKIATEST' }
    const anonymous: Principal = { accessKeyId: '', account: '', arn: '', userId: '', type: 'Anonymous' }
    const pipeline = (account: string): string => `arn:aws:codepipeline:eu-west-1:${account}:site`
    const ask = (
      action: string,
      resources: readonly string[],
      { principal = user, policies = [] }: { principal?: Principal; policies?: readonly Policy[] } = {},
    ): Promise<void> =>
      createAuth({ store, clock: { now: () => now }, keys, policies }).authorize({
        principal,
        action,
        resources,
        call: { principal, account: principal.account } as Call,
      })
    const saying = (verdict: 'allow' | 'deny' | 'silent'): Policy => ({ evaluate: () => verdict })

    test('within their account, everybody who proved who they are', async () => {
      await ask('codepipeline:StartPipelineExecution', [pipeline(ACCOUNT)])
      await ask('codepipeline:ListPipelines', ['*'])
      await ask('codepipeline:ListPipelines', [])
    })

    test('another account’s resources are denied in AWS’s words, also among one’s own', async () => {
      await assert.rejects(ask('codepipeline:StartPipelineExecution', [pipeline(ACCOUNT), pipeline('222222222222')]), {
        code: 'AccessDeniedException',
        message: `User: arn:aws:iam::${ACCOUNT}:user/alice is not authorized to perform: codepipeline:StartPipelineExecution on resource: ${pipeline('222222222222')}`,
      })
    })

    test('services with XML answers say AccessDenied, with status 403', async () => {
      const denied = { code: 'AccessDenied', statusCode: 403 }
      await assert.rejects(ask('iam:GetRole', ['arn:aws:iam::222222222222:role/theirs']), denied)
    })

    test('ARNs that name no account are not foreign: buckets, AWS’s own policies', async () => {
      await ask('s3:GetObject', ['arn:aws:s3:::bucket/123456789012:key'])
      await ask('iam:GetPolicy', ['arn:aws:iam::aws:policy/AdministratorAccess'])
    })

    test('a role’s trust policy decides who may take it on, whatever their account', async () => {
      await ask('sts:AssumeRole', ['arn:aws:iam::222222222222:role/theirs'])
    })

    test('anonymous callers are denied, unless a policy allows', async () => {
      const get = ['arn:aws:s3:::public/index.html']
      await assert.rejects(ask('s3:GetObject', get, { principal: anonymous }), { code: 'AccessDenied' })
      await ask('s3:GetObject', get, { principal: anonymous, policies: [saying('allow')] })
    })

    test('a session with a policy may do what that allows, and not take on another role instead', async () => {
      const auth = start()
      const { accessKeyId } = await auth.issueSession({
        account: ACCOUNT,
        roleArn: ROLE,
        sessionName: 'job',
        seconds: 60,
        policy: [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::b/in'] }],
      })
      for (const each of [auth, start()]) {
        const { principal } = (await each.lookup(accessKeyId)) ?? assert.fail('the session is unknown')
        await ask('s3:GetObject', ['arn:aws:s3:::b/in'], { principal })
        await ask('sts:GetCallerIdentity', ['*'], { principal })
        await assert.rejects(ask('s3:GetObject', ['arn:aws:s3:::b/in', 'arn:aws:s3:::b/other'], { principal }), {
          code: 'AccessDenied',
          statusCode: 403,
          message: `User: arn:aws:sts::${ACCOUNT}:assumed-role/Build/job is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/other because no session policy allows the s3:GetObject action`,
        })
        const others = [
          ['s3:PutObject', 'arn:aws:s3:::b/in'],
          ['sts:AssumeRole', ROLE],
          ['codepipeline:ListPipelines', '*'],
        ] as const
        for (const [action, resource] of others) {
          await assert.rejects(ask(action, [resource], { principal, policies: [saying('allow')] }), /session policy/)
        }
      }
    })

    test('of several policies a deny is final, an allow reaches across accounts, silence changes nothing', async () => {
      const foreign = [pipeline('222222222222')]
      await ask('codepipeline:GetPipeline', foreign, { policies: [saying('silent'), saying('allow')] })
      await assert.rejects(ask('codepipeline:GetPipeline', foreign, { policies: [saying('silent')] }))
      await assert.rejects(
        ask('codepipeline:GetPipeline', [pipeline(ACCOUNT)], { policies: [saying('allow'), saying('deny')] }),
        /explicit deny/,
      )
    })
  })
})
