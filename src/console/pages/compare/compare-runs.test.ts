import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ActionExecutionDetail, PipelineDeclaration } from '@aws-sdk/client-codepipeline'
import { compareRuns, isNotable, type ComparedSide } from './compare-runs.ts'

const run = (actionName: string, ms: number, key: string): ActionExecutionDetail => ({
  stageName: 'Build',
  actionName,
  status: 'Succeeded',
  startTime: new Date(1000),
  lastUpdateTime: new Date(1000 + ms),
  output: { outputArtifacts: [{ name: `${actionName}Out`, s3location: { bucket: 'b', key } }] },
})
const side = (commit: string, tag: string, actions: readonly ActionExecutionDetail[], role = 'r'): ComparedSide => ({
  execution: {
    artifactRevisions: [{ name: 'Code', revisionId: commit, revisionSummary: `commit ${commit}` }],
    variables: [{ name: 'Tag', resolvedValue: tag }],
  },
  actions,
  declaration: { name: 'p', roleArn: role, stages: [] } satisfies PipelineDeclaration,
})

describe('two executions compared', () => {
  const found = compareRuns(
    side('aaa', 'v1', [run('Unit', 2000, 'k1'), run('Old', 5, 'k2')]),
    side('bbb', 'v1', [run('New', 5, 'k3'), run('Unit', 9000, 'k1')], 'other'),
    99_000,
  )

  it('differ in their revisions', () =>
    assert.deepEqual(
      found.revisions.map(({ name, a, b, isSame }) => [name, a?.id, b?.summary, isSame]),
      [['Code', 'aaa', 'commit bbb', false]],
    ))
  it('may have the same variables', () =>
    assert.deepEqual(found.variables, [{ name: 'variables.Tag', a: 'v1', b: 'v1', isSame: true }]))
  it('may share an artifact', () =>
    assert.deepEqual(
      found.artifacts.map(({ name, isSame }) => [name, isSame]),
      [
        ['NewOut', false],
        ['UnitOut', true],
        ['OldOut', false],
      ],
    ))
  it('took different times, and ran different actions', () =>
    assert.deepEqual(
      found.timings.map(({ name, a, b, isSame }) => [name, a?.ms, b?.ms, isSame]),
      [
        ['Build/New', undefined, 5, false],
        ['Build/Unit', 2000, 9000, false],
        ['Build/Old', 5, undefined, false],
      ],
    ))
  it('ran different declarations', () =>
    assert.deepEqual(found.declaration, [{ kind: 'changed', where: 'roleArn', before: 'r', after: 'other' }]))
})

for (const [one, other, expected] of [
  [100, 900, false],
  [1000, 2500, true],
  [60_000, 65_000, false],
  [60_000, 80_000, true],
] as const) {
  it(`${one} ms and ${other} ms are ${expected ? '' : 'not '}worth telling apart`, () =>
    assert.equal(isNotable(one, other), expected))
}
