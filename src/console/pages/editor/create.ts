/** Creates a pipeline with what its template names: each step leaves alone what is there already. */
import { CreateRepositoryCommand } from '@aws-sdk/client-codecommit'
import { CreatePipelineCommand, type PipelineDeclaration } from '@aws-sdk/client-codepipeline'
import { CreateRoleCommand } from '@aws-sdk/client-iam'
import { CreateBucketCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3'
import { codecommit } from '../../api/codecommit.ts'
import { codepipeline } from '../../api/codepipeline.ts'
import { iam } from '../../api/iam.ts'
import { s3 } from '../../api/s3.ts'

const THERE_ALREADY: ReadonlySet<string> = new Set([
  'BucketAlreadyOwnedByYou',
  'EntityAlreadyExistsException',
  'RepositoryNameExistsException',
])

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'codepipeline.amazonaws.com' }, Action: 'sts:AssumeRole' }],
})

/** @throws the API's error */
export async function createWithSurroundings(declaration: PipelineDeclaration): Promise<void> {
  const bucket = declaration.artifactStore?.location
  if (bucket !== undefined) {
    await unlessThere(s3().send(new CreateBucketCommand({ Bucket: bucket })))
    const VersioningConfiguration = { Status: 'Enabled' as const }
    await s3().send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }))
  }
  const role = declaration.roleArn?.split(':role/')[1]
  if (role !== undefined) {
    await unlessThere(iam().send(new CreateRoleCommand({ RoleName: role, AssumeRolePolicyDocument: TRUST })))
  }
  for (const { actionTypeId, configuration } of declaration.stages?.[0]?.actions ?? []) {
    const repositoryName = actionTypeId?.provider === 'CodeCommit' ? configuration?.['RepositoryName'] : undefined
    if (repositoryName !== undefined) {
      await unlessThere(codecommit().send(new CreateRepositoryCommand({ repositoryName })))
    }
  }
  await codepipeline().send(new CreatePipelineCommand({ pipeline: declaration }))
}

async function unlessThere(call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!THERE_ALREADY.has((error as Error).name)) throw error
  }
}
