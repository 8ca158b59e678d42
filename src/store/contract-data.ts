/** Pipelines for tests of stores: every detail that a test does not mention. */
import type {
  ActionExecution,
  PipelineExecution,
  PipelineKey,
  PipelineState,
  RuleExecution,
} from '../core/execution/execution.ts'

export const KEY: PipelineKey = { account: '111111111111', region: 'eu-west-1', name: 'site' }

export const aState = (more: Partial<PipelineState> = {}): PipelineState => ({
  key: KEY,
  declaration: DECLARATION,
  version: 1,
  createdAt: 1,
  updatedAt: 1,
  nextAge: 1,
  transitions: {},
  stages: { Build: { waiting: [] } },
  executions: {},
  latestActions: {},
  olderVersions: {},
  seenRevisions: {},
  startTokens: {},
  ...more,
})

const DECLARATION: PipelineState['declaration'] = {
  name: 'site',
  roleArn: 'arn:aws:iam::111111111111:role/pipeline',
  artifactStore: { type: 'S3', location: 'artifacts' },
  stages: [],
  version: 1,
  executionMode: 'QUEUED',
  pipelineType: 'V2',
}

export const anExecution = (id: string, more: Partial<PipelineExecution> = {}): PipelineExecution => ({
  id,
  age: 1,
  pipelineVersion: 1,
  mode: 'QUEUED',
  type: 'STANDARD',
  status: 'InProgress',
  trigger: { type: 'StartPipelineExecution' },
  variables: {},
  sourceRevisions: [],
  startedAt: 1,
  updatedAt: 1,
  attempt: 1,
  stages: {},
  artifacts: {},
  artifactRevisions: [],
  outputs: {},
  ...more,
})

export const anAction = (id: string, executionId: string, more: Partial<ActionExecution> = {}): ActionExecution => ({
  id,
  executionId,
  pipelineVersion: 1,
  stage: 'Build',
  action: 'Unit',
  typeId: { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' },
  region: 'eu-west-1',
  status: 'InProgress',
  startedAt: 1,
  updatedAt: 1,
  configuration: { ProjectName: 'unit-tests' },
  resolvedConfiguration: { ProjectName: 'unit-tests' },
  inputArtifacts: [{ name: 'Source', bucket: 'artifacts', key: 'site/Source/abcdefg' }],
  outputArtifacts: [],
  ...more,
})

export const aRule = (id: string, executionId: string, more: Partial<RuleExecution> = {}): RuleExecution => ({
  id,
  executionId,
  pipelineVersion: 1,
  stage: 'Build',
  condition: 'onSuccess',
  rule: 'Check',
  typeId: { category: 'Rule', owner: 'AWS', provider: 'VariableCheck', version: '1' },
  region: 'eu-west-1',
  status: 'InProgress',
  startedAt: 1,
  updatedAt: 1,
  configuration: {},
  resolvedConfiguration: {},
  inputArtifacts: [],
  ...more,
})
