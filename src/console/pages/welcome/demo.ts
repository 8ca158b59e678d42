/**
 * The demo that the first page offers: what a person would do with the AWS CLI, done from the browser with the same calls. Each step
 * leaves alone what is there already, so that a second click goes on where the first one stopped.
 */
import { CreateCommitCommand } from '@aws-sdk/client-codecommit'
import { CreatePipelineCommand, type PipelineDeclaration } from '@aws-sdk/client-codepipeline'
import { PutBucketWebsiteCommand } from '@aws-sdk/client-s3'
import { codecommit } from '../../api/codecommit.ts'
import { codepipeline } from '../../api/codepipeline.ts'
import { s3 } from '../../api/s3.ts'
import { session } from '../../api/session.ts'
import { ensurePipelineRole, ensureRepository, ensureVersionedBucket, unless } from '../../api/surroundings.ts'

export const DEMO = 'first-site'
const ARTIFACTS = 'first-site-artifacts'
const SITE = 'first-site-web'
const ROLE = 'first-site-pipeline'

const PAGE = `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <title>First site</title>
  <h1>It works</h1>
  <p>Built from commit COMMIT by Pipewright.</p>
</html>
`

export interface DemoStep {
  readonly title: string
  readonly run: () => Promise<unknown>
}

export const demoSteps = (): readonly DemoStep[] => [
  { title: 'Two buckets: for artifacts, and for the site', run: buckets },
  { title: 'A role for the pipeline', run: async () => await ensurePipelineRole(ROLE) },
  { title: 'A git repository with a first commit', run: repository },
  { title: 'The pipeline: Source, Build, Approve, Deploy', run: pipeline },
]

async function buckets(): Promise<void> {
  for (const bucket of [ARTIFACTS, SITE]) await ensureVersionedBucket(bucket)
  const WebsiteConfiguration = { IndexDocument: { Suffix: 'index.html' } }
  await s3().send(new PutBucketWebsiteCommand({ Bucket: SITE, WebsiteConfiguration }))
}

async function repository(): Promise<void> {
  await ensureRepository(DEMO, 'A small web site')
  await unless(
    // it has commits already
    'ParentCommitIdRequiredException',
    codecommit().send(
      new CreateCommitCommand({
        repositoryName: DEMO,
        branchName: 'main',
        authorName: session()?.user ?? 'console',
        email: 'console@example.com',
        commitMessage: 'Open the first site',
        putFiles: [{ filePath: 'index.html', fileContent: new TextEncoder().encode(PAGE) }],
      }),
    ),
  )
}

const pipeline = async (): Promise<void> =>
  await unless(
    'PipelineNameInUseException',
    codepipeline().send(new CreatePipelineCommand({ pipeline: declaration() })),
  )

const AWS = { owner: 'AWS', version: '1' } as const

const declaration = (): PipelineDeclaration => ({
  name: DEMO,
  roleArn: `arn:aws:iam::${session()?.account ?? ''}:role/${ROLE}`,
  pipelineType: 'V2',
  executionMode: 'QUEUED',
  artifactStore: { type: 'S3', location: ARTIFACTS },
  stages: [
    {
      name: 'Source',
      actions: [
        {
          name: 'Checkout',
          namespace: 'Source',
          actionTypeId: { category: 'Source', provider: 'CodeCommit', ...AWS },
          configuration: { RepositoryName: DEMO, BranchName: 'main', PollForSourceChanges: 'true' },
          outputArtifacts: [{ name: 'Code' }],
        },
      ],
    },
    {
      name: 'Build',
      actions: [
        {
          name: 'Pages',
          actionTypeId: { category: 'Compute', provider: 'Commands', ...AWS },
          commands: ['sed -i "s/COMMIT/#{Source.CommitId}/" index.html', 'echo "built $(ls *.html | wc -l) page"'],
          inputArtifacts: [{ name: 'Code' }],
          outputArtifacts: [{ name: 'Site', files: ['**/*.html'] }],
        },
      ],
    },
    {
      name: 'Approve',
      actions: [
        {
          name: 'Publish',
          actionTypeId: { category: 'Approval', provider: 'Manual', ...AWS },
          configuration: { CustomData: 'Publish #{Source.CommitId}?' },
        },
      ],
    },
    {
      name: 'Deploy',
      actions: [
        {
          name: 'Website',
          actionTypeId: { category: 'Deploy', provider: 'S3', ...AWS },
          configuration: { BucketName: SITE, Extract: 'true' },
          inputArtifacts: [{ name: 'Site' }],
        },
      ],
    },
  ],
})
