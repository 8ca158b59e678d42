/** Pipelines to begin with. Each is complete: what it names is made beside it when it is created. */
import type { ActionDeclaration, PipelineDeclaration } from '@aws-sdk/client-codepipeline'

export interface TemplateInput {
  readonly name: string
  readonly account: string
  readonly repository: string
  readonly branch: string
}

export interface Template {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly make: (input: TemplateInput) => PipelineDeclaration
}

export const roleName = (pipeline: string): string => `${pipeline}-pipeline`.slice(0, 64)
/** a bucket's name has small letters, digits and hyphens only */
export const bucketName = (pipeline: string): string =>
  `${pipeline
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')}-artifacts`.slice(0, 63)

const AWS = { owner: 'AWS', version: '1' } as const

const base = ({ name, account }: TemplateInput): PipelineDeclaration => ({
  name,
  roleArn: `arn:aws:iam::${account}:role/${roleName(name)}`,
  pipelineType: 'V2',
  executionMode: 'QUEUED',
  artifactStore: { type: 'S3', location: bucketName(name) },
  stages: [],
})

const source = ({ repository, branch }: TemplateInput): ActionDeclaration => ({
  name: 'Checkout',
  namespace: 'Source',
  actionTypeId: { category: 'Source', provider: 'CodeCommit', ...AWS },
  configuration: { RepositoryName: repository, BranchName: branch, PollForSourceChanges: 'true' },
  outputArtifacts: [{ name: 'Code' }],
})

const commands = (name: string, lines: readonly string[], output?: string): ActionDeclaration => ({
  name,
  actionTypeId: { category: 'Compute', provider: 'Commands', ...AWS },
  commands: [...lines],
  inputArtifacts: [{ name: 'Code' }],
  ...(output !== undefined && { outputArtifacts: [{ name: output, files: ['**/*'] }] }),
})

const approval: ActionDeclaration = {
  name: 'Ask',
  actionTypeId: { category: 'Approval', provider: 'Manual', ...AWS },
  configuration: { CustomData: 'Release #{Source.CommitId}?' },
}

const blank = (input: TemplateInput): PipelineDeclaration => ({
  ...base(input),
  stages: [
    { name: 'Source', actions: [source(input)] },
    { name: 'Build', actions: [commands('Compile', ['ls -l'], 'Output')] },
  ],
})

export const TEMPLATES: readonly Template[] = [
  {
    id: 'commands',
    title: 'Build on each push',
    description: 'A git repository, and commands that run on every push.',
    make: blank,
  },
  {
    id: 'parallel-checks',
    title: 'Checks side by side, then a release',
    description: 'Lint and test in parallel, then a person decides, then the release commands run.',
    make: (input) => ({
      ...base(input),
      stages: [
        { name: 'Source', actions: [source(input)] },
        { name: 'Check', actions: [commands('Lint', ['echo lint']), commands('Test', ['echo test'])] },
        { name: 'Approve', actions: [approval] },
        { name: 'Release', actions: [commands('Release', ['echo release'])] },
      ],
    }),
  },
  {
    id: 'environments',
    title: 'Staging, then production',
    description: 'One build, two environments; production waits for approval and rolls back by itself when it fails.',
    make: (input) => ({
      ...base(input),
      variables: [{ name: 'Region', defaultValue: 'eu-central-1', description: 'Where to deploy' }],
      stages: [
        { name: 'Source', actions: [source(input)] },
        { name: 'Build', actions: [commands('Compile', ['ls -l'], 'Output')] },
        { name: 'Staging', actions: [deploy('staging')] },
        {
          name: 'Production',
          actions: [approval, { ...deploy('production'), runOrder: 2 }],
          onFailure: { result: 'ROLLBACK' },
        },
      ],
    }),
  },
]

const deploy = (target: string): ActionDeclaration => ({
  ...commands('Deploy', [`echo "deploying to ${target} in #{variables.Region}"`]),
  inputArtifacts: [{ name: 'Output' }],
})
