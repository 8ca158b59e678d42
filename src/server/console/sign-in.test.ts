import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { IDLE_MS } from './sessions.ts'
import { ACCOUNT, KEY, OWN_PAGE, openTestConsole, type Asked, type TestConsole } from './testing.ts'

const API = '/_pipewright/console/'
const post = (headers: Readonly<Record<string, string>>, body: unknown = {}): Asked => ({
  method: 'POST',
  headers,
  body,
})

describe("signing in to a team's server", () => {
  let own: TestConsole
  beforeEach(async () => {
    own = await openTestConsole()
  })
  afterEach(() => own[Symbol.asyncDispose]())

  const login = (given: unknown, headers: Readonly<Record<string, string>> = OWN_PAGE) =>
    own.ask(`${API}login`, post(headers, given))

  test('given a right key, then a session is open, its cookie out of reach of scripts and other sites', async () => {
    assert.equal((await own.ask(`${API}session`)).json['signedIn'], false)
    const answer = await login({ ...KEY, region: 'eu-west-1' })
    assert.equal(answer.status, 200)
    const { csrfToken, version, ...document } = answer.json
    assert.match(String(csrfToken), /^[\w-]{43}$/)
    assert.match(String(version), /^\d+\.\d+\.\d+/)
    assert.deepEqual(document, {
      mode: 'server',
      signedIn: true,
      account: ACCOUNT,
      region: 'eu-west-1',
      user: 'admin',
      userArn: `arn:aws:iam::${ACCOUNT}:user/admin`,
      strict: false,
    })
    const [pair = '', ...flags] = (answer.headers['set-cookie'] ?? '').split('; ')
    assert.match(pair, /^pipewright_session=[\w-]{43}$/)
    assert.deepEqual(flags, ['Path=/_pipewright/console', 'HttpOnly', 'SameSite=Strict'])
    assert.equal(answer.headers['cache-control'], 'no-store')
    const again = await own.ask(`${API}session`, { headers: { cookie: `other=1; ${pair}` } })
    assert.deepEqual(again.json, answer.json)
  })

  test('an unknown key, a wrong secret, an inactive key and a session’s key are refused in the same words', async () => {
    const session = await own.auth.issueSession({
      account: ACCOUNT,
      roleArn: `arn:aws:iam::${ACCOUNT}:role/Build`,
      sessionName: 's',
      seconds: 900,
    })
    await own.auth.addAccessKey({
      accessKeyId: 'AKIAOLD',
      secretAccessKey: 'old',
      principal: { account: ACCOUNT, arn: 'arn', userId: 'u', type: 'User' },
    })
    await own.auth.changeAccessKey('AKIAOLD', 'inactive')
    const attempts = [
      { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: KEY.secretAccessKey },
      { ...KEY, secretAccessKey: 'wrong' },
      { accessKeyId: 'AKIAOLD', secretAccessKey: 'old' },
      session,
    ]
    for (const attempt of attempts) {
      const { status, json, headers } = await login(attempt)
      assert.equal(status, 401)
      assert.deepEqual(json, { code: 'WrongKey', message: 'The access key ID or the secret access key is wrong.' })
      assert.equal(headers['set-cookie'], undefined)
    }
  })

  test('the sign-in of another page is refused, whatever the key', async () => {
    const json = { 'content-type': 'application/json' }
    const refused = [
      json,
      { ...json, 'sec-fetch-site': 'cross-site' },
      { ...json, 'sec-fetch-site': 'same-site' },
      { ...json, 'sec-fetch-site': 'none' },
      { ...json, origin: 'https://evil.example' },
      { ...json, origin: 'null' },
      { ...json, origin: 'http://localhost:1' },
    ]
    for (const headers of refused) assert.equal((await login(KEY, headers)).status, 403, JSON.stringify(headers))
    const form = { 'sec-fetch-site': 'same-origin', 'content-type': 'text/plain' }
    assert.equal((await login(KEY, form)).status, 415)
    const named = { ...json, host: 'pipewright.example', origin: 'https://pipewright.example' }
    assert.equal((await login(KEY, named)).status, 200)
  })

  test('after ten failures a key waits for five minutes, also with the right secret; other keys do not', async () => {
    for (let n = 0; n < 10; n += 1) assert.equal((await login({ ...KEY, secretAccessKey: `guess ${n}` })).status, 401)
    const refused = await login(KEY)
    assert.equal(refused.status, 429)
    assert.equal(refused.headers['retry-after'], '300')
    assert.equal((await login({ accessKeyId: 'test', secretAccessKey: 'test' })).status, 200)
    own.now += 5 * 60_000
    assert.equal((await login(KEY)).status, 200)
  })

  test('after twenty failures an address waits, whichever keys it tries', async () => {
    for (let n = 0; n < 20; n += 1) await login({ accessKeyId: `AKIA${n}`, secretAccessKey: 'guess' })
    assert.equal((await login(KEY)).status, 429)
  })

  test('a POST without the session’s own token is refused, and nothing happens', async () => {
    const { cookie, 'x-csrf-token': token } = await own.signIn()
    const other = await own.signIn()
    for (const headers of [{ cookie }, { cookie, 'x-csrf-token': other['x-csrf-token'] }]) {
      for (const path of ['credentials', 'logout']) {
        const { status, json } = await own.ask(API + path, post(headers))
        assert.deepEqual([status, json['code']], [403, 'CsrfToken'])
      }
    }
    assert.equal((await own.ask(`${API}credentials`, post({ cookie, 'x-csrf-token': token }))).status, 200)
    assert.equal((await own.ask(`${API}credentials`, post({ 'x-csrf-token': token }))).status, 401)
  })

  test('a request that a browser calls another site’s is refused, with the right cookie too', async () => {
    const { cookie } = await own.signIn()
    for (const site of ['cross-site', 'same-site']) {
      const { status } = await own.ask(`${API}session`, { headers: { cookie, 'sec-fetch-site': site } })
      assert.equal(status, 403)
    }
  })

  test('the credentials are the user’s own, for an hour, and end with the session', async () => {
    const session = await own.signIn()
    const { json } = await own.ask(`${API}credentials`, post(session))
    assert.equal(json['expiration'], new Date(own.now + 3_600_000).toISOString())
    const accessKeyId = String(json['accessKeyId'])
    const known = await own.auth.lookup(accessKeyId)
    assert.deepEqual(
      [known?.secretAccessKey, known?.sessionToken, known?.principal.arn],
      [json['secretAccessKey'], json['sessionToken'], `arn:aws:iam::${ACCOUNT}:user/admin`],
    )
    const left = await own.ask(`${API}logout`, post(session))
    assert.equal(left.json['signedIn'], false)
    assert.match(left.headers['set-cookie'] ?? '', /^pipewright_session=; .*Max-Age=0/)
    assert.equal(await own.auth.lookup(accessKeyId), undefined)
    assert.equal((await own.ask(`${API}credentials`, post(session))).status, 401)
  })

  test('a session ends twelve hours after its last use, after a week at the latest, and with its key', async () => {
    const { cookie } = await own.signIn()
    const isOpen = async () => (await own.ask(`${API}session`, { headers: { cookie } })).json['signedIn']
    own.now += IDLE_MS - 1
    assert.equal(await isOpen(), true)
    own.now += IDLE_MS - 1
    assert.equal(await isOpen(), true)
    await own.auth.changeAccessKey(KEY.accessKeyId, 'inactive')
    assert.equal(await isOpen(), false)
    await own.auth.changeAccessKey(KEY.accessKeyId, 'active')
    assert.equal(await isOpen(), true)
    for (let day = 0; day < 14; day += 1) {
      own.now += IDLE_MS - 1
      await isOpen()
    }
    assert.equal(await isOpen(), false)
  })

  test('credentials that are asked for while the session ends do not outlive it', async () => {
    const session = await own.signIn()
    const issued: string[] = []
    const issueOwnSession = own.auth.issueOwnSession.bind(own.auth)
    own.auth.issueOwnSession = async (asked) => {
      await own.ask(`${API}logout`, post(session))
      const credentials = await issueOwnSession(asked)
      issued.push(credentials?.accessKeyId ?? '')
      return credentials
    }
    assert.equal((await own.ask(`${API}credentials`, post(session))).status, 401)
    assert.equal(issued.length, 1)
    assert.equal(await own.auth.lookup(issued[0] ?? ''), undefined)
  })

  test('the store knows no token, only its hash', async () => {
    const { cookie } = await own.signIn()
    const stored = JSON.stringify(await own.store.read.resources.everywhere('pipewright', 'console-session'))
    assert.match(stored, /AKIAADMIN/)
    assert.equal(stored.includes(cookie.split('=')[1] ?? ''), false)
  })

  test('a name that is no endpoint, and a wrong method, are told apart', async () => {
    assert.equal((await own.ask(`${API}nothing`)).status, 404)
    const wrong = await own.ask(`${API}login`)
    assert.deepEqual([wrong.status, wrong.headers['allow']], [405, 'POST'])
  })
})

test('behind a proxy that ends TLS the cookie is secure, and the proxy’s word says who failed', async () => {
  await using own = await openTestConsole({ config: { mode: 'server', host: '0.0.0.0', behindProxy: true } })
  const headers = { ...OWN_PAGE, 'x-forwarded-for': 'whatever, 192.0.2.1' }
  for (let n = 0; n < 20; n += 1)
    await own.ask(`${API}login`, post(headers, { accessKeyId: `AKIA${n}`, secretAccessKey: 'x' }))
  assert.equal((await own.ask(`${API}login`, post(headers, KEY))).status, 429)
  const other = { ...OWN_PAGE, 'x-forwarded-for': '192.0.2.1, 192.0.2.2' }
  const answer = await own.ask(`${API}login`, post(other, KEY))
  assert.match(answer.headers['set-cookie'] ?? '', /; Secure$/)
})

describe('in development', () => {
  let own: TestConsole
  beforeEach(async () => {
    own = await openTestConsole({ config: { mode: 'dev', host: '127.0.0.1' } })
  })
  afterEach(() => own[Symbol.asyncDispose]())

  test('a page of this machine is signed in by itself, and stays the same session', async () => {
    const { json, headers } = await own.ask(`${API}session`)
    assert.deepEqual([json['mode'], json['signedIn'], json['user']], ['dev', true, 'root'])
    const cookie = headers['set-cookie']?.split(';')[0] ?? ''
    const again = await own.ask(`${API}session`, { headers: { cookie } })
    assert.deepEqual(again.json, json)
    assert.equal(again.headers['set-cookie'], undefined)
  })

  test('a name that was made to resolve to this machine gets nothing', async () => {
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io', '127.0.0.1.evil.example:4566']) {
      const { status, headers } = await own.ask(`${API}session`, { headers: { host } })
      assert.equal(status, 403, host)
      assert.equal(headers['set-cookie'], undefined)
    }
    for (const host of ['localhost', '127.0.0.1:4566', '[::1]:4566', 'LOCALHOST:4566'])
      assert.equal((await own.ask(`${API}session`, { headers: { host } })).status, 200, host)
  })

  test('a page of another port of this machine is not signed in', async () => {
    const { status } = await own.ask(`${API}session`, { headers: { 'sec-fetch-site': 'same-site' } })
    assert.equal(status, 403)
  })

  test('whoever forwards the port to others has to sign in', async () => {
    const { json } = await own.ask(`${API}session`, { headers: { 'x-forwarded-for': '192.0.2.1' } })
    assert.equal(json['signedIn'], false)
  })

  test('servers on other ports have cookies of their own', async () => {
    const { headers } = await own.ask(`${API}session`, { headers: { host: 'localhost:4567' } })
    assert.match(headers['set-cookie'] ?? '', /^pipewright_session_4567=/)
  })
})
