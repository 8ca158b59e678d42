import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { toActionType } from './custom-action-type.ts'
import {
  ALARM,
  APPROVAL,
  BUILD,
  CHECK,
  COMMANDS,
  conditioned,
  CONNECTION,
  deploying,
  GITHUB,
  pipeline,
  rule,
  SOURCE,
  stage,
  type Json,
} from './fixtures.ts'
import { normalisePipeline } from './normalise.ts'
import { Opaque } from './opaque.ts'
import { firstError, validatePipeline, type ValidationContext } from './validate.ts'

const CONTEXT: ValidationContext = { account: '000000000000', region: 'us-east-1' }
const check = (input: unknown, context: ValidationContext = CONTEXT) => firstError(validatePipeline(input, context))

interface Refused {
  readonly given: string
  readonly input: Json
  readonly exception: string
  readonly message: string | RegExp
  readonly context?: ValidationContext
}

const VALIDATION = 'ValidationException'
const STRUCTURE = 'InvalidStructureException'
const STAGE = 'InvalidStageDeclarationException'
const ACTION = 'InvalidActionDeclarationException'
const fails = (result: string, ...rules: readonly Json[]) => ({ conditions: [{ result, rules }] })
const variables = [{ name: 'v' }]
const trigger = (sourceActionName: string, more: Json = {}) => ({
  providerType: 'CodeStarSourceConnection',
  gitConfiguration: { sourceActionName, push: [{ branches: { includes: ['main'] } }], ...more },
})
const connected = (change: Json) =>
  pipeline({ stages: [stage('Source', CONNECTION), stage('Build', BUILD)], ...change })
const uses = (value: string, change: Json = {}) => ({
  ...BUILD,
  outputArtifacts: [],
  configuration: { ProjectName: value },
  ...change,
})
const longName = Array.from({ length: 51 }, (_, index) => stage(`S${index}`, { ...APPROVAL }))

const nine = Array.from({ length: 9 }, (_, index) => `b${index}`)
/** Every list as long as it may be: three filters of each kind, with eight patterns of 255 characters in each of their lists. */
const wide = Array.from({ length: 8 }, (_, index) => `${index}`.padEnd(255, '✓'))
const criteria = { includes: wide, excludes: wide }
const large = (sourceActionName: string) =>
  trigger(sourceActionName, {
    push: Array.from({ length: 3 }, () => ({ branches: criteria, filePaths: criteria, tags: criteria })),
    pullRequest: Array.from({ length: 3 }, () => ({ branches: criteria, filePaths: criteria })),
  })
const inTwoRegions = (action: Json) =>
  pipeline({
    artifactStore: undefined,
    artifactStores: { 'us-east-1': { type: 'S3', location: 'one' }, 'eu-west-1': { type: 'S3', location: 'three' } },
    stages: [stage('Source', SOURCE), stage('Go', { ...action, region: 'eu-west-1' })],
  })
const checks = (Variable: string) => ({ Variable, Value: 'x', Operator: 'EQ' })
const withBuildNamespace = (when: 'beforeEntry' | 'onSuccess' | 'onFailure') =>
  pipeline({
    stages: [
      stage('Source', SOURCE),
      {
        ...stage('Build', { ...BUILD, namespace: 'B' }),
        [when]: fails('FAIL', { ...CHECK, configuration: checks('#{B.k}') }),
      },
    ],
  })

const REFUSED: Readonly<Record<string, readonly Refused[]>> = {
  'P-03, S01': [
    {
      given: 'one stage',
      input: pipeline({ stages: [stage('Source', SOURCE)] }),
      exception: STRUCTURE,
      message: 'Pipeline has only 1 stage(s). There should be a minimum of 2 stages in a pipeline',
    },
  ],
  'P-04': [
    {
      given: '52 stages',
      input: pipeline({ stages: [stage('Source', SOURCE), ...longName] }),
      exception: STRUCTURE,
      message: 'Pipeline has 52 stage(s). There should be a maximum of 50 stages in a pipeline',
    },
  ],
  'P-05, S04': [
    {
      given: 'two stages of one name',
      input: pipeline({ stages: [stage('Source', SOURCE), stage('Source', BUILD)] }),
      exception: STRUCTURE,
      message: 'Stage name must be unique within the pipeline. Source has been used more than once.',
    },
  ],
  'P-06, S02': [
    {
      given: 'a source and a build action in the first stage',
      input: pipeline({ stages: [stage('Source', SOURCE, { ...BUILD, runOrder: 2 }), stage('Go', APPROVAL)] }),
      exception: STRUCTURE,
      message: 'Pipeline should start with a stage that only contains source actions',
    },
    {
      given: 'no action in the first stage',
      input: pipeline({ stages: [stage('Source'), stage('Go', APPROVAL)] }),
      exception: STRUCTURE,
      message: 'Pipeline should start with a stage that only contains source actions',
    },
  ],
  'P-07, S03': [
    {
      given: 'a source action in the second stage',
      input: pipeline({
        stages: [
          stage('Source', SOURCE),
          stage('More', { ...SOURCE, name: 'Again', outputArtifacts: [{ name: 'B' }] }),
        ],
      }),
      exception: STRUCTURE,
      message: 'Source action Again in stage More is only allowed in the first stage of the pipeline',
    },
  ],
  'P-09': [
    {
      given: '1001 actions',
      input: pipeline({
        stages: [
          stage('Source', SOURCE),
          ...Array.from({ length: 25 }, (_, s) =>
            stage(`S${s}`, ...Array.from({ length: 40 }, (_, a) => ({ ...APPROVAL, name: `A${a}` }))),
          ),
        ],
      }),
      exception: STRUCTURE,
      message: 'Pipeline has 1001 actions. There should be a maximum of 1000 actions in a pipeline',
    },
  ],
  'P-10, S08': [
    {
      given: 'no artifact store',
      input: pipeline({ artifactStore: undefined }),
      exception: STRUCTURE,
      message: 'Exactly one of artifactStore and artifactStores must be specified',
    },
    {
      given: 'both kinds of artifact store',
      input: pipeline({ artifactStores: { 'us-east-1': { type: 'S3', location: 'artifacts' } } }),
      exception: STRUCTURE,
      message: 'Exactly one of artifactStore and artifactStores must be specified',
    },
  ],
  'P-11, S08': [
    {
      given: 'artifact stores without the pipeline region',
      input: pipeline({
        artifactStore: undefined,
        artifactStores: { 'eu-west-1': { type: 'S3', location: 'artifacts' } },
      }),
      exception: STRUCTURE,
      message: 'artifactStores must contain an artifact store for the pipeline region us-east-1',
    },
  ],
  'P-12': [
    {
      given: 'an action in a region without an artifact store',
      input: deploying({ ...APPROVAL, region: 'eu-west-1' }),
      exception: STRUCTURE,
      message: 'Action Approve in stage Deploy uses region eu-west-1 but no artifact store is declared for that region',
    },
  ],
  'P-13': [
    {
      given: 'an encryption key of another type',
      input: pipeline({
        artifactStore: { type: 'S3', location: 'artifacts', encryptionKey: { id: 'k', type: 'AES' } },
      }),
      exception: VALIDATION,
      message:
        "1 validation error detected: Value 'AES' at 'pipeline.artifactStore.encryptionKey.type' failed to satisfy constraint: Member must satisfy enum value set: [KMS]",
    },
  ],
  'P-14, S14': [
    {
      given: 'QUEUED in a V1 pipeline',
      input: pipeline({ pipelineType: 'V1', executionMode: 'QUEUED' }),
      exception: STRUCTURE,
      message: 'Execution mode QUEUED can only be used with V2 pipelines',
    },
  ],
  'P-15, S14': [
    {
      given: 'variables in a V1 pipeline',
      input: pipeline({ pipelineType: 'V1', variables }),
      exception: STRUCTURE,
      message: 'Variables can only be used with V2 pipelines',
    },
    {
      given: 'a variable declared twice',
      input: pipeline({ variables: [...variables, ...variables] }),
      exception: STRUCTURE,
      message: 'Variable name must be unique within the pipeline. v has been used more than once.',
    },
    {
      given: '51 variables',
      input: pipeline({ variables: Array.from({ length: 51 }, (_, index) => ({ name: `v${index}` })) }),
      exception: VALIDATION,
      message: /'pipeline\.variables' failed .* length less than or equal to 50$/,
    },
    {
      given: 'a variable name with a dot',
      input: pipeline({ variables: [{ name: 'a.b' }] }),
      exception: VALIDATION,
      message: /'pipeline\.variables\.1\.member\.name' failed .* regular expression pattern/,
    },
    {
      given: 'an empty default value',
      input: pipeline({ variables: [{ name: 'v', defaultValue: '' }] }),
      exception: VALIDATION,
      message: /'pipeline\.variables\.1\.member\.defaultValue' failed .* greater than or equal to 1$/,
    },
    {
      given: 'a default value of 1001 characters',
      input: pipeline({ variables: [{ name: 'v', defaultValue: 'x'.repeat(1001) }] }),
      exception: VALIDATION,
      message: /defaultValue' failed .* less than or equal to 1000$/,
    },
    {
      given: 'a description of 201 characters',
      input: pipeline({ variables: [{ name: 'v', description: 'x'.repeat(201) }] }),
      exception: VALIDATION,
      message: /description' failed .* less than or equal to 200$/,
    },
  ],
  'P-16, S14': [
    {
      given: 'a branch trigger in a V1 pipeline',
      input: connected({ pipelineType: 'V1', triggers: [trigger('Fetch')] }),
      exception: STRUCTURE,
      message: 'Triggers can only be used with V2 pipelines',
    },
    {
      given: 'a tag trigger in a V1 pipeline',
      input: connected({
        pipelineType: 'V1',
        triggers: [trigger('Fetch', { push: [{ tags: { includes: ['v*'] } }] })],
      }),
      exception: STRUCTURE,
      message: 'Triggers on tag can only be used with V2 pipelines',
    },
  ],
  'P-17': [
    {
      given: 'a trigger for a source that is no connection',
      input: pipeline({ triggers: [trigger('Fetch')] }),
      exception: STRUCTURE,
      message: 'Trigger source action Fetch was not found or does not support triggers',
    },
    {
      given: 'a trigger for a source that is not there',
      input: connected({ triggers: [trigger('Other')] }),
      exception: STRUCTURE,
      message: 'Trigger source action Other was not found or does not support triggers',
    },
  ],
  'P-18': [
    {
      given: 'two triggers for one source action',
      input: connected({ triggers: [trigger('Fetch'), trigger('Fetch')] }),
      exception: STRUCTURE,
      message: 'Only one trigger can be specified for source action Fetch',
    },
  ],
  'P-19': [
    {
      given: 'a pull request event listed twice',
      input: connected({ triggers: [trigger('Fetch', { pullRequest: [{ events: ['OPEN', 'OPEN'] }] })] }),
      exception: STRUCTURE,
      message: 'Pull request events must be unique. OPEN has been used more than once.',
    },
    {
      given: 'four push filters',
      input: connected({ triggers: [trigger('Fetch', { push: [{}, {}, {}, {}] })] }),
      exception: VALIDATION,
      message: /'pipeline\.triggers\.1\.member\.gitConfiguration\.push' failed .* less than or equal to 3$/,
    },
    {
      given: 'four pull request filters',
      input: connected({ triggers: [trigger('Fetch', { pullRequest: [{}, {}, {}, {}] })] }),
      exception: VALIDATION,
      message: /'pipeline\.triggers\.1\.member\.gitConfiguration\.pullRequest' failed .* less than or equal to 3$/,
    },
    {
      given: 'nine patterns to include',
      input: connected({ triggers: [trigger('Fetch', { push: [{ branches: { includes: nine } }] })] }),
      exception: VALIDATION,
      message: /push\.1\.member\.branches\.includes' failed .* less than or equal to 8$/,
    },
    {
      given: 'nine patterns to exclude',
      input: connected({ triggers: [trigger('Fetch', { push: [{ filePaths: { excludes: nine } }] })] }),
      exception: VALIDATION,
      message: /push\.1\.member\.filePaths\.excludes' failed .* less than or equal to 8$/,
    },
    {
      given: 'a pattern of 256 characters',
      input: connected({ triggers: [trigger('Fetch', { push: [{ tags: { includes: ['x'.repeat(256)] } }] })] }),
      exception: VALIDATION,
      message: /tags\.includes\.1\.member' failed .* less than or equal to 255$/,
    },
    {
      given: 'an event that does not exist',
      input: connected({ triggers: [trigger('Fetch', { pullRequest: [{ events: ['MERGED'] }] })] }),
      exception: VALIDATION,
      message: /events\.1\.member' failed .* enum value set: \[OPEN, UPDATED, CLOSED\]$/,
    },
    {
      given: 'triggers of more than 200 KB',
      input: pipeline({
        stages: [
          stage('Source', CONNECTION, { ...CONNECTION, name: 'Other', outputArtifacts: [{ name: 'More' }] }),
          stage('Build', BUILD),
        ],
        triggers: [large('Fetch'), large('Other')],
      }),
      exception: STRUCTURE,
      message: /^Triggers have \d+ bytes\. There should be a maximum of \d+ bytes of triggers in a pipeline$/,
    },
  ],
  'P-20': [
    {
      given: 'a Commands action in a V1 pipeline',
      input: { ...deploying(COMMANDS), pipelineType: 'V1' },
      exception: STRUCTURE,
      message: 'Action provider Commands can only be used with V2 pipelines',
    },
    {
      given: 'output variables in a V1 pipeline',
      input: { ...deploying({ ...APPROVAL, outputVariables: ['v'] }), pipelineType: 'V1' },
      exception: STRUCTURE,
      message: 'Output variables can only be used with V2 pipelines',
    },
    {
      given: 'environment variables in a V1 pipeline',
      input: { ...deploying({ ...APPROVAL, environmentVariables: [{ name: 'v', value: 'x' }] }), pipelineType: 'V1' },
      exception: STRUCTURE,
      message: 'Environment variables can only be used with V2 pipelines',
    },
    {
      given: 'files of an artifact in a V1 pipeline',
      input: { ...deploying({ ...BUILD, outputArtifacts: [{ name: 'Other', files: ['a'] }] }), pipelineType: 'V1' },
      exception: STRUCTURE,
      message: 'Output artifact files can only be used with V2 pipelines',
    },
  ],
  'P-21, S15': [
    {
      given: 'PARALLEL with an automatic rollback',
      input: { ...conditioned({ onFailure: { result: 'ROLLBACK' } }), executionMode: 'PARALLEL' },
      exception: STRUCTURE,
      message: 'Rollback cannot be configured for pipelines in PARALLEL execution mode',
    },
    {
      given: 'PARALLEL with a rollback after success',
      input: { ...conditioned({ onSuccess: fails('ROLLBACK', CHECK) }), executionMode: 'PARALLEL' },
      exception: STRUCTURE,
      message: 'Rollback cannot be configured for pipelines in PARALLEL execution mode',
    },
    {
      given: 'PARALLEL with a rollback by a condition after failure',
      input: { ...conditioned({ onFailure: fails('ROLLBACK', CHECK) }), executionMode: 'PARALLEL' },
      exception: STRUCTURE,
      message: 'Rollback cannot be configured for pipelines in PARALLEL execution mode',
    },
  ],
  'S-01': [
    {
      given: 'a stage without actions',
      input: pipeline({ stages: [stage('Source', SOURCE), stage('Empty')] }),
      exception: STAGE,
      message: 'Stage Empty must have at least one action',
    },
    {
      given: 'a stage with 51 actions',
      input: deploying(...Array.from({ length: 51 }, (_, index) => ({ ...APPROVAL, name: `A${index}` }))),
      exception: STAGE,
      message: 'Stage Deploy has 51 actions. There should be a maximum of 50 actions in a stage',
    },
  ],
  'S-02, S04': [
    {
      given: 'two actions of one name in a stage',
      input: deploying(APPROVAL, APPROVAL),
      exception: STAGE,
      message: 'Action name must be unique within a stage. Approve has been used more than once in stage Deploy.',
    },
  ],
  'S-03, S09': [
    {
      given: 'a blocker',
      input: conditioned({ blockers: [{ name: 'b', type: 'Schedule' }] }),
      exception: 'InvalidBlockerDeclarationException',
      message: 'Blockers are reserved for future use',
    },
  ],
  'S-04, S14': [
    {
      given: 'onFailure in a V1 pipeline',
      input: { ...conditioned({ onFailure: { result: 'ROLLBACK' } }), pipelineType: 'V1' },
      exception: STRUCTURE,
      message: 'Stage conditions can only be used with V2 pipelines',
    },
    {
      given: 'beforeEntry in a V1 pipeline',
      input: { ...conditioned({ beforeEntry: fails('FAIL', CHECK) }), pipelineType: 'V1' },
      exception: STRUCTURE,
      message: 'Stage conditions can only be used with V2 pipelines',
    },
    {
      given: 'onSuccess in a V1 pipeline',
      input: { ...conditioned({ onSuccess: fails('FAIL', CHECK) }), pipelineType: 'V1' },
      exception: STRUCTURE,
      message: 'Stage conditions can only be used with V2 pipelines',
    },
  ],
  'S-05': [
    {
      given: 'two rules of one name in a condition',
      input: conditioned({ onSuccess: fails('FAIL', ALARM, ALARM) }),
      exception: STAGE,
      message: 'Rule name must be unique within a condition. CloudWatchAlarm has been used more than once.',
    },
    {
      given: 'two conditions of one type',
      input: conditioned({ onSuccess: { conditions: [{ rules: [ALARM] }, { rules: [CHECK] }] } }),
      exception: VALIDATION,
      message: /onSuccess\.conditions' failed to satisfy constraint: Member must have length less than or equal to 1$/,
    },
    {
      given: 'no condition in a set',
      input: conditioned({ onSuccess: { conditions: [] } }),
      exception: VALIDATION,
      message: /onSuccess\.conditions' failed .* greater than or equal to 1$/,
    },
    {
      given: 'six rules',
      input: conditioned({
        onSuccess: fails('FAIL', ...Array.from({ length: 6 }, (_, index) => ({ ...CHECK, name: `R${index}` }))),
      }),
      exception: VALIDATION,
      message: /rules' failed .* length less than or equal to 5$/,
    },
    {
      given: 'no rule',
      input: conditioned({ onSuccess: fails('FAIL') }),
      exception: VALIDATION,
      message: /rules' failed .* length greater than or equal to 1$/,
    },
  ],
  'S-06': [
    {
      given: 'SKIP after success',
      input: conditioned({ onSuccess: fails('SKIP', CHECK) }),
      exception: STAGE,
      message: 'Result SKIP is not supported for the onSuccess condition of stage Build',
    },
    {
      given: 'ROLLBACK before entry',
      input: conditioned({ beforeEntry: fails('ROLLBACK', CHECK) }),
      exception: STAGE,
      message: 'Result ROLLBACK is not supported for the beforeEntry condition of stage Build',
    },
    {
      given: 'RETRY before entry',
      input: conditioned({ beforeEntry: fails('RETRY', CHECK) }),
      exception: STAGE,
      message: 'Result RETRY is not supported for the beforeEntry condition of stage Build',
    },
    {
      given: 'SKIP for a condition after failure',
      input: conditioned({ onFailure: fails('SKIP', CHECK) }),
      exception: STAGE,
      message: 'Result SKIP is not supported for the onFailure condition of stage Build',
    },
    {
      given: 'SKIP for every failure',
      input: conditioned({ onFailure: { result: 'SKIP' } }),
      exception: STAGE,
      message: 'Result SKIP is not supported for the onFailure condition of stage Build',
    },
    {
      given: 'a result that does not exist',
      input: conditioned({ onFailure: { result: 'EXPLODE' } }),
      exception: VALIDATION,
      message: /onFailure\.result' failed .* enum value set: \[ROLLBACK, FAIL, RETRY, SKIP\]$/,
    },
  ],
  'S-07, S16': [
    {
      given: 'SKIP with an alarm',
      input: conditioned({ beforeEntry: fails('SKIP', ALARM) }),
      exception: STAGE,
      message: 'Rule provider CloudWatchAlarm cannot be used with the SKIP result',
    },
  ],
  'S-08': [
    {
      given: 'a retry mode without RETRY',
      input: conditioned({ onFailure: { result: 'FAIL', retryConfiguration: { retryMode: 'ALL_ACTIONS' } } }),
      exception: STAGE,
      message: 'Retry configuration can only be used with the RETRY result in stage Build',
    },
  ],
  'S-09': [
    {
      given: 'a rollback of the source stage',
      input: conditioned({ onFailure: { result: 'ROLLBACK' } }, 'Source'),
      exception: STAGE,
      message: 'Rollback cannot be configured for the source stage',
    },
  ],
  'S-11': [
    {
      given: 'an unknown rule provider',
      input: conditioned({ onSuccess: fails('FAIL', rule('Moon', {})) }),
      exception: STAGE,
      message: 'Rule type Moon is not available',
    },
    {
      given: 'a rule without a required key',
      input: conditioned({ onSuccess: fails('FAIL', rule('CloudWatchAlarm', {})) }),
      exception: STAGE,
      message: "Rule configuration for rule 'CloudWatchAlarm' is missing required configuration 'AlarmName'",
    },
    {
      given: 'another version of a rule',
      input: conditioned({
        onSuccess: fails('FAIL', {
          ...CHECK,
          ruleTypeId: { category: 'Rule', owner: 'AWS', provider: 'VariableCheck', version: '2' },
        }),
      }),
      exception: STAGE,
      message: 'Rule type VariableCheck is not available',
    },
    {
      given: 'a key that the rule does not know',
      input: conditioned({ onSuccess: fails('FAIL', rule('CloudWatchAlarm', { AlarmName: 'a', Colour: 'red' })) }),
      exception: STAGE,
      message: "Rule configuration for rule 'CloudWatchAlarm' contains unknown configuration 'Colour'",
    },
    {
      given: 'a Commands rule without commands',
      input: conditioned({ onSuccess: fails('FAIL', rule('Commands', {}, { inputArtifacts: [{ name: 'Source' }] })) }),
      exception: STAGE,
      message: 'Rule Commands must have a non-empty commands field',
    },
    {
      given: 'commands of another rule',
      input: conditioned({ onSuccess: fails('FAIL', { ...ALARM, commands: ['ls'] }) }),
      exception: STAGE,
      message: 'The field commands is not supported by rule CloudWatchAlarm',
    },
    {
      given: 'a rule that is of no such owner',
      input: conditioned({
        onSuccess: fails('FAIL', {
          ...CHECK,
          ruleTypeId: { category: 'Rule', owner: 'Custom', provider: 'VariableCheck' },
        }),
      }),
      exception: VALIDATION,
      message: /ruleTypeId\.owner' failed .* enum value set: \[AWS\]$/,
    },
    {
      given: 'a value of 10001 characters',
      input: conditioned({ onSuccess: fails('FAIL', { ...CHECK, configuration: checks('x'.repeat(10_001)) }) }),
      exception: VALIDATION,
      message: /Map value must satisfy constraint: \[Member must have length less than or equal to 10000/,
    },
  ],
  'S-12': [
    {
      given: 'an entry rule that wants an artifact of its own stage',
      input: conditioned({
        beforeEntry: fails('FAIL', rule('LambdaInvoke', { FunctionName: 'f' }, { inputArtifacts: [{ name: 'Site' }] })),
      }),
      exception: STAGE,
      message:
        'Input Artifact Bundle Site in rule LambdaInvoke is not declared as Output Artifact Bundle in any of the preceding actions',
    },
    {
      given: 'an alarm rule with an input artifact',
      input: conditioned({ onSuccess: fails('FAIL', { ...ALARM, inputArtifacts: [{ name: 'Source' }] }) }),
      exception: STAGE,
      message: 'Rule CloudWatchAlarm declares 1 input artifacts which is more than the maximum count (0)',
    },
    {
      given: 'a CodeBuild rule without an input artifact',
      input: conditioned({ onSuccess: fails('FAIL', rule('CodeBuild', { ProjectName: 'p' })) }),
      exception: STAGE,
      message: 'Rule CodeBuild declares 0 input artifacts which is less than the minimum count (1)',
    },
  ],
  'S-13': [
    {
      given: 'a rule that refers to a namespace nobody has',
      input: conditioned({ onSuccess: fails('FAIL', { ...CHECK, configuration: checks('#{Nobody.key}') }) }),
      exception: STAGE,
      message: 'Rule VariableCheck references variable #{Nobody.key} which is not available before the rule runs',
    },
    {
      given: 'an entry rule that refers to an action of its own stage',
      input: withBuildNamespace('beforeEntry'),
      exception: STAGE,
      message: 'Rule VariableCheck references variable #{B.k} which is not available before the rule runs',
    },
    {
      given: 'a rule that refers to a variable the pipeline does not declare',
      input: {
        ...conditioned({ beforeEntry: fails('FAIL', { ...CHECK, configuration: checks('#{variables.w}') }) }),
        variables,
      },
      exception: STAGE,
      message: 'Rule VariableCheck references variable #{variables.w} which is not available before the rule runs',
    },
    {
      given: 'a command of a rule that refers to a namespace nobody has',
      input: conditioned({
        onSuccess: fails('FAIL', {
          ...rule('Commands', {}, { inputArtifacts: [{ name: 'Source' }] }),
          commands: ['echo #{Nobody.key}'],
        }),
      }),
      exception: STAGE,
      message: 'Rule Commands references variable #{Nobody.key} which is not available before the rule runs',
    },
  ],
  'A-01, A-23, S10': [
    {
      given: 'an unknown provider',
      input: deploying({
        name: 'X',
        actionTypeId: { category: 'Deploy', owner: 'AWS', provider: 'Moon', version: '1' },
      }),
      exception: ACTION,
      message:
        "ActionType (Category: 'Deploy', Provider: 'Moon', Owner: 'AWS', Version: '1') in action 'X' is not available in region 'US_EAST_1'",
    },
    {
      given: 'a custom type that the account does not have',
      input: deploying({
        name: 'X',
        actionTypeId: { category: 'Deploy', owner: 'Custom', provider: 'Gone', version: '1' },
      }),
      exception: ACTION,
      message:
        /^ActionType \(Category: 'Deploy', Provider: 'Gone', Owner: 'Custom', Version: '1'\) in action 'X' is not available/,
    },
  ],
  'A-02, S07': [
    {
      given: 'a build without input',
      input: deploying({ ...BUILD, name: 'B', inputArtifacts: [], outputArtifacts: [] }),
      exception: ACTION,
      message: 'Action B declares 0 input artifacts which is less than the minimum count (1)',
    },
    {
      given: 'a build with six inputs',
      input: deploying({
        ...BUILD,
        name: 'B',
        inputArtifacts: 'abcdef'.split('').map((name) => ({ name })),
        outputArtifacts: [],
      }),
      exception: ACTION,
      message: 'Action B declares 6 input artifacts which is more than the maximum count (5)',
    },
  ],
  'A-03': [
    {
      given: 'an approval with an output',
      input: deploying({ ...APPROVAL, outputArtifacts: [{ name: 'Paper' }] }),
      exception: ACTION,
      message: 'Action Approve declares 1 output artifacts which is more than the maximum count (0)',
    },
    {
      given: 'a source without an output',
      input: pipeline({ stages: [stage('Source', { ...SOURCE, outputArtifacts: [] }), stage('Go', APPROVAL)] }),
      exception: ACTION,
      message: 'Action Fetch declares 0 output artifacts which is less than the minimum count (1)',
    },
  ],
  'A-04, S05': [
    {
      given: 'an artifact of an action with the same runOrder',
      input: pipeline({
        stages: [
          stage('Source', SOURCE),
          stage('Build', BUILD, { ...BUILD, name: 'Test', inputArtifacts: [{ name: 'Site' }], outputArtifacts: [] }),
        ],
      }),
      exception: ACTION,
      message:
        'Input Artifact Bundle Site in action Test is not declared as Output Artifact Bundle in any of the preceding actions',
    },
    {
      given: 'an artifact of a later stage',
      input: pipeline({
        stages: [
          stage('Source', SOURCE),
          stage('Test', { ...BUILD, name: 'Test', inputArtifacts: [{ name: 'Site' }], outputArtifacts: [] }),
          stage('Build', BUILD),
        ],
      }),
      exception: ACTION,
      message: /^Input Artifact Bundle Site in action Test is not declared/,
    },
    {
      given: 'an artifact spelt in other letters',
      input: deploying({ ...BUILD, inputArtifacts: [{ name: 'site' }], outputArtifacts: [] }),
      exception: ACTION,
      message: /^Input Artifact Bundle site in action Compile is not declared/,
    },
  ],
  'A-05': [
    {
      given: 'the same input twice',
      input: deploying({ ...BUILD, inputArtifacts: [{ name: 'Site' }, { name: 'Site' }], outputArtifacts: [] }),
      exception: ACTION,
      message: 'Action Compile declares input artifact Site more than once',
    },
  ],
  'A-06, S06': [
    {
      given: 'two actions with the same output',
      input: deploying(BUILD),
      exception: ACTION,
      message: 'Output Artifact Bundle name must be unique within the pipeline. Site has been used more than once.',
    },
  ],
  'A-08': [
    {
      given: 'an unknown configuration key',
      input: deploying({ ...APPROVAL, configuration: { Colour: 'red' } }),
      exception: ACTION,
      message: "Action configuration for action 'Approve' contains unknown configuration 'Colour'",
    },
  ],
  'A-09': [
    {
      given: 'a required key left out',
      input: deploying({ ...BUILD, outputArtifacts: [], configuration: {} }),
      exception: ACTION,
      message: "Action configuration for action 'Compile' is missing required configuration 'ProjectName'",
    },
  ],
  'A-10': [
    {
      given: 'a configuration value of 1001 characters',
      input: deploying({ ...APPROVAL, configuration: { CustomData: 'x'.repeat(1001) } }),
      exception: VALIDATION,
      message:
        /at 'pipeline\.stages\.3\.member\.actions\.1\.member\.configuration' failed to satisfy constraint: Map value must satisfy constraint: \[Member must have length less than or equal to 1000, Member must have length greater than or equal to 1\] in 'site' in 'Deploy' in 'Approve': key 'CustomData' has 1001 characters$/,
    },
    {
      given: 'an empty configuration value',
      input: deploying({ ...APPROVAL, configuration: { CustomData: '' } }),
      exception: VALIDATION,
      message: /Map value must satisfy constraint: .*key 'CustomData' has 0 characters$/,
    },
    {
      given: 'a configuration key of 51 characters',
      input: deploying({ ...APPROVAL, configuration: { ['k'.repeat(51)]: 'x' } }),
      exception: VALIDATION,
      message:
        /configuration' failed to satisfy constraint: Map keys must satisfy constraint: \[Member must have length less than or equal to 50/,
    },
  ],
  'A-11': [
    {
      given: 'a long value of a queryable property',
      input: deploying({
        name: 'J',
        actionTypeId: { category: 'Build', owner: 'Custom', provider: 'Jenkins', version: '1' },
        configuration: { ProjectName: 'a-name-of-more-than-twenty' },
      }),
      exception: ACTION,
      message:
        "Action configuration for action 'J' contains an invalid value for the queryable property 'ProjectName'. It must have at most 20 characters out of [a-zA-Z0-9_-].",
      context: {
        ...CONTEXT,
        actionTypes: () =>
          toActionType({
            category: 'Build',
            provider: 'Jenkins',
            version: '1',
            configurationProperties: [
              { name: 'ProjectName', required: true, key: true, secret: false, queryable: true },
            ],
            inputArtifactDetails: { minimumCount: 0, maximumCount: 5 },
            outputArtifactDetails: { minimumCount: 0, maximumCount: 5 },
          }),
      },
    },
  ],
  'A-12, S20': [
    {
      given: 'a masked secret of a new action',
      input: pipeline({
        stages: [
          stage('Source', { ...GITHUB, configuration: { ...(GITHUB['configuration'] as Json), OAuthToken: '****' } }),
          stage('Build', BUILD),
        ],
      }),
      exception: ACTION,
      message:
        'Action configuration for the new action "Fetch" contains an invalid configuration for the secret property "OAuthToken". "****" may be used in secret properties only when updating an existing action.',
    },
  ],
  'A-13, S13': [
    {
      given: 'a namespace used twice',
      input: deploying({ ...APPROVAL, namespace: 'N' }, { ...APPROVAL, name: 'Sign', namespace: 'N' }),
      exception: ACTION,
      message:
        'Namespaces must be unique across the pipeline definition. The following occur more than once in the pipeline. StageName=[Deploy], ActionName=[Sign], Namespace=[N]',
    },
  ],
  'A-14': [
    {
      given: 'a namespace that is an artifact name',
      input: deploying({ ...APPROVAL, namespace: 'Site' }),
      exception: ACTION,
      message: 'Namespace Site conflicts with an artifact name',
    },
  ],
  'A-15, S13': [
    {
      given: 'the namespace codepipeline',
      input: deploying({ ...APPROVAL, namespace: 'codepipeline' }),
      exception: ACTION,
      message: 'Namespace codepipeline is reserved',
    },
    {
      given: 'the namespace variables beside pipeline variables',
      input: { ...deploying({ ...APPROVAL, namespace: 'variables' }), variables },
      exception: ACTION,
      message: 'Namespace variables is reserved',
    },
  ],
  'A-16': [
    {
      given: 'a reference to a namespace nobody has',
      input: deploying(uses('#{Nobody.key}', { name: 'Use' })),
      exception: ACTION,
      message: 'Action Use references variable #{Nobody.key} which is not available before the action runs',
    },
    {
      given: 'a reference to an action with the same runOrder',
      input: deploying({ ...APPROVAL, namespace: 'N' }, uses('#{N.key}', { name: 'Use' })),
      exception: ACTION,
      message: 'Action Use references variable #{N.key} which is not available before the action runs',
    },
    {
      given: 'a variable the pipeline does not declare',
      input: { ...deploying(uses('#{variables.w}', { name: 'Use' })), variables },
      exception: ACTION,
      message: 'Action Use references variable #{variables.w} which is not available before the action runs',
    },
    {
      given: 'an implicit variable that does not exist',
      input: deploying(uses('#{codepipeline.Name}', { name: 'Use' })),
      exception: ACTION,
      message: 'Action Use references variable #{codepipeline.Name} which is not available before the action runs',
    },
  ],
  'A-17': [
    {
      given: 'a pipeline variable in a source action',
      input: pipeline({
        variables,
        stages: [
          stage('Source', { ...SOURCE, configuration: { RepositoryName: 'site', BranchName: '#{variables.v}' } }),
          stage('Build', BUILD),
        ],
      }),
      exception: ACTION,
      message: 'Source action Fetch cannot use pipeline variables',
    },
  ],
  'A-18': [
    {
      given: 'a source in another region',
      input: pipeline({
        artifactStore: undefined,
        artifactStores: {
          'us-east-1': { type: 'S3', location: 'one' },
          'eu-west-1': { type: 'S3', location: 'three' },
        },
        stages: [stage('Source', { ...SOURCE, region: 'eu-west-1' }), stage('Build', BUILD)],
      }),
      exception: ACTION,
      message: 'Cross-region actions are not supported for action Fetch',
    },
    {
      given: 'a third-party action in another region',
      input: inTwoRegions({
        ...BUILD,
        name: 'Scan',
        actionTypeId: { category: 'Invoke', owner: 'ThirdParty', provider: 'Snyk', version: '1' },
        configuration: {},
        outputArtifacts: [],
      }),
      exception: ACTION,
      message: 'Cross-region actions are not supported for action Scan',
    },
  ],
  'A-19': [
    {
      given: 'a Commands action without commands',
      input: deploying({ ...COMMANDS, commands: undefined }),
      exception: ACTION,
      message: 'Action Run must have a non-empty commands field',
    },
    {
      given: 'a command of two lines',
      input: deploying({ ...COMMANDS, commands: ['npm ci\nnpm test'] }),
      exception: ACTION,
      message: 'Action Run must have single-line entries in its commands field',
    },
    {
      given: 'an empty list of commands',
      input: deploying({ ...COMMANDS, commands: [] }),
      exception: VALIDATION,
      message: /commands' failed .* length greater than or equal to 1$/,
    },
  ],
  'A-20': [
    {
      given: 'commands on an approval',
      input: deploying({ ...APPROVAL, commands: ['ls'] }),
      exception: ACTION,
      message: 'The field commands is not supported by action Approve',
    },
    {
      given: 'a secret environment variable on a CodeBuild action',
      input: deploying({
        ...BUILD,
        outputArtifacts: [],
        environmentVariables: [{ name: 'TOKEN', value: 'secret', type: 'SECRETS_MANAGER' }],
      }),
      exception: ACTION,
      message: 'The field environmentVariables of type SECRETS_MANAGER is not supported by action Compile',
    },
    {
      given: 'output variables of a build',
      input: deploying({ ...BUILD, outputArtifacts: [], outputVariables: ['v'] }),
      exception: ACTION,
      message: 'The field outputVariables is not supported by action Compile',
    },
    {
      given: 'files of the output of a build',
      input: deploying({ ...BUILD, outputArtifacts: [{ name: 'Other', files: ['a'] }] }),
      exception: ACTION,
      message: 'The field outputArtifacts.files is not supported by action Compile',
    },
    {
      given: 'environment variables of an approval',
      input: deploying({ ...APPROVAL, environmentVariables: [{ name: 'v', value: 'x' }] }),
      exception: ACTION,
      message: 'The field environmentVariables is not supported by action Approve',
    },
  ],
  'A-21': [4, 86_401, 7.5].map((timeoutInMinutes) => ({
    given: `timeoutInMinutes ${timeoutInMinutes}`,
    input: deploying({ ...APPROVAL, timeoutInMinutes }),
    exception: VALIDATION,
    message: /timeoutInMinutes' failed to satisfy constraint: Member must/,
  })),
  'A-22, S11': [0, 1000, -1, 1.5].map((runOrder) => ({
    given: `runOrder ${runOrder}`,
    input: deploying({ ...APPROVAL, runOrder }),
    exception: VALIDATION,
    message: /'pipeline\.stages\.3\.member\.actions\.1\.member\.runOrder' failed to satisfy constraint: Member must/,
  })),
  'shape, S12': [
    {
      given: 'a role that is none',
      input: pipeline({ roleArn: 'arn:aws:iam::000000000000:user/me' }),
      exception: VALIDATION,
      message: /'pipeline\.roleArn' failed .* regular expression pattern: arn:aws/,
    },
    {
      given: 'a bucket name of two characters',
      input: pipeline({ artifactStore: { type: 'S3', location: 'ab' } }),
      exception: VALIDATION,
      message: /'pipeline\.artifactStore\.location' failed .* greater than or equal to 3$/,
    },
    {
      given: 'an artifact name with a dot',
      input: deploying({ ...BUILD, outputArtifacts: [{ name: 'a.b' }] }),
      exception: VALIDATION,
      message: /outputArtifacts\.1\.member\.name' failed .* regular expression pattern/,
    },
    {
      given: 'an execution mode that does not exist',
      input: pipeline({ executionMode: 'RANDOM' }),
      exception: VALIDATION,
      message: /'pipeline\.executionMode' failed .* enum value set: \[QUEUED, SUPERSEDED, PARALLEL\]$/,
    },
    {
      given: 'a pipeline name with a space',
      input: pipeline({ name: 'x y' }),
      exception: VALIDATION,
      message: String.raw`1 validation error detected: Value 'x y' at 'pipeline.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [A-Za-z0-9.@\-_]+`,
    },
  ],
}

describe('validatePipeline refuses', () => {
  for (const [name, cases] of Object.entries(REFUSED)) {
    for (const { given, input, exception, message, context } of cases) {
      it(`${name}: ${given}`, () => {
        const [first] = validatePipeline(input, context ?? CONTEXT)
        assert.ok(first?.rule === 'shape' || name.split(', ').includes(first?.rule ?? ''), `it breaks ${first?.rule}`)
        const error = check(input, context)
        assert.ok(error !== undefined, 'nothing is wrong with it')
        if (typeof message === 'string') assert.equal(error.message, message)
        else assert.match(error.message, message)
        assert.equal(error.exception, exception)
      })
    }
  }
})

const previous = normalisePipeline(pipeline({ stages: [stage('Source', GITHUB), stage('Build', BUILD)] }), {
  version: 1,
})
const masked = { ...GITHUB, configuration: { ...(GITHUB['configuration'] as Json), OAuthToken: '****' } }

const ACCEPTED: readonly (readonly [string, Json, ValidationContext?])[] = [
  ['a source and a build stage', pipeline()],
  ['S04: the same action name in two stages', deploying({ ...APPROVAL, name: 'Compile' })],
  [
    'S05: an artifact of an action with a smaller runOrder',
    pipeline({
      stages: [
        stage('Source', SOURCE),
        stage('Build', BUILD, {
          ...BUILD,
          name: 'Test',
          runOrder: 2,
          inputArtifacts: [{ name: 'Site' }],
          outputArtifacts: [],
        }),
      ],
    }),
  ],
  ['S11: runOrder 999', deploying({ ...APPROVAL, runOrder: 999 })],
  ['S14: V2-only members without a pipelineType', { ...deploying(COMMANDS), executionMode: 'QUEUED', variables }],
  ['S16: SKIP with a variable check', conditioned({ beforeEntry: fails('SKIP', CHECK) })],
  [
    'S20: a masked secret of an action that exists',
    pipeline({ stages: [stage('Source', masked), stage('Build', BUILD)] }),
    { ...CONTEXT, previous },
  ],
  ['A-07: an artifact consumed twice', deploying(uses('a', { inputArtifacts: [{ name: 'Source' }] }))],
  [
    'A-10: long values where the operator allows them',
    deploying({ ...APPROVAL, configuration: { CustomData: 'x'.repeat(1001) } }),
    { ...CONTEXT, configurationValueLimit: 50_000 },
  ],
  ['A-15: the namespace variables without pipeline variables', deploying({ ...APPROVAL, namespace: 'variables' })],
  ['A-16: text that only looks like a reference', deploying(uses('#{no reference} #{x} ${y.z}'))],
  [
    'A-16: variables of an earlier stage, of the pipeline and of the execution',
    {
      ...pipeline({
        stages: [
          stage('Source', { ...SOURCE, namespace: 'S' }),
          stage('Build', uses('#{S.CommitId}#{variables.v}#{codepipeline.PipelineExecutionId}')),
        ],
      }),
      variables,
    },
  ],
  ['A-21: timeoutInMinutes on any action', deploying({ ...APPROVAL, timeoutInMinutes: 5 })],
  ['S-10: a condition on the first stage', conditioned({ beforeEntry: fails('FAIL', CHECK) }, 'Source')],
  [
    'S-12: a rule that looks at what its stage has built',
    conditioned({
      onSuccess: fails('FAIL', rule('CodeBuild', { ProjectName: 'p' }, { inputArtifacts: [{ name: 'Site' }] })),
    }),
  ],
  ['S-13: a rule that reads what its stage has put out', withBuildNamespace('onSuccess')],
  ['S-13: a rule that reads what its failed stage may have put out', withBuildNamespace('onFailure')],
  [
    'S-13, S-10: an entry rule of the first stage that reads a pipeline variable',
    {
      ...conditioned({ beforeEntry: fails('FAIL', { ...CHECK, configuration: checks('#{variables.v}') }) }, 'Source'),
      variables,
    },
  ],
  ['P-17, P-18: one trigger for a connection', connected({ triggers: [trigger('Fetch')] })],
]

describe('validatePipeline accepts', () => {
  for (const [name, input, context] of ACCEPTED) {
    it(name, () => assert.deepEqual(validatePipeline(input, context ?? CONTEXT), []))
  }
})

describe('validatePipeline', () => {
  it('names all problems at once, those of higher precedence first', () => {
    const input = pipeline({
      name: 'x y',
      executionMode: 'QUEUED',
      pipelineType: 'V1',
      stages: [stage('Source', SOURCE), stage('Build', { ...BUILD, configuration: {} }), stage('Build')],
    })
    const rules = validatePipeline(input, CONTEXT).map(({ rule }) => rule)
    assert.deepEqual(rules, ['shape', 'P-05', 'P-14', 'S-01', 'A-09'])
  })

  it('says where each problem stands', () => {
    const [problem] = validatePipeline(deploying(APPROVAL, APPROVAL), CONTEXT)
    assert.deepEqual(problem?.path, ['pipeline', 'stages', 2, 'actions', 1, 'name'])
  })

  it('puts all shape violations into one message', () => {
    const error = check(pipeline({ name: '', roleArn: 'me' }))
    assert.match(error?.message ?? '', /^3 validation errors detected: Value '' at 'pipeline\.name' .*; Value 'me' at/)
  })

  it('leaves out the checks whose values cannot be known', () => {
    const unknown = (text: string) => new Opaque(text)
    const input = pipeline({
      name: unknown('name'),
      roleArn: unknown('role'),
      stages: [
        stage('Source', { ...SOURCE, outputArtifacts: [{ name: unknown('a') }] }),
        stage('Build', { ...BUILD, configuration: unknown('map') }),
        stage('Deploy', uses('#{N.k}', { namespace: unknown('n'), inputArtifacts: unknown('list') })),
        unknown('stage') as unknown as Json,
      ],
    })
    assert.deepEqual(
      validatePipeline(input, { actionTypes: () => 'unknown' }).map(({ rule }) => rule),
      [],
    )
  })

  it('still compares unknown values that are the same expression', () => {
    const name = new Opaque('{"Ref":"Stage"}')
    const input = pipeline({
      stages: [stage('Source', SOURCE), { ...stage('', BUILD), name }, { ...stage('', APPROVAL), name }],
    })
    assert.deepEqual(
      validatePipeline(input, CONTEXT).map(({ rule }) => rule),
      ['P-05'],
    )
  })

  it('never throws, whatever is sent', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        validatePipeline(value, CONTEXT)
      }),
    )
  })

  it('never throws on something that nearly is a pipeline', () => {
    const junk = fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.constantFrom('****', 'V1', '#{a.b}', '__proto__'))
    const action = fc.record(
      Object.fromEntries(
        ['name', 'actionTypeId', 'configuration', 'inputArtifacts', 'outputArtifacts', 'namespace', 'commands'].map(
          (key) => [key, fc.oneof(junk, fc.array(junk), fc.constant(BUILD[key]))],
        ),
      ),
    )
    const stages = fc.array(
      fc.record({
        name: junk,
        actions: fc.oneof(junk, fc.array(action)),
        onSuccess: junk,
        onFailure: fc.constant({ conditions: [{ rules: [1] }] }),
      }),
    )
    fc.assert(
      fc.property(fc.record({ name: junk, stages, triggers: fc.array(junk), variables: fc.array(junk) }), (value) => {
        validatePipeline(value, { ...CONTEXT, previous })
      }),
      { numRuns: 300 },
    )
  })
})

describe('the rules of the specification', () => {
  /** What validation itself decides; P-01 and P-02 need the store, P-30 and P-31 the roles (`role-trust.ts`), A-24 the run. */
  const RULES = [
    'P-03 P-04 P-05 P-06 P-07 P-09 P-10 P-11 P-12 P-13 P-14 P-15 P-16 P-17 P-18 P-19 P-20 P-21',
    'S-01 S-02 S-03 S-04 S-05 S-06 S-07 S-08 S-09 S-11 S-12 S-13',
    'A-01 A-02 A-03 A-04 A-05 A-06 A-08 A-09 A-10 A-11 A-12 A-13 A-14 A-15 A-16 A-17 A-18 A-19 A-20 A-21 A-22 A-23',
  ].flatMap((group) => group.split(' '))

  it('each have a violation above', () => {
    const tried = new Set(Object.keys(REFUSED).flatMap((name) => name.split(', ')))
    assert.deepEqual(
      RULES.filter((rule) => !tried.has(rule)),
      [],
    )
  })
})
