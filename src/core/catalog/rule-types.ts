/**
 * All rule types of stage conditions. Read by validation, ListRuleTypes and the engine's timeouts.
 *
 * Source: CodePipeline user guide, rule structure reference.
 */
import { optional, required, type ConfigurationProperty, type Range } from './action-type.ts'
import { CODEBUILD_PROPERTIES } from './action-types/builds.ts'
import { LAMBDA_INVOKE_PROPERTIES } from './action-types/invokes.ts'

export interface RuleType {
  readonly category: 'Rule'
  readonly owner: 'AWS'
  readonly provider: string
  readonly version: '1'
  readonly inputs: Range
  readonly configuration: readonly ConfigurationProperty[]
  /** takes `commands` beside its configuration, and needs them */
  readonly commands: boolean
  /** may be used with the SKIP result */
  readonly maySkip: boolean
  /** the rule's own `timeoutInMinutes` replaces it */
  readonly timeoutMinutes: number
}

const rule = (type: Pick<RuleType, 'provider' | 'inputs' | 'configuration'> & Partial<RuleType>): RuleType => ({
  category: 'Rule',
  owner: 'AWS',
  version: '1',
  commands: false,
  maySkip: false,
  timeoutMinutes: 60,
  ...type,
})

export const RULE_TYPES: readonly RuleType[] = [
  rule({
    provider: 'CloudWatchAlarm',
    inputs: [0, 0],
    configuration: [
      required('AlarmName', 'Alarm to look at'),
      optional('AlarmStates', 'Comma-separated bad states; ALARM when absent'),
      optional('WaitTime', 'Minutes to wait for the alarm to leave a bad state', { type: 'Number' }),
    ],
  }),
  rule({ provider: 'CodeBuild', inputs: [1, 5], configuration: CODEBUILD_PROPERTIES }),
  rule({ provider: 'Commands', inputs: [1, 10], configuration: [], commands: true, timeoutMinutes: 55 }),
  rule({
    provider: 'DeploymentWindow',
    inputs: [0, 0],
    configuration: [
      required('Cron', 'Quartz expression of the times that are open'),
      optional('TimeZone', 'Zone of the expression; UTC when absent'),
    ],
  }),
  rule({ provider: 'LambdaInvoke', inputs: [0, 5], configuration: LAMBDA_INVOKE_PROPERTIES, maySkip: true }),
  rule({
    provider: 'VariableCheck',
    inputs: [0, 0],
    configuration: [
      required('Variable', 'Variable reference to test'),
      required('Value', 'Text to compare with'),
      required('Operator', 'How to compare', { values: ['EQ', 'NE', 'CONTAINS', 'MATCHES'] }),
    ],
    maySkip: true,
  }),
]

const byProvider = new Map(RULE_TYPES.map((type) => [type.provider, type]))

/** @param id category and owner are the only ones there are; the version may be left out */
export const findRuleType = (id: { readonly provider: string; readonly version?: string }): RuleType | undefined =>
  id.version === undefined || id.version === '1' ? byProvider.get(id.provider) : undefined
