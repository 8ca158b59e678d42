import { CodeBuildClient, CreateProjectCommand } from '@aws-sdk/client-codebuild'
import { CodeCommitClient, CreateRepositoryCommand } from '@aws-sdk/client-codecommit'
import { CodePipelineClient, CreatePipelineCommand, ListPipelineExecutionsCommand } from '@aws-sdk/client-codepipeline'
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3'
import { followEvents } from '../../src/cli/live.ts'
import type { CrashServer } from './server-process.ts'

export const PIPELINE = 'crash'
export const REPOSITORY = 'crash'
export const PROJECTS = ['crash-build', 'crash-test']
export const SITE_BUCKET = 'crash-site'
export const DEPLOYED_KEY = 'index.html'
const SOURCE = { RepositoryName: REPOSITORY, BranchName: 'main' }
const ARTIFACT_BUCKET = 'crash-artifacts'

/** by name */
export const ACTIONS = ['Build', 'Checkout', 'Publish', 'Site', 'Test']
export const RULES = ['Known']

const action = (
  name: string,
  category: string,
  provider: string,
  configuration: Record<string, string>,
  artifacts: { in?: string; out?: string } = {},
) => ({
  name,
  actionTypeId: { category, owner: 'AWS', provider, version: '1' } as never,
  configuration,
  inputArtifacts: artifacts.in === undefined ? [] : [{ name: artifacts.in }],
  outputArtifacts: artifacts.out === undefined ? [] : [{ name: artifacts.out }],
})

/** The pipeline and all it needs; its first execution, which finds an empty repository, is over when this resolves. */
export async function preparePipeline({ client, url }: CrashServer): Promise<void> {
  const s3 = new S3Client({ ...client, forcePathStyle: true })
  const codebuild = new CodeBuildClient(client)
  const codepipeline = new CodePipelineClient(client)
  for (const Bucket of [ARTIFACT_BUCKET, SITE_BUCKET]) {
    await s3.send(new CreateBucketCommand({ Bucket }))
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
  }
  await new CodeCommitClient(client).send(new CreateRepositoryCommand({ repositoryName: REPOSITORY }))
  for (const name of PROJECTS) {
    await codebuild.send(
      new CreateProjectCommand({
        name,
        source: { type: 'CODEPIPELINE' },
        artifacts: { type: 'CODEPIPELINE' },
        environment: {
          type: 'LINUX_CONTAINER',
          image: 'aws/codebuild/standard:7.0',
          computeType: 'BUILD_GENERAL1_SMALL',
        },
        serviceRole: 'arn:aws:iam::000000000000:role/build',
      }),
    )
  }
  const stop = new AbortController()
  const events = await followEvents({ ...client, endpoint: url }, PIPELINE, stop.signal)
  await codepipeline.send(
    new CreatePipelineCommand({
      pipeline: {
        name: PIPELINE,
        roleArn: 'arn:aws:iam::000000000000:role/pipeline',
        artifactStore: { type: 'S3', location: ARTIFACT_BUCKET },
        pipelineType: 'V2',
        stages: [
          {
            name: 'Source',
            actions: [
              {
                ...action('Checkout', 'Source', 'CodeCommit', SOURCE, { out: 'Code' }),
                namespace: 'Source',
              },
            ],
          },
          {
            name: 'Build',
            beforeEntry: {
              conditions: [
                {
                  result: 'FAIL',
                  rules: [
                    {
                      name: 'Known',
                      ruleTypeId: { category: 'Rule', owner: 'AWS', provider: 'VariableCheck', version: '1' },
                      configuration: { Variable: '#{Source.BranchName}', Operator: 'EQ', Value: 'main' },
                    },
                  ],
                },
              ],
            },
            actions: [
              action('Build', 'Build', 'CodeBuild', { ProjectName: 'crash-build' }, { in: 'Code', out: 'Site' }),
              action('Test', 'Test', 'CodeBuild', { ProjectName: 'crash-test' }, { in: 'Code' }),
              { ...action('Publish', 'Approval', 'Manual', {}), runOrder: 2 },
            ],
          },
          {
            name: 'Deploy',
            actions: [action('Site', 'Deploy', 'S3', { BucketName: SITE_BUCKET, Extract: 'true' }, { in: 'Site' })],
          },
        ],
      },
    }),
  )
  const isOver = async (): Promise<boolean> => {
    const { pipelineExecutionSummaries = [] } = await codepipeline.send(
      new ListPipelineExecutionsCommand({ pipelineName: PIPELINE }),
    )
    return pipelineExecutionSummaries[0]?.status === 'Failed'
  }
  if (!(await isOver())) for await (const _ of events) if (await isOver()) break
  stop.abort()
}
