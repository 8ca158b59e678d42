import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actionArn, actionTypeArn, parseArn, pipelineArn } from './arns.ts'

const PLACE = { account: '000000000000', region: 'eu-west-1' }

test('given names, then ARNs are those of the API reference', () => {
  assert.equal(actionArn(PLACE, 'shop', 'Gate', 'Ask'), 'arn:aws:codepipeline:eu-west-1:000000000000:shop/Gate/Ask')
  assert.equal(
    actionTypeArn(PLACE, { owner: 'Custom', category: 'Build', provider: 'TJob', version: '1' }),
    'arn:aws:codepipeline:eu-west-1:000000000000:actiontype:Custom/Build/TJob/1',
  )
})

test('given an input that was not checked yet, then an ARN is still made', () => {
  assert.equal(pipelineArn(PLACE, undefined), 'arn:aws:codepipeline:eu-west-1:000000000000:')
  assert.equal(pipelineArn(PLACE, { evil: true }), 'arn:aws:codepipeline:eu-west-1:000000000000:')
})

test('given the ARN of something taggable, then it is read; stages, actions and other services are not', () => {
  assert.deepEqual(parseArn(pipelineArn(PLACE, 'shop')), { kind: 'pipeline', key: { ...PLACE, name: 'shop' } })
  assert.deepEqual(parseArn('arn:aws-cn:codepipeline:cn-north-1:000000000000:webhook:hook'), {
    kind: 'webhook',
    place: { account: '000000000000', region: 'cn-north-1' },
    name: 'hook',
  })
  assert.deepEqual(parseArn('arn:aws:codepipeline:eu-west-1:000000000000:actiontype:Custom/Build/TJob/1'), {
    kind: 'actiontype',
    place: PLACE,
    owner: 'Custom',
    name: 'Build/TJob/1',
  })
  for (const arn of [
    actionArn(PLACE, 'shop', 'Gate', 'Ask'),
    'arn:aws:codepipeline:eu-west-1:000000000000:actiontype:Custom/Build',
    'arn:aws:codepipeline:eu-west-1:12:shop',
    'arn:aws:s3:::bucket',
    'shop',
  ]) {
    assert.equal(parseArn(arn), undefined, arn)
  }
})
