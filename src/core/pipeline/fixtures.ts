/** Declarations for tests: small, valid, and changed in one place by the test that needs it. */

export type Json = Record<string, unknown>

export const SOURCE: Json = {
  name: 'Fetch',
  actionTypeId: { category: 'Source', owner: 'AWS', provider: 'CodeCommit', version: '1' },
  configuration: { RepositoryName: 'site', BranchName: 'main' },
  outputArtifacts: [{ name: 'Source' }],
}

export const BUILD: Json = {
  name: 'Compile',
  actionTypeId: { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' },
  configuration: { ProjectName: 'site' },
  inputArtifacts: [{ name: 'Source' }],
  outputArtifacts: [{ name: 'Site' }],
}

export const APPROVAL: Json = {
  name: 'Approve',
  actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' },
}

export const COMMANDS: Json = {
  name: 'Run',
  actionTypeId: { category: 'Compute', owner: 'AWS', provider: 'Commands', version: '1' },
  commands: ['npm test'],
  inputArtifacts: [{ name: 'Source' }],
}

export const CONNECTION: Json = {
  ...SOURCE,
  actionTypeId: { category: 'Source', owner: 'AWS', provider: 'CodeStarSourceConnection', version: '1' },
  configuration: {
    ConnectionArn: 'arn:aws:codeconnections:us-east-1:000000000000:connection/aEXAMPLE',
    FullRepositoryId: 'owner/site',
    BranchName: 'main',
  },
}

export const GITHUB: Json = {
  ...SOURCE,
  actionTypeId: { category: 'Source', owner: 'ThirdParty', provider: 'GitHub', version: '1' },
  configuration: { Owner: 'owner', Repo: 'site', Branch: 'main', OAuthToken: 'clear' },
}

export const stage = (name: string, ...actions: readonly Json[]): Json => ({ name, actions })

/** Source → Build, valid, as a caller would send it. */
export const pipeline = (change: Json = {}): Json => ({
  name: 'site',
  roleArn: 'arn:aws:iam::000000000000:role/pipeline',
  artifactStore: { type: 'S3', location: 'artifacts' },
  stages: [stage('Source', SOURCE), stage('Build', BUILD)],
  ...change,
})

/** Source → Build → Deploy, with these actions in the last stage. */
export const deploying = (...actions: readonly Json[]): Json =>
  pipeline({ stages: [stage('Source', SOURCE), stage('Build', BUILD), stage('Deploy', ...actions)] })

export const rule = (provider: string, configuration: Json, more: Json = {}): Json => ({
  name: provider,
  ruleTypeId: { category: 'Rule', owner: 'AWS', provider, version: '1' },
  configuration,
  ...more,
})

export const ALARM = rule('CloudWatchAlarm', { AlarmName: 'errors' })
export const CHECK = rule('VariableCheck', {
  Variable: '#{codepipeline.PipelineExecutionId}',
  Value: 'x',
  Operator: 'NE',
})

/** Source → Build with these conditions on one of the stages. */
export const conditioned = (conditions: Json, where: 'Source' | 'Build' = 'Build'): Json =>
  pipeline({
    stages: [
      { ...stage('Source', SOURCE), ...(where === 'Source' ? conditions : {}) },
      { ...stage('Build', BUILD), ...(where === 'Build' ? conditions : {}) },
    ],
  })
