import { builtIn, flag, optional, required, type ActionType } from '../action-type.ts'

const ONE_OUTPUT = { category: 'Source', inputs: [0, 0], outputs: [1, 1] } as const

const poll = flag('PollForSourceChanges', 'Look for changes about once a minute; true when absent')
const format = optional('OutputArtifactFormat', 'A ZIP of the tree, or a reference that a build clones', {
  values: ['CODE_ZIP', 'CODEBUILD_CLONE_REF'],
})

/** Source: CodePipeline user guide, action structure reference, source actions. */
export const SOURCES: readonly ActionType[] = [
  builtIn({
    ...ONE_OUTPUT,
    provider: 'S3',
    configuration: [
      required('S3Bucket', 'Versioned bucket that holds the source'),
      required('S3ObjectKey', 'Key of the source object'),
      poll,
      flag('AllowOverrideForS3ObjectKey', 'May a start name another key'),
    ],
    revisionTypes: ['S3_OBJECT_VERSION_ID', 'S3_OBJECT_KEY'],
    variables: ['BucketName', 'ETag', 'ObjectKey', 'VersionId'],
    settings: { entityUrlTemplate: 'https://console.aws.amazon.com/s3/home?#' },
  }),
  builtIn({
    ...ONE_OUTPUT,
    provider: 'CodeCommit',
    configuration: [
      required('RepositoryName', 'Repository to read'),
      required('BranchName', 'Branch to read'),
      poll,
      format,
    ],
    revisionTypes: ['COMMIT_ID'],
    variables: ['AuthorDate', 'BranchName', 'CommitId', 'CommitMessage', 'CommitterDate', 'RepositoryName'],
    settings: {
      entityUrlTemplate:
        'https://console.aws.amazon.com/codecommit/home#/repository/{Config:RepositoryName}/browse/{Config:BranchName}/--/',
      revisionUrlTemplate:
        'https://console.aws.amazon.com/codecommit/home#/repository/{Config:RepositoryName}/commit/{RevisionId}',
    },
  }),
  builtIn({
    ...ONE_OUTPUT,
    provider: 'CodeStarSourceConnection',
    configuration: [
      required('ConnectionArn', 'Connection to the git provider'),
      required('FullRepositoryId', 'Owner and repository, as in owner/repo'),
      required('BranchName', 'Branch to read'),
      format,
      flag('DetectChanges', 'Start the pipeline when the branch changes; true when absent'),
    ],
    revisionTypes: ['COMMIT_ID'],
    variables: [
      'AuthorDate',
      'BranchName',
      'CommitId',
      'CommitMessage',
      'ConnectionArn',
      'FullRepositoryName',
      // only of executions that a tag or a pull request started
      'TagName',
      'PullRequestId',
      'PullRequestTitle',
      'SourceBranchName',
      'DestinationBranchName',
    ],
  }),
  builtIn({
    ...ONE_OUTPUT,
    provider: 'ECR',
    configuration: [
      required('RepositoryName', 'Image repository'),
      optional('ImageTag', 'Tag to follow; latest when absent'),
    ],
    revisionTypes: ['IMAGE_DIGEST'],
    variables: ['ImageDigest', 'ImageTag', 'ImageURI', 'RegistryId', 'RepositoryName'],
  }),
  builtIn({
    ...ONE_OUTPUT,
    owner: 'ThirdParty',
    provider: 'GitHub',
    configuration: [
      required('Owner', 'User or organisation'),
      required('Repo', 'Repository to read'),
      required('Branch', 'Branch to read'),
      required('OAuthToken', 'Personal access token', { secret: true }),
      poll,
    ],
    revisionTypes: ['COMMIT_ID'],
    variables: [
      'AuthorDate',
      'BranchName',
      'CommitId',
      'CommitMessage',
      'CommitterDate',
      'CommitUrl',
      'RepositoryName',
    ],
    settings: {
      entityUrlTemplate: 'https://github.com/{Config:Owner}/{Config:Repo}/tree/{Config:Branch}',
      revisionUrlTemplate: 'https://github.com/{Config:Owner}/{Config:Repo}/commit/{RevisionId}',
    },
  }),
]
