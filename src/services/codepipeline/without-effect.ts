/**
 * What callers may send although nothing happens by it: `stored` comes back in answers, `ignored` does not. Everything that is
 * not here is read. docs/reference/coverage.md prints this table.
 */
export interface WithoutEffect {
  readonly operations: readonly string[]
  /** path in the input; `[]` stands for the items of a list */
  readonly member: string
  readonly is: 'stored' | 'ignored'
  readonly why: string
}

const DECLARED = ['CreatePipeline', 'UpdatePipeline']

export const WITHOUT_EFFECT: readonly WithoutEffect[] = [
  { operations: DECLARED, member: 'pipeline.version', is: 'ignored', why: 'versions are counted by the service' },
  { operations: DECLARED, member: 'pipeline.triggers', is: 'stored', why: 'git triggers do not start pipelines yet' },
  {
    operations: DECLARED,
    member: 'pipeline.stages[].blockers',
    is: 'stored',
    why: 'reserved, by AWS too',
  },
  { operations: DECLARED, member: 'pipeline.variables[].description', is: 'stored', why: 'for consoles' },
  {
    operations: ['CreateCustomActionType'],
    member: 'configurationProperties[].key',
    is: 'stored',
    why: 'for consoles',
  },
  {
    operations: ['CreateCustomActionType'],
    member: 'configurationProperties[].description',
    is: 'stored',
    why: 'for consoles',
  },
  {
    operations: ['CreateCustomActionType'],
    member: 'configurationProperties[].type',
    is: 'stored',
    why: 'values are texts and are not checked against it',
  },
  {
    operations: ['CreateCustomActionType'],
    member: 'settings.thirdPartyConfigurationUrl',
    is: 'stored',
    why: 'for consoles',
  },
  {
    operations: ['UpdateActionType'],
    member: 'actionType.description',
    is: 'stored',
    why: 'for consoles',
  },
  { operations: ['UpdateActionType'], member: 'actionType.properties[].key', is: 'stored', why: 'for consoles' },
  {
    operations: ['UpdateActionType'],
    member: 'actionType.properties[].description',
    is: 'stored',
    why: 'for consoles',
  },
  {
    operations: ['UpdateActionType'],
    member: 'actionType.executor.policyStatementsTemplate',
    is: 'stored',
    why: 'policies are not enforced yet',
  },
  {
    operations: ['UpdateActionType'],
    member: 'actionType.executor.jobTimeout',
    is: 'stored',
    why: 'the timeout of the action counts',
  },
  {
    operations: ['UpdateActionType'],
    member: 'actionType.executor.configuration.jobWorkerExecutorConfiguration.pollingServicePrincipals',
    is: 'stored',
    why: 'there are no service principals; polling accounts count',
  },
  {
    operations: ['UpdateActionType'],
    member: 'actionType.urls.configurationUrl',
    is: 'stored',
    why: 'for consoles',
  },
  {
    operations: ['PutActionRevision'],
    member: 'actionRevision.revisionChangeId',
    is: 'ignored',
    why: 'a revision is known by its id',
  },
  {
    operations: ['PutActionRevision'],
    member: 'actionRevision.created',
    is: 'ignored',
    why: 'the source action says it',
  },
  {
    operations: ['ListTagsForResource'],
    member: 'maxResults',
    is: 'ignored',
    why: 'there is one page, as in AWS',
  },
  {
    operations: ['ListDeployActionExecutionTargets'],
    member: 'filters',
    is: 'ignored',
    why: 'no action here has targets',
  },
  {
    operations: ['ListDeployActionExecutionTargets'],
    member: 'maxResults',
    is: 'ignored',
    why: 'no action here has targets',
  },
]
