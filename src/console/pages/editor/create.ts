/** Creates a pipeline with what its definition names. */
import { CreatePipelineCommand, type PipelineDeclaration } from '@aws-sdk/client-codepipeline'
import { codepipeline } from '../../api/codepipeline.ts'
import { ensurePipelineRole, ensureRepository, ensureVersionedBucket } from '../../api/surroundings.ts'

/** @throws the API's error */
export async function createWithSurroundings(declaration: PipelineDeclaration): Promise<void> {
  const bucket = declaration.artifactStore?.location
  if (bucket !== undefined) await ensureVersionedBucket(bucket)
  const role = declaration.roleArn?.split(':role/')[1]
  if (role !== undefined) await ensurePipelineRole(role)
  for (const { actionTypeId, configuration } of declaration.stages?.[0]?.actions ?? []) {
    const repository = actionTypeId?.provider === 'CodeCommit' ? configuration?.['RepositoryName'] : undefined
    if (repository !== undefined) await ensureRepository(repository)
  }
  await codepipeline().send(new CreatePipelineCommand({ pipeline: declaration }))
}
