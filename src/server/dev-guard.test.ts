import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { strangerProblem } from './dev-guard.ts'

const problem = (headers: Readonly<Record<string, string>>, method = 'POST') =>
  strangerProblem({ method, headers } as unknown as IncomingMessage)

test('names of this machine are answered, those that AWS tools, containers and virtual hosts use among them', () => {
  const own = [
    'localhost:4566',
    '127.0.0.1:4566',
    '[::1]:4566',
    'LOCALHOST',
    'bucket.s3.localhost:4566',
    'bucket.s3.localhost.localstack.cloud:4566',
    'localhost.localstack.cloud',
    'bucket.s3.us-east-1.amazonaws.com',
    'host.docker.internal:4566',
    'pipewright:4566',
  ]
  for (const host of own) assert.equal(problem({ host }), undefined, host)
})

test('a name that somebody made resolve to this machine is not', () => {
  const strange = [
    'evil.example:4566',
    'localhost.evil.example',
    '127.0.0.1.nip.io',
    'localhost.',
    'xlocalhost.localstack.cloud',
  ]
  for (const host of strange) assert.match(problem({ host }, 'GET') ?? '', /names of this machine/, host)
})

test('a page of another site changes nothing, and may be led here by a link', () => {
  const host = 'localhost:4566'
  for (const site of ['cross-site', 'same-site']) {
    assert.match(problem({ host, 'sec-fetch-site': site }) ?? '', /other sites/)
    assert.equal(problem({ host, 'sec-fetch-site': site }, 'GET'), undefined)
  }
  for (const site of ['same-origin', 'none']) assert.equal(problem({ host, 'sec-fetch-site': site }), undefined)
})

test('a link of another site, signed with the key that all know, may show something but call nothing', () => {
  const ask = (url: string, site: string) =>
    strangerProblem({
      method: 'GET',
      url,
      headers: { host: 'localhost:4566', 'sec-fetch-site': site },
    } as unknown as IncomingMessage)
  for (const url of ['/?Action=CreateUser&X-Amz-Signature=1', '/?X-Amz-Signature=1&%41ction=CreateUser']) {
    assert.match(ask(url, 'cross-site') ?? '', /other sites/, url)
    assert.equal(ask(url, 'none'), undefined)
  }
  assert.equal(ask('/bucket/Action?X-Amz-Signature=1', 'cross-site'), undefined)
})
