/** What the benchmarks of whole pipelines need on a server: a repository with one commit, a build project, buckets, a pipeline. */
import { CodeBuildClient, CreateProjectCommand } from '@aws-sdk/client-codebuild'
import { CodeCommitClient, CreateRepositoryCommand } from '@aws-sdk/client-codecommit'
import {
  CodePipelineClient,
  CreatePipelineCommand,
  type ActionDeclaration,
  type PipelineDeclaration,
} from '@aws-sdk/client-codepipeline'
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3'
import { followEvents } from '../src/cli/live.ts'
import type { Connection } from '../src/cli/connection.ts'
import { gitIn, type Git } from './git.ts'

export const REPOSITORY = 'bench'
export const SITE_BUCKET = 'bench-site'
const ARTIFACT_BUCKET = 'bench-artifacts'
const ROLE = 'bench'

const roleArn = `arn:aws:iam::000000000000:role/${ROLE}`

/** Buckets, a role, a repository whose clone (in `folder`) has one commit on main that is not pushed yet. */
export async function setUp(connection: Connection, folder: string): Promise<Git> {
  const s3 = new S3Client({ ...connection, forcePathStyle: true })
  for (const Bucket of [ARTIFACT_BUCKET, SITE_BUCKET]) {
    await s3.send(new CreateBucketCommand({ Bucket }))
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
  }
  const Principal = { Service: ['codepipeline.amazonaws.com', 'codebuild.amazonaws.com'] }
  const Statement = [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }]
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  await new IAMClient(connection).send(new CreateRoleCommand({ RoleName: ROLE, AssumeRolePolicyDocument }))
  const { repositoryMetadata } = await new CodeCommitClient(connection).send(
    new CreateRepositoryCommand({ repositoryName: REPOSITORY }),
  )
  const git = gitIn(folder, connection)
  await git('init', '--quiet', '-b', 'main')
  await git('remote', 'add', 'origin', repositoryMetadata?.cloneUrlHttp ?? '')
  await git.commit('<h1>Hello</h1>\n')
  return git
}

export async function createProject(connection: Connection, name: string, command: string): Promise<void> {
  await new CodeBuildClient(connection).send(
    new CreateProjectCommand({
      name,
      source: {
        type: 'CODEPIPELINE',
        buildspec: `version: 0.2\nphases:\n  build:\n    commands:\n      - ${command}\n`,
      },
      artifacts: { type: 'CODEPIPELINE' },
      environment: {
        type: 'LINUX_CONTAINER',
        image: 'aws/codebuild/standard:7.0',
        computeType: 'BUILD_GENERAL1_SMALL',
      },
      serviceRole: roleArn,
    }),
  )
}

/** Resolves when the execution that creating it starts is over. */
export async function createPipeline(
  connection: Connection,
  name: string,
  stages: Readonly<Record<string, ActionDeclaration>>,
): Promise<void> {
  const pipeline: PipelineDeclaration = {
    name,
    roleArn,
    pipelineType: 'V2',
    artifactStore: { type: 'S3', location: ARTIFACT_BUCKET },
    stages: Object.entries(stages).map(([stage, action]) => ({ name: stage, actions: [action] })),
  }
  await using ends = await followEnds(connection, name)
  await new CodePipelineClient(connection).send(new CreatePipelineCommand({ pipeline }))
  await ends.next()
}

export const source = (detectsChanges: boolean): ActionDeclaration => ({
  name: 'Fetch',
  actionTypeId: { category: 'Source', owner: 'AWS', provider: 'CodeCommit', version: '1' },
  configuration: { RepositoryName: REPOSITORY, BranchName: 'main', PollForSourceChanges: String(detectsChanges) },
  outputArtifacts: [{ name: 'Source' }],
})

export const build = (category: 'Build' | 'Test', project: string): ActionDeclaration => ({
  name: category,
  actionTypeId: { category, owner: 'AWS', provider: 'CodeBuild', version: '1' },
  configuration: { ProjectName: project },
  inputArtifacts: [{ name: 'Source' }],
})

export const deploy: ActionDeclaration = {
  name: 'Ship',
  actionTypeId: { category: 'Deploy', owner: 'AWS', provider: 'S3', version: '1' },
  configuration: { BucketName: SITE_BUCKET, Extract: 'true' },
  inputArtifacts: [{ name: 'Source' }],
}

/** Resolves once it listens; `next` resolves with the next execution that ended well. */
export async function followEnds(
  connection: Connection,
  pipeline: string,
): Promise<AsyncDisposable & { next(): Promise<string> }> {
  const stop = new AbortController()
  const events = (await followEvents(connection, pipeline, stop.signal))[Symbol.asyncIterator]()
  return {
    async next() {
      for (;;) {
        const { value, done } = await events.next()
        if (done === true) throw new Error('the server ended the connection')
        const { detailType, detail } = value
        if (detailType !== 'CodePipeline Pipeline Execution State Change' || detail['state'] === 'STARTED') continue
        if (detail['state'] !== 'SUCCEEDED')
          throw new Error(`an execution of ${pipeline} ended as ${String(detail['state'])}`)
        return String(detail['execution-id'])
      }
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      await events.return?.()
    },
  }
}
