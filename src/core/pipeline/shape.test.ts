import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { OPERATION_INPUTS } from '../catalog/operation-inputs.ts'
import { pipeline } from './fixtures.ts'
import { checkShape } from './shape.ts'

const start = (input: unknown) => checkShape('StartPipelineExecution', input)

describe('checkShape', () => {
  it('says nothing about an input of the right shape', () => {
    assert.equal(checkShape('CreatePipeline', { pipeline: pipeline(), tags: [{ key: 'team', value: '' }] }), undefined)
    assert.equal(checkShape('ListActionTypes', {}), undefined)
    assert.equal(checkShape('ListActionTypes', undefined), undefined)
  })

  it('names a missing member', () => {
    assert.equal(
      checkShape('GetPipeline', {}),
      "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null",
    )
  })

  it('joins several violations with semicolons, in the order of the model', () => {
    assert.equal(
      checkShape('DisableStageTransition', { pipelineName: 'p', stageName: 'a b', transitionType: 'Up', reason: 'r' }),
      [
        String.raw`2 validation errors detected: Value 'a b' at 'stageName' failed to satisfy constraint: Member must satisfy regular expression pattern: [A-Za-z0-9.@\-_]+`,
        "Value 'Up' at 'transitionType' failed to satisfy constraint: Member must satisfy enum value set: [Inbound, Outbound]",
      ].join('; '),
    )
  })

  it('counts list positions from one', () => {
    assert.match(
      start({ name: 'p', variables: [{ name: 'a', value: '1' }, { name: 'b' }] }) ?? '',
      /Value null at 'variables\.2\.member\.value' failed/,
    )
  })

  it('states both bounds of numbers and lengths', () => {
    assert.match(checkShape('ListPipelines', { maxResults: 1001 }) ?? '', /value less than or equal to 1000$/)
    assert.match(checkShape('ListPipelines', { maxResults: 0 }) ?? '', /value greater than or equal to 1$/)
    assert.match(start({ name: 'p', variables: [] }) ?? '', /length greater than or equal to 1$/)
    assert.match(start({ name: 'x'.repeat(101) }) ?? '', /length less than or equal to 100$/)
  })

  it('takes an id that is not a UUID for a violation', () => {
    const message = checkShape('GetPipelineExecution', { pipelineName: 'p', pipelineExecutionId: 'abc' })
    assert.match(message ?? '', /'pipelineExecutionId' failed to satisfy constraint: Member must satisfy regular/)
  })

  it('reports values of the wrong type', () => {
    assert.match(checkShape('GetPipeline', { name: 5 }) ?? '', /Value '5' at 'name' .* must be of type string$/)
    assert.match(checkShape('CreatePipeline', { pipeline: [] }) ?? '', /must be of type structure$/)
  })

  it('never repeats a configuration value or a secret', () => {
    const configuration = { OAuthToken: 'topsecret'.repeat(200) }
    const action = { name: 'A', actionTypeId: {}, configuration }
    const message = checkShape('CreatePipeline', { pipeline: pipeline({ stages: [{ name: 'S', actions: [action] }] }) })
    assert.match(message ?? '', /\{OAuthToken=…\}/)
    assert.doesNotMatch(message ?? '', /topsecret/)
    const token = { jobId: 'j', clientToken: 'topsecret'.repeat(40) }
    assert.match(checkShape('GetThirdPartyJobDetails', token) ?? '', /detected: Value at 'clientToken' failed/)
  })

  it('leaves unknown operations and members alone', () => {
    assert.equal(checkShape('Nothing', { a: 1 }), undefined)
    assert.equal(checkShape('toString', { a: 1 }), undefined)
    assert.equal(checkShape('GetPipeline', { name: 'p', metadata: {} }), undefined)
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(OPERATION_INPUTS)), fc.anything(), (operation, input) => {
        checkShape(operation, input)
      }),
    )
  })
})
