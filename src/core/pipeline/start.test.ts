import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CONNECTION, BUILD, pipeline, SOURCE, stage, type Json } from './fixtures.ts'
import { normalisePipeline } from './normalise.ts'
import { checkStart, requiredVariables, type StartInput } from './start.ts'

const stored = (change: Json = {}) => normalisePipeline(pipeline({ pipelineType: 'V2', ...change }), { version: 1 })
const withVariables = stored({ variables: [{ name: 'stage' }, { name: 'size', defaultValue: 'small' }] })
const source = (provider: string, configuration: Json = {}) =>
  stored({
    stages: [
      stage('Source', {
        ...SOURCE,
        actionTypeId: { category: 'Source', owner: 'AWS', provider, version: '1' },
        configuration,
      }),
      stage('Build', BUILD),
    ],
  })
const message = (declaration: ReturnType<typeof stored>, input: StartInput) => {
  const check = checkStart(declaration, input)
  return 'message' in check ? check.message : undefined
}
const overriding = (
  revisionType: 'COMMIT_ID' | 'IMAGE_DIGEST' | 'S3_OBJECT_KEY' | 'S3_OBJECT_VERSION_ID',
  actionName = 'Fetch',
) => ({
  sourceRevisions: [{ actionName, revisionType, revisionValue: 'r' }],
})

describe('checkStart', () => {
  it('resolves every declared variable: given value first, default second', () => {
    assert.deepEqual(checkStart(withVariables, { variables: [{ name: 'stage', value: 'beta' }] }), {
      resolvedVariables: [
        { name: 'stage', resolvedValue: 'beta' },
        { name: 'size', resolvedValue: 'small' },
      ],
    })
  })

  it('S71: refuses a missing value, an unknown name and a name given twice', () => {
    assert.equal(
      message(withVariables, {}),
      'Pipeline site needs values for the variables [stage], which have no default value',
    )
    assert.match(message(withVariables, { variables: [{ name: 'x', value: '1' }] }) ?? '', /does not declare .* x$/)
    const twice = { name: 'stage', value: '1' }
    assert.match(message(withVariables, { variables: [twice, twice] }) ?? '', /stage has been used more than once/)
    assert.deepEqual(requiredVariables(withVariables), ['stage'])
  })

  it('refuses variables and overrides for a V1 pipeline', () => {
    const v1 = stored({ pipelineType: 'V1' })
    assert.match(message(v1, { variables: [{ name: 'x', value: '1' }] }) ?? '', /^Variables can only be used with V2/)
    assert.match(message(v1, overriding('COMMIT_ID')) ?? '', /^Source revision overrides can only be used with V2/)
  })

  it('S74: refuses an override of an action that is no source, or of a type that does not fit', () => {
    assert.match(
      message(stored(), overriding('COMMIT_ID', 'Compile')) ?? '',
      /does not have a source action .* Compile$/,
    )
    assert.match(message(stored(), overriding('IMAGE_DIGEST')) ?? '', /^Revision type IMAGE_DIGEST is not supported/)
  })

  it('S74: allows S3_OBJECT_KEY only where the action does', () => {
    assert.match(message(source('S3'), overriding('S3_OBJECT_KEY')) ?? '', /AllowOverrideForS3ObjectKey/)
    for (const AllowOverrideForS3ObjectKey of ['true', 'True']) {
      assert.equal(message(source('S3', { AllowOverrideForS3ObjectKey }), overriding('S3_OBJECT_KEY')), undefined)
    }
  })

  it('accepts each source’s own kind of revision, once', () => {
    assert.equal(message(source('ECR'), overriding('IMAGE_DIGEST')), undefined)
    assert.equal(message(source('S3'), overriding('S3_OBJECT_VERSION_ID')), undefined)
    const connection = stored({ stages: [stage('Source', CONNECTION), stage('Build', BUILD)] })
    assert.equal(message(connection, overriding('COMMIT_ID')), undefined)
    const { sourceRevisions } = overriding('COMMIT_ID')
    assert.match(
      message(connection, { sourceRevisions: [...sourceRevisions, ...sourceRevisions] }) ?? '',
      /must be unique/,
    )
  })
})
