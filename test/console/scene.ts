/** What the tests of the console look at: pipelines in every state that a page draws differently. */
import {
  GetPipelineStateCommand,
  PutApprovalResultCommand,
  type ActionDeclaration,
  type StageDeclaration,
} from '@aws-sdk/client-codepipeline'
import { action, checkout, stage, type Run, type World } from '../support/world.ts'

export const commands = (name: string, lines: string[], rest: Partial<ActionDeclaration> = {}): ActionDeclaration => ({
  ...action(name, 'Compute/Commands', {}, { input: ['Code'] }),
  commands: lines,
  ...rest,
})

export const ask = (name: string, configuration: Record<string, string> = {}, rest = {}): ActionDeclaration =>
  action(name, 'Approval/Manual', configuration, rest)

export const FILES = {
  'index.html': '<h1>Shop</h1>\n',
  'src/cart.ts': 'export const total = 42\n',
  'README.md': '# Shop\n',
}

/** Buckets and a repository that every pipeline here begins with. */
export async function ground(world: World): Promise<void> {
  await Promise.all([world.bucket('artifacts'), world.bucket('web'), world.repository('shop', FILES)])
}

/** Source, a build that says something, an approval, a deployment; it comes to rest at the approval. */
export const shopStages: readonly StageDeclaration[] = [
  stage('Source', checkout('shop', { namespace: 'Source' })),
  stage(
    'Build',
    commands('Compile', ['echo compiling', 'echo --- tests', 'echo 12 passed'], {
      outputArtifacts: [{ name: 'Site', files: ['**/*'] }],
    }),
    commands('Lint', ['echo clean']),
  ),
  stage(
    'Approve',
    ask('Release', { CustomData: 'Release #{Source.CommitId}?', ExternalEntityLink: 'https://example.com/review/7' }),
  ),
  stage('Deploy', action('Web', 'Deploy/S3', { BucketName: 'web', Extract: 'true' }, { input: ['Site'] })),
]

export async function waitsForApproval(world: World, pipeline: string, id: string): Promise<void> {
  await world.until(pipeline, `a question in ${id}`, async () => {
    const { actions } = await world.look(pipeline, id)
    return actions.find(({ input, status }) => input?.actionTypeId?.category === 'Approval' && status === 'InProgress')
  })
}

/** Answers as somebody on the command line would. */
export async function answer(
  { codepipeline }: World,
  pipelineName: string,
  status: 'Approved' | 'Rejected',
  summary = 'from elsewhere',
): Promise<void> {
  const { stageStates = [] } = await codepipeline.send(new GetPipelineStateCommand({ name: pipelineName }))
  for (const { stageName, actionStates = [] } of stageStates) {
    for (const { actionName, latestExecution } of actionStates) {
      const { token } = latestExecution ?? {}
      if (token === undefined) continue
      await codepipeline.send(
        new PutApprovalResultCommand({ pipelineName, stageName, actionName, token, result: { status, summary } }),
      )
    }
  }
}

/** `shop` waits for an approval, `docs` has failed, `closed` stands before a closed door. */
export async function fleet(world: World): Promise<{ shop: string; docs: Run }> {
  const source = (): StageDeclaration => stage('Source', checkout('shop'))
  const shop = await world.pipeline('shop', [...shopStages], {
    variables: [{ name: 'Target', defaultValue: 'staging', description: 'Where it goes' }],
  })
  const docs = await world.pipeline('docs', [source(), stage('Build', commands('Render', ['echo rendering', 'false']))])
  await world.pipeline('closed', [source(), stage('Last', ask('Never'))], { executionMode: 'QUEUED' })
  await waitsForApproval(world, 'shop', shop)
  return { shop, docs: await world.ended('docs', docs) }
}
