/**
 * Quotas of the service. Soft ones are the defaults of Pipewright's own configuration.
 *
 * Source: CodePipeline user guide, "Quotas in AWS CodePipeline"; specification, "Quotas".
 */
export const QUOTAS = {
  pipelinesPerRegion: 1000,
  pollingPipelinesPerRegion: 300,
  webhooksPerRegion: 300,
  customActionTypesPerRegion: 50,
  stagesPerPipeline: { min: 2, max: 50 },
  actionsPerStage: { min: 1, max: 50 },
  actionsPerPipeline: 1000,
  /** QUEUED and PARALLEL mode; waiting executions included */
  concurrentExecutionsPerPipeline: 50,
  concurrentActionRunsPerParallelExecution: 5,
  executionHistoryMonths: 12,
  actionConfigurationKeyLength: 50,
  actionConfigurationValueLength: 1000,
  /** the largest value an operator may configure instead of the 1000 above */
  actionConfigurationValueLengthCeiling: 50_000,
  ruleConfigurationValueLength: 10_000,
  queryableValueLength: 20,
  rulesPerCondition: 5,
  conditionsPerType: 1,
  outputVariablesBytesPerAction: 122_880,
  resolvedConfigurationBytesPerAction: 100 * 1024,
  pipelineVariables: 50,
  triggersPerPipeline: 50,
  triggersBytes: 200 * 1024,
  sourceRevisionOverridesPerStart: 50,
  tagsPerResource: 50,
  imageDefinitionsBytes: 100 * 1024,
  parameterOverridesBytes: 1024,
} as const
