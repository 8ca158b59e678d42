import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseBuildspec, type Buildspec } from './buildspec.ts'

const build = { commands: ['make'] }
const parsed = (document: Record<string, unknown>): Buildspec => {
  const result = parseBuildspec({ version: '0.2', phases: { build }, ...document })
  assert.ok('spec' in result, JSON.stringify(result))
  return result.spec
}
const messages = (document: unknown): readonly string[] => {
  const result = parseBuildspec(document)
  return 'problems' in result ? result.problems.map(({ message }) => message) : []
}

describe('a buildspec is read', () => {
  it('with its commands, finally and on-failure per phase', () => {
    const spec = parsed({
      phases: { build: { commands: ['a', 'b'], finally: ['c'], 'on-failure': 'ABORT', 'run-as': 'ann' } },
    })
    assert.deepEqual(spec.phases, {
      BUILD: { commands: ['a', 'b'], finally: ['c'], onFailure: { type: 'Abort' }, runAs: 'ann', runtimeVersions: {} },
    })
  })

  it('with files given as one text, as CDK writes them', () => {
    assert.deepEqual(parsed({ artifacts: { files: '**/*', 'base-directory': 'cdk.out' } }).artifacts?.files, ['**/*'])
  })

  it('with yes, no, true and false as switches, whatever YAML made of them', () => {
    const flags = ['yes', 'true', true, 'no', false].map(
      (value) => parsed({ artifacts: { files: ['a'], 'discard-paths': value } }).artifacts?.discardPaths,
    )
    assert.deepEqual(flags, [true, true, true, false, false])
  })

  it('with numbers as texts', () => {
    assert.deepEqual(parsed({ env: { variables: { PORT: 8080, DEBUG: true } } }).variables, {
      PORT: '8080',
      DEBUG: 'true',
    })
  })

  it('in version 0.1, with its variables in the old place', () => {
    const result = parseBuildspec({ version: 0.1, environment_variables: { plaintext: { A: 'b' } }, phases: { build } })
    assert.deepEqual('spec' in result && [result.spec.version, result.spec.variables], ['0.1', { A: 'b' }])
  })

  it('with unknown top-level keys ignored', () => assert.equal(parsed({ 'made-up': 1 }).version, '0.2'))
})

describe('a buildspec is refused with a precise reason', () => {
  const cases: readonly [string, unknown, RegExp][] = [
    ['empty', '', /is empty/],
    ['a text', 'hello', /must be a mapping, not "hello"/],
    ['no version', { phases: { build } }, /version is missing/],
    ['an unknown version', { version: 3, phases: { build } }, /Invalid buildspec version: 3/],
    ['no phases', { version: 0.2 }, /No phases found/],
    ['an unknown phase', { version: 0.2, phases: { deploy: build } }, /Unknown phase "deploy"/],
    ['a phase without commands', { version: 0.2, phases: { build: {} } }, /phases\.build has no commands/],
    [
      'a command that is a mapping',
      { version: 0.2, phases: { build: { commands: [{ 'echo Build': 'done' }] } } },
      /Expected phases\.build\.commands\[0\] to be of string type: found subkeys instead/,
    ],
    [
      'a reserved variable',
      { version: 0.2, phases: { build }, env: { variables: { CODEBUILD_X: 1 } } },
      /must not start with CODEBUILD_/,
    ],
    [
      'a Windows shell',
      { version: 0.2, phases: { build }, env: { shell: 'cmd.exe' } },
      /needs a Windows build environment/,
    ],
    [
      'artifacts without files',
      { version: 0.2, phases: { build }, artifacts: { name: 'x' } },
      /artifacts\.files is missing/,
    ],
    [
      'a bad on-failure',
      { version: 0.2, phases: { build: { commands: ['a'], 'on-failure': 'STOP' } } },
      /on-failure must be ABORT/,
    ],
    [
      'too many retries',
      { version: 0.2, phases: { build: { commands: ['a'], 'on-failure': 'RETRY-101' } } },
      /at most 100 retries/,
    ],
  ]
  for (const [name, document, expected] of cases) it(name, () => assert.match(messages(document).join('\n'), expected))

  it('naming all problems at once', () => assert.equal(messages({ phases: { deploy: build, build: {} } }).length, 3))
})
