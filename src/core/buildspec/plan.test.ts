import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseBuildspec, planBuild, type BuildPlan, type EnvironmentVariable } from './buildspec.ts'

function plan(document: Record<string, unknown>, environment: readonly EnvironmentVariable[] = []): BuildPlan {
  const result = parseBuildspec({ version: '0.2', phases: { build: { commands: ['make'] } }, ...document })
  assert.ok('spec' in result, JSON.stringify(result))
  return planBuild({ spec: result.spec, environment })
}

describe('a build is planned', () => {
  it('with all four command phases, also those the buildspec does not name', () =>
    assert.deepEqual(
      plan({}).phases.map(({ name }) => name),
      ['INSTALL', 'PRE_BUILD', 'BUILD', 'POST_BUILD'],
    ))

  it('with variables of the project and the call in place of those of the buildspec', () =>
    assert.deepEqual(
      plan({ env: { variables: { A: 'spec', B: 'spec' } } }, [{ name: 'A', value: 'project' }]).environment,
      [
        { name: 'A', value: 'project', type: 'PLAINTEXT' },
        { name: 'B', value: 'spec', type: 'PLAINTEXT' },
      ],
    ))

  it('with references to secrets left for the build to resolve', () =>
    assert.deepEqual(
      plan({ env: { 'parameter-store': { P: '/p' }, 'secrets-manager': { S: 'id:key' } } }).environment,
      [
        { name: 'P', value: '/p', type: 'PARAMETER_STORE' },
        { name: 'S', value: 'id:key', type: 'SECRETS_MANAGER' },
      ],
    ))

  it('without exporting AWS_ names or secrets of the project', () => {
    const exported = { env: { 'exported-variables': ['TAG', 'AWS_FOO', 'TOKEN'] } }
    assert.deepEqual(plan(exported, [{ name: 'TOKEN', value: 'x', type: 'SECRETS_MANAGER' }]).exportedVariables, [
      'TAG',
    ])
  })

  it('with the run-as of a phase before that of the document before root', () => {
    const users = (document: Record<string, unknown>) =>
      plan(document).phases.find(({ name }) => name === 'BUILD')?.runAs
    assert.equal(users({}), 'root')
    assert.equal(users({ 'run-as': 'ann' }), 'ann')
    assert.equal(users({ 'run-as': 'ann', phases: { build: { commands: ['x'], 'run-as': 'bob' } } }), 'bob')
  })

  it('with a warning for runtime-versions, which need a curated image', () =>
    assert.match(
      plan({ phases: { install: { 'runtime-versions': { nodejs: 20 } }, build: { commands: [] } } }).warnings[0] ?? '',
      /nodejs 20/,
    ))
})
