import { CodeBuildClient, CreateProjectCommand } from '@aws-sdk/client-codebuild'
import { CodeCommitClient, CreateRepositoryCommand, GetRepositoryCommand } from '@aws-sdk/client-codecommit'
import {
  CodePipelineClient,
  CreatePipelineCommand,
  GetPipelineCommand,
  type PipelineDeclaration,
} from '@aws-sdk/client-codepipeline'
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { CreateBucketCommand, PutBucketVersioningCommand, PutBucketWebsiteCommand, S3Client } from '@aws-sdk/client-s3'
import { readFile } from 'node:fs/promises'
import type { ListrTask } from 'listr2'
import type { Connection } from '../../src/cli/connection.ts'

export const PIPELINE = 'hello-site'
export const REPOSITORY = 'hello-site'
export const SITE_BUCKET = 'hello-site-web'
const ARTIFACT_BUCKET = 'hello-site-artifacts'
const BUILD_ROLE = 'hello-site-build'
const PIPELINE_ROLE = 'hello-site-pipeline'

/** project name -> buildspec in the repository */
const PROJECTS = {
  'hello-site-build': 'buildspec.yml',
  'hello-site-lint': 'buildspec-lint.yml',
  'hello-site-test': 'buildspec-test.yml',
}

/** What a person would type with the AWS CLI, as tasks; each leaves alone what is there already. */
export const setUp = (connection: Connection): ListrTask[] => [
  { title: 'Buckets for artifacts and for the site', task: () => buckets(connection) },
  { title: 'Roles', task: () => roles(connection) },
  { title: 'A git repository', task: () => repository(connection) },
  { title: 'Build projects: build, lint, test', task: () => projects(connection) },
  { title: 'The pipeline: Source, Build, Test, Approve, Deploy', task: () => pipeline(connection) },
]

async function buckets(connection: Connection): Promise<void> {
  const s3 = new S3Client({ ...connection, forcePathStyle: true })
  for (const Bucket of [ARTIFACT_BUCKET, SITE_BUCKET]) {
    await s3.send(new CreateBucketCommand({ Bucket }))
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
  }
  const WebsiteConfiguration = { IndexDocument: { Suffix: 'index.html' } }
  await s3.send(new PutBucketWebsiteCommand({ Bucket: SITE_BUCKET, WebsiteConfiguration }))
}

async function roles(connection: Connection): Promise<void> {
  const iam = new IAMClient(connection)
  const services = { [PIPELINE_ROLE]: 'codepipeline.amazonaws.com', [BUILD_ROLE]: 'codebuild.amazonaws.com' }
  for (const [RoleName, Service] of Object.entries(services)) {
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
    })
    await unless('EntityAlreadyExistsException', () =>
      iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument })),
    )
  }
}

async function repository(connection: Connection): Promise<void> {
  const codecommit = new CodeCommitClient(connection)
  await unless('RepositoryNameExistsException', () =>
    codecommit.send(
      new CreateRepositoryCommand({ repositoryName: REPOSITORY, repositoryDescription: 'A small web site' }),
    ),
  )
  await codecommit.send(new GetRepositoryCommand({ repositoryName: REPOSITORY }))
}

async function projects(connection: Connection): Promise<void> {
  const codebuild = new CodeBuildClient(connection)
  for (const [name, buildspec] of Object.entries(PROJECTS)) {
    await unless('ResourceAlreadyExistsException', () =>
      codebuild.send(
        new CreateProjectCommand({
          name,
          source: { type: 'CODEPIPELINE', buildspec },
          artifacts: { type: 'CODEPIPELINE' },
          environment: {
            type: 'LINUX_CONTAINER',
            image: 'aws/codebuild/standard:7.0',
            computeType: 'BUILD_GENERAL1_SMALL',
          },
          serviceRole: `arn:aws:iam::000000000000:role/${BUILD_ROLE}`,
        }),
      ),
    )
  }
}

/**
 * Creating a pipeline starts it, as on AWS; here nothing is in the repository yet, so that first execution ends at once with
 * "the branch does not exist". The push that follows starts the one to look at.
 */
async function pipeline(connection: Connection): Promise<void> {
  const codepipeline = new CodePipelineClient(connection)
  const file = await readFile(new URL('pipeline.json', import.meta.url), 'utf8')
  const { pipeline } = JSON.parse(file) as { pipeline: PipelineDeclaration }
  const exists = await codepipeline.send(new GetPipelineCommand({ name: PIPELINE })).then(
    () => true,
    (error: Error) => {
      if (error.name !== 'PipelineNotFoundException') throw error
      return false
    },
  )
  if (!exists) await codepipeline.send(new CreatePipelineCommand({ pipeline }))
}

async function unless(name: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if ((error as Error).name !== name) throw error
  }
}
