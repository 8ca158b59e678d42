import { builtIn, optional, required, type ActionType } from '../action-type.ts'

const DAY = 24 * 60
const ONE_INPUT = { category: 'Deploy', inputs: [1, 1], outputs: [0, 0] } as const
const APPLICATION = required('ApplicationName', 'Application to deploy')
const DEPLOYMENT_GROUP = required('DeploymentGroupName', 'Deployment group of the application')
const CODEDEPLOY_URLS = {
  entityUrlTemplate: 'https://console.aws.amazon.com/codedeploy/home#/applications/{Config:ApplicationName}',
  executionUrlTemplate: 'https://console.aws.amazon.com/codedeploy/home#/deployments/{ExternalExecutionId}',
}
const STACK_SET_TARGETS = [
  optional('DeploymentTargets', 'Accounts or organisational units'),
  optional('FailureTolerancePercentage', 'Share of accounts that may fail', { type: 'Number' }),
  optional('MaxConcurrentPercentage', 'Share of accounts worked on at once', { type: 'Number' }),
]
const CHANGE_SETS = ['CHANGE_SET_REPLACE', 'CHANGE_SET_EXECUTE']
const TEMPLATE_MODES = ['CREATE_UPDATE', 'REPLACE_ON_FAILURE', 'CHANGE_SET_REPLACE']

/** Source: CodePipeline user guide, action structure reference, deploy actions. */
export const DEPLOYS: readonly ActionType[] = [
  builtIn({
    ...ONE_INPUT,
    provider: 'S3',
    configuration: [
      required('BucketName', 'Bucket to write to'),
      required('Extract', 'true: upload every file of the artifact; false: upload it as one object', {
        type: 'Boolean',
        values: ['true', 'false'],
      }),
      optional('ObjectKey', 'Key of the object, or prefix of the keys', {
        neededWhen: { property: 'Extract', is: ['false'], refused: true },
      }),
      optional('KMSEncryptionKeyARN', 'Key to encrypt with'),
      optional('CannedACL', 'Canned access control list'),
      optional('CacheControl', 'Cache-Control header of the objects'),
    ],
    timeoutMinutes: 90,
    settings: { entityUrlTemplate: 'https://console.aws.amazon.com/s3/buckets/{Config:BucketName}' },
  }),
  builtIn({
    category: 'Deploy',
    provider: 'CloudFormation',
    inputs: [0, 10],
    outputs: [0, 1],
    configuration: [
      required('ActionMode', 'What to do with the stack or change set', {
        values: ['CREATE_UPDATE', 'CHANGE_SET_REPLACE', 'CHANGE_SET_EXECUTE', 'DELETE_ONLY', 'REPLACE_ON_FAILURE'],
      }),
      required('StackName', 'Stack to work on'),
      optional('ChangeSetName', 'Change set to make or execute', {
        neededWhen: { property: 'ActionMode', is: CHANGE_SETS },
      }),
      optional('TemplatePath', 'InputArtifact::path of the template', {
        neededWhen: { property: 'ActionMode', is: TEMPLATE_MODES },
      }),
      optional('RoleArn', 'Role CloudFormation works under', {
        neededWhen: { property: 'ActionMode', is: [...TEMPLATE_MODES, 'DELETE_ONLY'] },
      }),
      optional('Capabilities', 'Comma-separated capabilities'),
      optional('TemplateConfiguration', 'InputArtifact::path of a parameters and tags file'),
      optional('ParameterOverrides', 'JSON object of parameters'),
      optional('OutputFileName', 'File for the stack outputs in the output artifact'),
    ],
    timeoutMinutes: 3 * DAY,
    // the stack's outputs
    variables: 'any',
    settings: {
      executionUrlTemplate:
        'https://console.aws.amazon.com/cloudformation/home#/stack/detail?stackId={ExternalExecutionId}',
    },
  }),
  builtIn({
    category: 'Deploy',
    provider: 'CloudFormationStackSet',
    inputs: [1, 3],
    outputs: [0, 0],
    configuration: [
      required('StackSetName', 'Stack set to create or update'),
      required('TemplatePath', 'InputArtifact::path of the template'),
      optional('Description', 'Description of the stack set'),
      optional('Parameters', 'Literal list, or InputArtifact::path of a JSON file'),
      optional('Capabilities', 'Comma-separated capabilities'),
      optional('PermissionModel', 'Who makes the roles', { values: ['SELF_MANAGED', 'SERVICE_MANAGED'] }),
      optional('AdministrationRoleArn', 'Role of the administrator account'),
      optional('ExecutionRoleName', 'Role in the target accounts'),
      optional('OrganizationsAutoDeployment', 'Deploy to accounts that join later', {
        values: ['Disabled', 'Enabled', 'EnabledWithStackRetention'],
      }),
      optional('Regions', 'Comma-separated regions'),
      ...STACK_SET_TARGETS,
    ],
    timeoutMinutes: 3 * DAY,
    variables: ['OperationId', 'StackSetId'],
  }),
  builtIn({
    category: 'Deploy',
    provider: 'CloudFormationStackInstances',
    inputs: [0, 2],
    outputs: [0, 0],
    configuration: [
      required('StackSetName', 'Stack set that has the instances'),
      required('Regions', 'Comma-separated regions'),
      optional('ParameterOverrides', 'Literal list, or InputArtifact::path of a JSON file'),
      ...STACK_SET_TARGETS,
    ],
    timeoutMinutes: 3 * DAY,
    variables: ['OperationId', 'StackSetId'],
  }),
  builtIn({
    ...ONE_INPUT,
    provider: 'CodeDeploy',
    configuration: [APPLICATION, DEPLOYMENT_GROUP],
    timeoutMinutes: 5 * DAY,
    settings: CODEDEPLOY_URLS,
  }),
  builtIn({
    category: 'Deploy',
    provider: 'CodeDeployToECS',
    inputs: [1, 5],
    outputs: [0, 0],
    configuration: [
      APPLICATION,
      DEPLOYMENT_GROUP,
      required('TaskDefinitionTemplateArtifact', 'Input artifact with the task definition'),
      required('AppSpecTemplateArtifact', 'Input artifact with the AppSpec file'),
      optional('TaskDefinitionTemplatePath', 'File name; taskdef.json when absent'),
      optional('AppSpecTemplatePath', 'File name; appspec.yaml when absent'),
      ...[1, 2, 3, 4].flatMap((n) => [
        optional(`Image${n}ArtifactName`, 'Input artifact with an imageDetail.json'),
        optional(`Image${n}ContainerName`, 'Placeholder in the task definition that the image replaces'),
      ]),
    ],
    timeoutMinutes: 5 * DAY,
    settings: CODEDEPLOY_URLS,
  }),
  builtIn({
    ...ONE_INPUT,
    provider: 'ECS',
    configuration: [
      required('ClusterName', 'Cluster of the service'),
      required('ServiceName', 'Service to update'),
      optional('FileName', 'Image definitions file; imagedefinitions.json when absent'),
      optional('DeploymentTimeout', 'Minutes to wait, up to 60', { type: 'Number' }),
    ],
    settings: {
      entityUrlTemplate:
        'https://console.aws.amazon.com/ecs/home#/clusters/{Config:ClusterName}/services/{Config:ServiceName}',
    },
  }),
  builtIn({
    ...ONE_INPUT,
    provider: 'ElasticBeanstalk',
    configuration: [APPLICATION, required('EnvironmentName', 'Environment to update')],
  }),
  builtIn({
    ...ONE_INPUT,
    provider: 'EKS',
    configuration: [
      required('ClusterName', 'Cluster to deploy to'),
      optional('HelmReleaseName', 'Helm release', { neededWhen: { without: 'ManifestFiles' } }),
      optional('HelmChartLocation', 'Path of the chart in the input', { neededWhen: { without: 'ManifestFiles' } }),
      optional('HelmValuesFiles', 'Comma-separated values files'),
      optional('ManifestFiles', 'Comma-separated manifests', { neededWhen: { without: 'HelmReleaseName' } }),
      optional('Namespace', 'Kubernetes namespace'),
      optional('Subnets', 'Comma-separated subnets of a private cluster'),
      optional('SecurityGroupIds', 'Comma-separated security groups of a private cluster'),
    ],
    v2Only: true,
    accepts: ['environmentVariables'],
    codeBuildBased: true,
    variables: ['EKSClusterName'],
  }),
  builtIn({
    ...ONE_INPUT,
    provider: 'EC2',
    configuration: [
      required('InstanceTagKey', 'Tag that selects the instances'),
      optional('InstanceTagValue', 'Value of the tag; any when absent'),
      required('InstanceType', 'Kind of host', { values: ['EC2', 'SSM_MANAGED_NODE'] }),
      optional('TargetDirectory', 'Directory the files go to'),
      optional('PreScript', 'Script to run before the copy'),
      optional('PostScript', 'Script to run after the copy', { neededWhen: { without: 'DeploySpec' } }),
      optional('DeploySpec', 'Deploy specification in the artifact', { neededWhen: { without: 'PostScript' } }),
      optional('MaxBatch', 'Instances at once, a number or a percentage'),
      optional('MaxError', 'Failures tolerated, a number or a percentage'),
      optional('TargetGroupNameList', 'Comma-separated load balancer target groups'),
    ],
    v2Only: true,
  }),
  builtIn({
    category: 'Deploy',
    provider: 'Lambda',
    inputs: [0, 1],
    outputs: [0, 0],
    configuration: [
      required('FunctionName', 'Function to deploy'),
      optional('FunctionAlias', 'Alias to move'),
      optional('PublishedTargetVersion', 'Version to move the alias to, when there is no input artifact'),
      optional('DeployStrategy', 'AllAtOnce (default), Canary… or Linear…'),
      optional('Alarms', 'Comma-separated alarms that fail the deployment'),
    ],
    v2Only: true,
    variables: ['FunctionVersion'],
  }),
  builtIn({
    ...ONE_INPUT,
    provider: 'AppConfig',
    configuration: [
      required('Application', 'AppConfig application'),
      required('Environment', 'AppConfig environment'),
      required('ConfigurationProfile', 'Configuration profile'),
      required('InputArtifactConfigurationPath', 'Path of the configuration in the input'),
      optional('DeploymentStrategy', 'Deployment strategy'),
    ],
  }),
  builtIn({
    ...ONE_INPUT,
    provider: 'ServiceCatalog',
    configuration: [
      required('ProductId', 'Product that gets a version'),
      optional('TemplateFilePath', 'Path of the template in the input', {
        neededWhen: { without: 'ConfigurationFilePath' },
      }),
      optional('ProductVersionName', 'Name of the version', { neededWhen: { without: 'ConfigurationFilePath' } }),
      optional('ProductType', 'Kind of product', { neededWhen: { without: 'ConfigurationFilePath' } }),
      optional('ProductVersionDescription', 'Description of the version'),
      optional('ConfigurationFilePath', 'Path of a JSON file that holds the rest'),
    ],
  }),
  builtIn({
    ...ONE_INPUT,
    provider: 'OpsWorks',
    outputs: [0, 1],
    configuration: [
      required('Stack', 'OpsWorks stack'),
      required('App', 'OpsWorks application'),
      optional('Layer', 'OpsWorks layer'),
    ],
  }),
  builtIn({
    category: 'Deploy',
    owner: 'ThirdParty',
    provider: 'AlexaSkillsKit',
    inputs: [1, 2],
    outputs: [0, 0],
    configuration: [
      required('ClientId', 'Client of the security profile'),
      required('ClientSecret', 'Secret of the security profile', { secret: true }),
      required('RefreshToken', 'Refresh token', { secret: true }),
      required('SkillId', 'Skill to deploy'),
    ],
  }),
]
