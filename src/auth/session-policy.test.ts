import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { matchesWildcards, permits } from './session-policy.ts'

describe('a session policy', () => {
  const policy = [
    { actions: ['s3:GetObject', 's3:Get*Version'], resources: ['arn:aws:s3:::b/shop/Site/abc'] },
    { actions: ['s3:PutObject'], resources: ['arn:aws:s3:::b/out/*'] },
  ]

  it('permits what one of its statements permits, action and resource together', () => {
    assert.ok(permits(policy, 's3:GetObject', 'arn:aws:s3:::b/shop/Site/abc'))
    assert.ok(permits(policy, 's3:GetObjectVersion', 'arn:aws:s3:::b/shop/Site/abc'))
    assert.ok(permits(policy, 's3:PutObject', 'arn:aws:s3:::b/out/x'))
    assert.ok(!permits(policy, 's3:PutObject', 'arn:aws:s3:::b/shop/Site/abc'))
    assert.ok(!permits(policy, 's3:GetObject', 'arn:aws:s3:::b/shop/Site/abcd'))
    assert.ok(!permits(policy, 's3:GetObject', 'arn:aws:s3:::B/shop/Site/abc'), 'ARNs have case')
    assert.ok(permits(policy, 'S3:getobject', 'arn:aws:s3:::b/shop/Site/abc'), 'actions have none')
    assert.ok(!permits([], 's3:GetObject', '*'))
  })
})

describe('wildcards', () => {
  it('agree with a regular expression', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 })
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?'), maxLength: 8 })
    fc.assert(
      fc.property(pattern, text, (wild, plain) => {
        const expression = new RegExp(`^${wild.replaceAll('*', '.*').replaceAll('?', '.')}$`)
        assert.equal(matchesWildcards(wild, plain), expression.test(plain))
      }),
      { numRuns: 2000 },
    )
  })

  it('take no longer than the product of both lengths', () => {
    assert.ok(!matchesWildcards(`${'*a'.repeat(100)}b`, 'a'.repeat(10_000)))
  })
})
