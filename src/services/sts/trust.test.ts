import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trusts } from './trust.ts'

const CALLER = { account: '111122223333', arn: 'arn:aws:iam::111122223333:user/ada' }
const policy = (...statements: readonly [effect: string, principal: unknown][]) =>
  JSON.stringify({
    Statement: statements.map(([Effect, Principal]) => ({ Effect, Principal, Action: 'sts:AssumeRole' })),
  })

test('given a policy that names the account, its root or the caller, then the role is open', () => {
  for (const AWS of ['111122223333', 'arn:aws:iam::111122223333:root', CALLER.arn, ['x', CALLER.arn], '*']) {
    assert.ok(trusts(policy(['Allow', { AWS }]), CALLER), String(AWS))
  }
  assert.ok(trusts(policy(['Allow', '*']), CALLER))
})

test('given a policy that names services, others, or denies the caller, then it is closed', () => {
  assert.ok(!trusts(policy(['Allow', { Service: 'codebuild.amazonaws.com' }]), CALLER))
  assert.ok(!trusts(policy(['Allow', { AWS: 'arn:aws:iam::111122223333:user/eve' }]), CALLER))
  assert.ok(!trusts(policy(['Allow', '*'], ['Deny', { AWS: CALLER.arn }]), CALLER))
  assert.ok(!trusts('{}', CALLER))
})
