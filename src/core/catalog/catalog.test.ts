import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as sdk from '@aws-sdk/client-codepipeline'
import { ACTION_TYPES, actionTypeKey, defaultTimeoutMinutes, findActionType } from './action-types.ts'
import { OPERATION_INPUTS, STRUCTURES, type Members } from './operation-inputs.ts'
import { findRuleType, RULE_TYPES } from './rule-types.ts'
import { SHAPES } from './shapes.ts'
import {
  ACTION_EXECUTION_STATUSES,
  isRetryable,
  isTerminal,
  JOB_STATUSES,
  PIPELINE_EXECUTION_STATUSES,
  STAGE_EXECUTION_STATUSES,
} from './statuses.ts'

describe('the action type table', () => {
  it('has every type once', () => {
    assert.equal(new Set(ACTION_TYPES.map(actionTypeKey)).size, ACTION_TYPES.length)
  })

  const counts: Readonly<Record<string, string>> = {
    'AWS/Source/S3/1': '0-0/1-1',
    'AWS/Source/CodeStarSourceConnection/1': '0-0/1-1',
    'ThirdParty/Source/GitHub/1': '0-0/1-1',
    'AWS/Build/CodeBuild/1': '1-5/0-5',
    'AWS/Test/CodeBuild/1': '1-5/0-5',
    'AWS/Compute/Commands/1': '1-10/0-1',
    'AWS/Deploy/CloudFormation/1': '0-10/0-1',
    'AWS/Deploy/CodeDeploy/1': '1-1/0-0',
    'ThirdParty/Deploy/AlexaSkillsKit/1': '1-2/0-0',
    'AWS/Invoke/Lambda/1': '0-5/0-5',
    'AWS/Approval/Manual/1': '0-0/0-0',
  }
  for (const [key, expected] of Object.entries(counts)) {
    it(`lets ${key} take and make ${expected} artifacts`, () => {
      const type = ACTION_TYPES.find((candidate) => actionTypeKey(candidate) === key)
      assert.equal(`${type?.inputs.join('-')}/${type?.outputs.join('-')}`, expected)
    })
  }

  it('has no property twice, no secret that could be queried, and no range upside down', () => {
    for (const type of [...ACTION_TYPES, ...RULE_TYPES]) {
      const names = type.configuration.map(({ name }) => name)
      assert.equal(new Set(names).size, names.length, type.provider)
      assert.ok(type.configuration.every(({ secret, queryable }) => !(secret && queryable)))
      assert.ok(type.inputs[0] <= type.inputs[1])
    }
  })

  it('knows its secrets', () => {
    const secrets = ACTION_TYPES.flatMap(({ configuration }) =>
      configuration.filter(({ secret }) => secret).map(({ name }) => name),
    )
    assert.deepEqual(secrets, ['OAuthToken', 'ClientSecret', 'RefreshToken'])
  })

  it('has the published timeouts; custom types have 24 hours', () => {
    const timeout = (
      category: 'Build' | 'Test' | 'Deploy' | 'Approval',
      provider: string,
      owner: 'AWS' | 'Custom' = 'AWS',
    ) => defaultTimeoutMinutes({ category, owner, provider, version: '1' })
    assert.equal(timeout('Build', 'CodeBuild'), 36 * 60)
    assert.equal(timeout('Test', 'CodeBuild'), 8 * 60)
    assert.equal(timeout('Deploy', 'S3'), 90)
    assert.equal(timeout('Deploy', 'ECS'), 60)
    assert.equal(timeout('Approval', 'Manual'), 7 * 24 * 60)
    assert.equal(timeout('Build', 'Jenkins', 'Custom'), 24 * 60)
  })

  it('asks for custom types only when there is no built-in one', () => {
    const id = { category: 'Deploy', owner: 'AWS', provider: 'S3', version: '1' } as const
    assert.equal(findActionType(id, () => assert.fail('asked'))?.provider, 'S3')
    assert.equal(findActionType({ ...id, provider: 'Moon' }), undefined)
  })
})

describe('the rule type table', () => {
  it('allows SKIP with two providers only', () => {
    assert.deepEqual(
      RULE_TYPES.filter(({ maySkip }) => maySkip).map(({ provider }) => provider),
      ['LambdaInvoke', 'VariableCheck'],
    )
  })

  it('is sorted by provider, as ListRuleTypes answers, and fits into its answer', () => {
    const providers = RULE_TYPES.map(({ provider }) => provider)
    assert.deepEqual(providers, providers.toSorted())
    assert.ok(RULE_TYPES.every(({ configuration }) => configuration.length <= 10))
  })

  it('finds a rule with or without its version', () => {
    assert.equal(findRuleType({ provider: 'Commands' })?.commands, true)
    assert.equal(findRuleType({ provider: 'Commands', version: '2' }), undefined)
  })
})

describe('the shape tables', () => {
  it('refer only to shapes that exist', () => {
    const known = new Set([...Object.keys(SHAPES), ...Object.keys(STRUCTURES)])
    const used = [
      ...[...Object.values(STRUCTURES), ...Object.values(OPERATION_INPUTS)].flatMap((members) =>
        Object.values(members),
      ),
      ...Object.values(SHAPES).flatMap((shape) =>
        shape.kind === 'list' ? [shape.of] : shape.kind === 'map' ? [shape.keys, shape.values] : [],
      ),
    ]
    assert.deepEqual(
      [...new Set(used)].filter((name) => !known.has(name)),
      [],
    )
  })

  /** [kind, namespace, name, traits, member names, member schemas, number of required members] */
  type SdkStructure = readonly [3, string, string, unknown, readonly string[], readonly unknown[], number?]
  const sdkSchemas = new Map(
    Object.values(sdk as Readonly<Record<string, unknown>>)
      .filter((value): value is SdkStructure => Array.isArray(value) && value[0] === 3)
      .map((schema) => [schema[2], schema]),
  )
  const ours: readonly (readonly [string, Members])[] = [
    ...Object.entries(STRUCTURES),
    ...Object.entries(OPERATION_INPUTS).map(([name, members]) => [`${name}Input`, members] as const),
  ]
  for (const [name, members] of ours) {
    it(`${name} has the members and the required members of the SDK's schema`, () => {
      const schema = sdkSchemas.get(name)
      assert.ok(schema !== undefined, 'the SDK has no such structure')
      const required = new Set(schema[4].slice(0, schema[6] ?? 0))
      const expected = schema[4].map((member) => (required.has(member) ? `${member}!` : member))
      assert.deepEqual(Object.keys(members).toSorted(), expected.toSorted())
    })
  }

  it('cover every operation of the SDK', () => {
    const operations = Object.values(sdk as Readonly<Record<string, unknown>>)
      .filter((value): value is readonly [9, string, string] => Array.isArray(value) && value[0] === 9)
      .map((schema) => schema[2])
    assert.deepEqual(Object.keys(OPERATION_INPUTS).toSorted(), operations.toSorted())
  })
})

describe('statuses', () => {
  it('are the SDK’s', () => {
    const same = (ours: readonly string[], theirs: Readonly<Record<string, string>>) =>
      assert.deepEqual(ours.toSorted(), Object.values(theirs).toSorted())
    same(PIPELINE_EXECUTION_STATUSES, sdk.PipelineExecutionStatus)
    same(STAGE_EXECUTION_STATUSES, sdk.StageExecutionStatus)
    same(ACTION_EXECUTION_STATUSES, sdk.ActionExecutionStatus)
    same(JOB_STATUSES, sdk.JobStatus)
  })

  it('that are final are all but those of work in progress', () => {
    const running = [...new Set([...PIPELINE_EXECUTION_STATUSES, ...STAGE_EXECUTION_STATUSES, ...JOB_STATUSES])].filter(
      (status) => !isTerminal(status),
    )
    assert.deepEqual(running, ['InProgress', 'Stopping', 'Created', 'Queued', 'Dispatched'])
    assert.ok(isRetryable('Failed') && isRetryable('Stopped') && !isRetryable('Cancelled'))
  })

  it('and other enums have the SDK’s values', () => {
    for (const [name, shape] of Object.entries(SHAPES)) {
      const theirs = (sdk as Readonly<Record<string, unknown>>)[name]
      if (shape.kind !== 'enum' || theirs === undefined) continue
      assert.deepEqual(shape.values.toSorted(), Object.values(theirs as Record<string, string>).toSorted(), name)
    }
  })
})
