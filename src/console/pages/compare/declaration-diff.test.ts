import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ActionDeclaration, PipelineDeclaration } from '@aws-sdk/client-codepipeline'
import { diffDeclarations } from './declaration-diff.ts'

const action = (name: string, more: Partial<ActionDeclaration> = {}): ActionDeclaration => ({
  name,
  actionTypeId: { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' },
  runOrder: 1,
  configuration: { ProjectName: 'web' },
  inputArtifacts: [{ name: 'Code' }],
  ...more,
})
const pipeline = (more: Partial<PipelineDeclaration> = {}): PipelineDeclaration => ({
  name: 'web',
  roleArn: 'arn:aws:iam::1:role/r',
  version: 1,
  stages: [
    { name: 'Build', actions: [action('Unit'), action('Lint')] },
    { name: 'Deploy', actions: [action('Site')] },
  ],
  ...more,
})
const stages = (...names: readonly string[]): Partial<PipelineDeclaration> => ({
  stages: names.map((name) => ({ name, actions: [action('A')] })),
})
const told = (a: PipelineDeclaration, b: PipelineDeclaration) =>
  diffDeclarations(a, b).map(({ kind, where, before, after }) => [kind, where, before ?? '-', after ?? '-'].join(' | '))

describe('the difference of two declarations', () => {
  it('is nothing for the same one in another version', () =>
    assert.deepEqual(told(pipeline(), pipeline({ version: 2 })), []))

  it('is a setting of the pipeline', () =>
    assert.deepEqual(told(pipeline(), pipeline({ executionMode: 'QUEUED', roleArn: 'other' })), [
      'added | executionMode | - | QUEUED',
      'changed | roleArn | arn:aws:iam::1:role/r | other',
    ]))

  it('is a setting of an action, wherever the action stands', () =>
    assert.deepEqual(
      told(
        pipeline(),
        pipeline({
          stages: [
            {
              name: 'Build',
              actions: [
                action('Lint'),
                action('Unit', {
                  configuration: { ProjectName: 'web2', BatchEnabled: 'true' },
                  inputArtifacts: [{ name: 'Code' }, { name: 'Extra' }],
                }),
              ],
            },
            { name: 'Deploy', actions: [action('Site')] },
          ],
        }),
      ),
      [
        'added | Build / Unit: configuration.BatchEnabled | - | true',
        'changed | Build / Unit: configuration.ProjectName | web | web2',
        'changed | Build / Unit: inputArtifacts | Code | Code, Extra',
      ],
    ))

  it('is a stage or an action that is new or gone', () =>
    assert.deepEqual(
      told(
        pipeline(),
        pipeline({
          stages: [
            { name: 'Build', actions: [action('Unit')] },
            { name: 'Check', actions: [action('E2E')] },
          ],
        }),
      ),
      ['removed | Deploy | Site | -', 'removed | Build / Lint | CodeBuild | -', 'added | Check | - | E2E'],
    ))

  it('is the order of stages', () =>
    assert.deepEqual(told(pipeline(stages('A', 'B', 'C')), pipeline(stages('A', 'C', 'B'))), [
      'moved |  | A, B, C | A, C, B',
    ]))

  it('is a variable', () =>
    assert.deepEqual(
      told(
        pipeline({
          variables: [
            { name: 'Tag', defaultValue: 'v1' },
            { name: 'Old', defaultValue: 'x' },
          ],
        }),
        pipeline({ variables: [{ name: 'Tag', defaultValue: 'v2' }, { name: 'New' }] }),
      ),
      [
        'removed | Variable / Old | x | -',
        'changed | Variable / Tag: defaultValue | v1 | v2',
        'added | Variable / New | - | ',
      ],
    ))

  it('is a condition of a stage', () =>
    assert.deepEqual(
      told(
        pipeline(),
        pipeline({
          stages: [
            { name: 'Build', actions: [action('Unit'), action('Lint')], onFailure: { result: 'ROLLBACK' } },
            { name: 'Deploy', actions: [action('Site')] },
          ],
        }),
      ),
      ['added | Build: onFailure.result | - | ROLLBACK'],
    ))
})
