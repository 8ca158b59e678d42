/** What a pipeline needs around it: a bucket, a role, a repository. Each call leaves alone what is there already. */
import { CreateRepositoryCommand } from '@aws-sdk/client-codecommit'
import { CreateRoleCommand } from '@aws-sdk/client-iam'
import { CreateBucketCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3'
import { codecommit } from './codecommit.ts'
import { iam } from './iam.ts'
import { s3 } from './s3.ts'

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'codepipeline.amazonaws.com' }, Action: 'sts:AssumeRole' }],
})

export async function ensureVersionedBucket(Bucket: string): Promise<void> {
  await unless('BucketAlreadyOwnedByYou', s3().send(new CreateBucketCommand({ Bucket })))
  await s3().send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
}

export const ensurePipelineRole = async (RoleName: string): Promise<void> =>
  await unless(
    'EntityAlreadyExistsException',
    iam().send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST })),
  )

export const ensureRepository = async (repositoryName: string, repositoryDescription?: string): Promise<void> =>
  await unless(
    'RepositoryNameExistsException',
    codecommit().send(new CreateRepositoryCommand({ repositoryName, repositoryDescription })),
  )

/** @throws every error of the call but this one */
export async function unless(name: string, call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if ((error as Error).name !== name) throw error
  }
}
