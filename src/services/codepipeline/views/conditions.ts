/** Stage conditions as GetPipelineState, ListRuleExecutions and ListRuleTypes show them (`spec` 3.2 to 3.5). */
import type {
  RuleExecutionDetail,
  RuleState,
  RuleType as ApiRuleType,
  StageConditionState,
} from '@aws-sdk/client-codepipeline'
import type { RuleType } from '../../../core/catalog/rule-types.ts'
import type { ConditionExecution, RuleExecution, StageExecution } from '../../../core/execution/execution.ts'

/** @param entered the stage as its latest execution has it; conditions that were not evaluated there have no state */
export function conditionStates({ conditions = {} }: Pick<StageExecution, 'conditions'>) {
  const { beforeEntry, onSuccess, onFailure } = conditions
  return {
    ...(beforeEntry && { beforeEntryConditionState: conditionState(beforeEntry) }),
    ...(onSuccess && { onSuccessConditionState: conditionState(onSuccess) }),
    ...(onFailure && { onFailureConditionState: conditionState(onFailure) }),
  }
}

function conditionState({ status, summary, changedAt, rules }: ConditionExecution): StageConditionState {
  const execution = { status, ...(summary !== undefined && { summary }) }
  return {
    latestExecution: execution,
    conditionStates: [
      {
        latestExecution: { ...execution, lastStatusChange: new Date(changedAt) },
        ruleStates: Object.values(rules).map(ruleState),
      },
    ],
  }
}

const ruleState = (run: RuleExecution): RuleState => ({
  ruleName: run.rule,
  latestExecution: {
    ruleExecutionId: run.id,
    status: run.status,
    ...(run.summary !== undefined && { summary: run.summary }),
    lastStatusChange: new Date(run.updatedAt),
    ...(run.updatedBy !== undefined && { lastUpdatedBy: run.updatedBy }),
    ...external(run),
    ...(run.error && { errorDetails: { ...run.error } }),
  },
})

export const ruleExecutionDetail = (run: RuleExecution): RuleExecutionDetail => ({
  pipelineExecutionId: run.executionId,
  ruleExecutionId: run.id,
  pipelineVersion: run.pipelineVersion,
  stageName: run.stage,
  ruleName: run.rule,
  startTime: new Date(run.startedAt),
  lastUpdateTime: new Date(run.updatedAt),
  ...(run.updatedBy !== undefined && { updatedBy: run.updatedBy }),
  status: run.status,
  input: {
    ruleTypeId: run.typeId,
    configuration: run.configuration,
    resolvedConfiguration: run.resolvedConfiguration,
    ...(run.roleArn !== undefined && { roleArn: run.roleArn }),
    region: run.region,
    inputArtifacts: run.inputArtifacts.map(({ name, bucket, key }) => ({ name, s3location: { bucket, key } })),
  },
  output: {
    executionResult: {
      ...external(run),
      ...(run.summary !== undefined && { externalExecutionSummary: run.summary }),
      ...(run.error && { errorDetails: { ...run.error } }),
    },
  },
})

const external = ({ externalExecutionId, externalExecutionUrl }: RuleExecution) => ({
  ...(externalExecutionId !== undefined && { externalExecutionId }),
  ...(externalExecutionUrl !== undefined && { externalExecutionUrl }),
})

/** At most ten properties, because the shape of the list allows no more. */
export const ruleTypeView = ({ category, owner, provider, version, configuration, inputs }: RuleType): ApiRuleType => ({
  id: { category, owner, provider, version },
  ruleConfigurationProperties: configuration
    .slice(0, 10)
    .map(({ name, required, key, secret, queryable, description, type }) => ({
      name,
      required,
      key,
      secret,
      queryable,
      type,
      ...(description !== undefined && { description }),
    })),
  inputArtifactDetails: { minimumCount: inputs[0], maximumCount: inputs[1] },
})
