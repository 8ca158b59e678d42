/**
 * The AWS-managed policies that templates attach by name. What they allow is stated by service, wider than AWS's own long
 * lists: a pipeline here talks to the services that exist here.
 */
import type { ManagedPolicy } from './entities.ts'

const POLICIES: Readonly<Record<string, readonly string[]>> = {
  '/AdministratorAccess': ['*'],
  '/AmazonS3FullAccess': ['s3:*'],
  '/AmazonS3ReadOnlyAccess': ['s3:Get*', 's3:List*'],
  '/AmazonEC2ContainerRegistryPowerUser': ['ecr:*'],
  '/AmazonEC2ContainerRegistryReadOnly': ['ecr:Get*', 'ecr:BatchGet*', 'ecr:Describe*', 'ecr:List*'],
  '/AWSCodeBuildAdminAccess': ['codebuild:*', 'codecommit:Get*', 'logs:*', 's3:Get*', 's3:List*'],
  '/AWSCodeBuildDeveloperAccess': ['codebuild:*', 'logs:Get*', 'logs:FilterLogEvents'],
  '/AWSCodeCommitFullAccess': ['codecommit:*'],
  '/AWSCodeCommitPowerUser': ['codecommit:*'],
  '/AWSCodeCommitReadOnly': ['codecommit:Get*', 'codecommit:BatchGet*', 'codecommit:List*', 'codecommit:GitPull'],
  '/AWSCodeDeployFullAccess': ['codedeploy:*'],
  '/AWSCodeDeployRoleForECS': ['ecs:*', 'elasticloadbalancing:*', 'lambda:InvokeFunction', 's3:GetObject'],
  '/AWSCodePipeline_FullAccess': ['codepipeline:*', 's3:*', 'codebuild:*', 'codecommit:Get*', 'codecommit:List*'],
  '/AWSCodePipeline_ReadOnlyAccess': ['codepipeline:Get*', 'codepipeline:List*'],
  '/AWSCodePipelineApproverAccess': ['codepipeline:Get*', 'codepipeline:List*', 'codepipeline:PutApprovalResult'],
  '/AWSCodePipelineCustomActionAccess': [
    'codepipeline:AcknowledgeJob',
    'codepipeline:GetJobDetails',
    'codepipeline:PollForJobs',
    'codepipeline:PutJobFailureResult',
    'codepipeline:PutJobSuccessResult',
  ],
  '/AWSElasticBeanstalkWebTier': ['s3:*', 'logs:*'],
  '/CloudWatchLogsFullAccess': ['logs:*'],
  '/IAMFullAccess': ['iam:*'],
  '/PowerUserAccess': ['*'],
  '/ReadOnlyAccess': ['*:Get*', '*:List*', '*:Describe*', '*:BatchGet*'],
  '/service-role/AmazonECSTaskExecutionRolePolicy': ['ecr:*', 'logs:*'],
  '/service-role/AWSCodeDeployRole': ['autoscaling:*', 'ec2:*', 'elasticloadbalancing:*', 'sns:Publish'],
  '/service-role/AWSCodeDeployRoleForLambda': ['lambda:*', 'cloudwatch:DescribeAlarms', 's3:GetObject'],
  '/service-role/AWSLambdaBasicExecutionRole': ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
}

export const isAwsManaged = (arn: string): boolean => arn.startsWith(PREFIX)

export const findAwsManaged = (arn: string): ManagedPolicy | undefined => byArn.get(arn)

export const awsManagedPolicies = (): readonly ManagedPolicy[] => [...byArn.values()]

const PREFIX = 'arn:aws:iam::aws:policy'
const CREATED_AT = Date.UTC(2015, 1, 6)

function managed(pathAndName: string, actions: readonly string[]): ManagedPolicy {
  const cut = pathAndName.lastIndexOf('/') + 1
  const name = pathAndName.slice(cut)
  const statement =
    name === 'PowerUserAccess'
      ? { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' }
      : { Effect: 'Allow', Action: actions, Resource: '*' }
  return {
    name,
    path: pathAndName.slice(0, cut),
    id: `ANPA${name
      .replaceAll(/[^A-Za-z]/g, '')
      .toUpperCase()
      .padEnd(17, 'A')
      .slice(0, 17)}`,
    arn: PREFIX + pathAndName,
    createdAt: CREATED_AT,
    updatedAt: CREATED_AT,
    tags: {},
    versions: [
      {
        id: 'v1',
        document: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
        createdAt: CREATED_AT,
      },
    ],
    defaultVersionId: 'v1',
    newestVersion: 1,
  }
}

const byArn = new Map(
  Object.entries(POLICIES)
    .map(([pathAndName, actions]) => managed(pathAndName, actions))
    .map((policy) => [policy.arn, policy]),
)
