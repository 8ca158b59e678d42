import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadServerConfig, parseKey } from './config.ts'

const problems = (env: Record<string, string>, flags: Record<string, string> = {}): readonly string[] => {
  const loaded = loadServerConfig(env, flags)
  return 'problems' in loaded ? loaded.problems : []
}

test('without any setting a server listens on loopback', () => {
  const loaded = loadServerConfig({}, {})
  assert.ok('config' in loaded)
  assert.equal(loaded.config.host, '127.0.0.1')
})

test('a public address without TLS or a declared proxy is refused', () => {
  assert.match(problems({ PIPEWRIGHT_HOST: '0.0.0.0' }).join(), /0\.0\.0\.0 is no loopback address/)
  assert.deepEqual(problems({ PIPEWRIGHT_HOST: '0.0.0.0', PIPEWRIGHT_BEHIND_PROXY: 'yes' }), [])
  assert.deepEqual(problems({ PIPEWRIGHT_HOST: '::', PIPEWRIGHT_TLS_CERT: 'a', PIPEWRIGHT_TLS_KEY: 'b' }), [])
})

test('all mistakes are told at once', () => {
  assert.equal(
    problems({ PIPEWRIGHT_HOST: 'x', PIPEWRIGHT_PORT: '99999', PIPEWRIGHT_BUILD_NETWORK: 'maybe' }).length,
    4,
  )
})

test('a flag beats the environment', () => {
  const loaded = loadServerConfig({ PIPEWRIGHT_PORT: '1' }, { port: '2' })
  assert.ok('config' in loaded)
  assert.equal(loaded.config.port, 2)
})

test('a server is strict only when it is told so, by flag or environment', () => {
  const strict = (env: Record<string, string>, flags: Parameters<typeof loadServerConfig>[1] = {}) => {
    const loaded = loadServerConfig(env, flags)
    return 'config' in loaded && loaded.config.strict
  }
  assert.deepEqual(
    [strict({}), strict({ PIPEWRIGHT_STRICT: 'yes' }), strict({}, { strict: true }), strict({}, { strict: 'yes' })],
    [false, true, true, true],
  )
  assert.equal(strict({ PIPEWRIGHT_STRICT: 'yes' }, { strict: 'no' }), false)
  assert.match(problems({ PIPEWRIGHT_STRICT: 'maybe' }).join(), /PIPEWRIGHT_STRICT: expected yes or no/)
})

test('development keys are id:secret with an optional account', () => {
  assert.deepEqual(parseKey('AKIA1:s'), { id: 'AKIA1', secret: 's', account: '000000000000' })
  assert.deepEqual(parseKey('AKIA1:s:111122223333'), { id: 'AKIA1', secret: 's', account: '111122223333' })
  for (const wrong of ['AKIA1', 'AKIA1:', ':s', 'a:b:12', 'a:b:111122223333:x'])
    assert.equal(parseKey(wrong), undefined)
})

test('what is kept is a number of days', () => {
  const loaded = loadServerConfig({ PIPEWRIGHT_LOG_DAYS: '30' }, { historyDays: '90' })
  assert.ok('config' in loaded)
  assert.deepEqual([loaded.config.historyDays, loaded.config.logDays], [90, 30])
  assert.match(problems({ PIPEWRIGHT_HISTORY_DAYS: '0' }).join(), /PIPEWRIGHT_HISTORY_DAYS: 0 is no number of days/)
  const byDefault = loadServerConfig({}, {})
  assert.ok('config' in byDefault)
  assert.deepEqual([byDefault.config.historyDays, byDefault.config.logDays], [365, undefined])
})
