import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  customActionTypeProblems,
  fillUrlTemplate,
  sameDefinition,
  type CustomActionType,
} from './custom-action-type.ts'

const property = { name: 'ProjectName', required: true, key: true, secret: false, queryable: true }
const jenkins: CustomActionType = {
  category: 'Build',
  provider: 'Jenkins',
  version: '1',
  settings: {
    entityUrlTemplate: 'https://ci.example/job/{Config:ProjectName}/',
    executionUrlTemplate: 'https://ci.example/job/{Config:ProjectName}/{ExternalExecutionId}/',
  },
  configurationProperties: [property],
  inputArtifactDetails: { minimumCount: 0, maximumCount: 5 },
  outputArtifactDetails: { minimumCount: 0, maximumCount: 5 },
}

describe('a custom action type', () => {
  it('like that of the Jenkins plugin is fine', () => assert.deepEqual(customActionTypeProblems(jenkins), []))

  const refused: readonly (readonly [string, Partial<CustomActionType>, RegExp])[] = [
    ['of category Compute', { category: 'Compute' }, /category Compute/],
    [
      'with a property named twice',
      { configurationProperties: [property, { ...property, queryable: false }] },
      /unique/,
    ],
    [
      'with two queryable properties',
      { configurationProperties: [property, { ...property, name: 'B' }] },
      /At most one/,
    ],
    [
      'with an optional queryable property',
      { configurationProperties: [{ ...property, required: false }] },
      /must be required/,
    ],
    [
      'with a secret queryable property',
      { configurationProperties: [{ ...property, secret: true }] },
      /must not be secret/,
    ],
    [
      'with more inputs at least than at most',
      { inputArtifactDetails: { minimumCount: 2, maximumCount: 1 } },
      /minimum count \(2\)/,
    ],
    ['with an unknown placeholder', { settings: { entityUrlTemplate: 'https://x/{Config:Nope}' } }, /\{Config:Nope\}/],
    [
      'with an execution id in its entity URL',
      { settings: { entityUrlTemplate: 'https://x/{ExternalExecutionId}' } },
      /ExternalExecutionId/,
    ],
  ]
  for (const [what, change, message] of refused) {
    it(`${what} is refused`, () => assert.match(customActionTypeProblems({ ...jenkins, ...change })[0] ?? '', message))
  }

  it('is the same as one that spells out the defaults', () => {
    const spelled = { ...jenkins, configurationProperties: [{ type: 'String' as const, ...property }] }
    assert.ok(sameDefinition(jenkins, spelled))
    assert.ok(!sameDefinition(jenkins, { ...jenkins, settings: {} }))
  })
})

describe('fillUrlTemplate', () => {
  it('puts configuration and ids into the template, encoded', () => {
    const values = { configuration: { Branch: 'feature/a b' }, externalExecutionId: '7' }
    assert.equal(
      fillUrlTemplate('https://x/{Config:Branch}/{ExternalExecutionId}?{Config:toString}', values),
      'https://x/feature/a%20b/7?{Config:toString}',
    )
  })
})
