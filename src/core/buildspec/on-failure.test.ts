import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseOnFailure } from './on-failure.ts'
import { phaseAfter } from './phase-order.ts'
import { parseSecretReference } from './secret-reference.ts'

describe('on-failure', () => {
  const cases = {
    ABORT: { type: 'Abort' },
    CONTINUE: { type: 'Continue' },
    RETRY: { type: 'Retry', times: 3, pattern: '.*' },
    'RETRY-0': { type: 'Retry', times: 0, pattern: '.*' },
    'RETRY-5': { type: 'Retry', times: 5, pattern: '.*' },
    'RETRY-time.*out': { type: 'Retry', times: 3, pattern: 'time.*out' },
    'RETRY-2-exit status 7': { type: 'Retry', times: 2, pattern: 'exit status 7' },
    'RETRY-2-a-b': { type: 'Retry', times: 2, pattern: 'a-b' },
  } as const
  for (const [text, expected] of Object.entries(cases)) it(text, () => assert.deepEqual(parseOnFailure(text), expected))
  for (const text of ['abort', 'RETRY-', 'RETRY-(', 'RETRY-101', 'NEVER'])
    it(`refuses ${text}`, () => assert.equal(typeof parseOnFailure(text), 'string'))
})

describe('the phase behind a failed one', () => {
  const byDefault = { type: 'Default' } as const
  it('install and pre_build end the build', () =>
    assert.deepEqual(
      [phaseAfter('INSTALL', true, byDefault), phaseAfter('PRE_BUILD', true, byDefault)],
      ['FINALIZING', 'FINALIZING'],
    ))
  it('build goes on to post_build, post_build to the artifacts', () =>
    assert.deepEqual(
      [phaseAfter('BUILD', true, byDefault), phaseAfter('POST_BUILD', true, byDefault)],
      ['POST_BUILD', 'UPLOAD_ARTIFACTS'],
    ))
  it('is none with ABORT, and the ordinary next one with CONTINUE', () =>
    assert.deepEqual(
      [phaseAfter('BUILD', true, { type: 'Abort' }), phaseAfter('INSTALL', true, { type: 'Continue' })],
      ['FINALIZING', 'PRE_BUILD'],
    ))
})

describe('a secret reference', () => {
  const arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf'
  it('may be a name with key, stage or version', () => {
    assert.deepEqual(parseSecretReference('db'), { secretId: 'db' })
    assert.deepEqual(parseSecretReference('db:password:AWSPREVIOUS'), {
      secretId: 'db',
      jsonKey: 'password',
      versionStage: 'AWSPREVIOUS',
    })
    assert.deepEqual(parseSecretReference('db:::v1'), { secretId: 'db', versionId: 'v1' })
  })
  it('may be an ARN, which contains colons itself', () =>
    assert.deepEqual(parseSecretReference(`${arn}:password:AWSCURRENT`), {
      secretId: arn,
      jsonKey: 'password',
      versionStage: 'AWSCURRENT',
    }))
  it('names a stage or a version, never both', () => assert.equal(typeof parseSecretReference('db:k:s:v'), 'string'))
})
