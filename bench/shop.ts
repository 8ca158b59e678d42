/** The pipeline that the benchmarks of the engine run: source, build, test, deploy, a stage each. */
import type { ExecutionMode, PipelineKey } from '../src/core/execution/execution.ts'
import type { ActionDeclaration, PipelineDeclaration } from '../src/core/pipeline/declaration.ts'

export const USER = 'arn:aws:iam::000000000000:user/bench'

export const shopKey = (name: string): PipelineKey => ({ account: '000000000000', region: 'eu-west-1', name })

export const shop = (name: string, executionMode: ExecutionMode = 'QUEUED'): PipelineDeclaration => ({
  name,
  roleArn: 'arn:aws:iam::000000000000:role/pipeline',
  artifactStore: { type: 'S3', location: 'artifacts' },
  stages: SHOP_ACTIONS.map((action) => ({ name: `${action.name}Stage`, actions: [action] })),
  version: 1,
  executionMode,
  pipelineType: 'V2',
})

export const SHOP_ACTIONS: readonly ActionDeclaration[] = (
  [
    ['Fetch', 'Source', 'CodeCommit'],
    ['Compile', 'Build', 'CodeBuild'],
    ['Check', 'Test', 'CodeBuild'],
    ['Ship', 'Deploy', 'S3'],
  ] as const
).map(([name, category, provider], index, all) => ({
  name,
  actionTypeId: { category, owner: 'AWS', provider, version: '1' },
  runOrder: 1,
  configuration: { ProjectName: 'shop', BucketName: 'shop-site', Extract: 'true' },
  inputArtifacts: index === 0 ? [] : [{ name: `${all[index - 1]?.[0]}Output` }],
  outputArtifacts: [{ name: `${name}Output` }],
}))

/** of one execution: the request, and the end of each action */
export const EVENTS_PER_EXECUTION = 1 + SHOP_ACTIONS.length
