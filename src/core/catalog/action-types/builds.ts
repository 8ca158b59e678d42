import { builtIn, flag, optional, required, type ActionType, type ConfigurationProperty } from '../action-type.ts'

/** Shared by the CodeBuild action and the CodeBuild rule. */
export const CODEBUILD_PROPERTIES: readonly ConfigurationProperty[] = [
  required('ProjectName', 'Build project'),
  optional('PrimarySource', 'Input artifact that holds the build specification', { neededWhen: { inputsMoreThan: 1 } }),
  flag('BatchEnabled', 'Run a batch build'),
  flag('CombineArtifacts', 'Collect the outputs of a batch into one artifact'),
  optional('EnvironmentVariables', 'JSON array of name, value and type'),
]

const NETWORK = [
  optional('VpcId', 'Network the build runs in'),
  optional('Subnets', 'Comma-separated subnets'),
  optional('SecurityGroupIds', 'Comma-separated security groups'),
]

const codeBuild = {
  provider: 'CodeBuild',
  inputs: [1, 5],
  outputs: [0, 5],
  configuration: [
    ...CODEBUILD_PROPERTIES,
    optional('BuildspecOverride', 'Build specification to use instead of the project’s own'),
    optional('ServiceRoleArnOverride', 'Role to build with instead of the project’s own'),
  ],
  accepts: ['environmentVariables'],
  codeBuildBased: true,
  variables: 'any',
  settings: {
    entityUrlTemplate: 'https://console.aws.amazon.com/codebuild/home#/projects/{Config:ProjectName}/view',
    executionUrlTemplate: 'https://console.aws.amazon.com/codebuild/home#/builds/{ExternalExecutionId}/view/new',
  },
} as const

/** Source: CodePipeline user guide, action structure reference, build, test and compute actions. */
export const BUILDS: readonly ActionType[] = [
  builtIn({ ...codeBuild, category: 'Build', timeoutMinutes: 36 * 60 }),
  builtIn({ ...codeBuild, category: 'Test', timeoutMinutes: 8 * 60 }),
  builtIn({
    category: 'Build',
    provider: 'ECRBuildAndPublish',
    inputs: [1, 1],
    outputs: [0, 0],
    configuration: [
      required('ECRRepositoryName', 'Existing image repository to push to'),
      optional('DockerFilePath', 'Path of the Dockerfile; the root when absent'),
      optional('ImageTags', 'Comma-separated tags; latest when absent'),
      optional('RegistryType', 'private (default) or public', { values: ['private', 'public'] }),
    ],
    v2Only: true,
    codeBuildBased: true,
    accepts: ['environmentVariables'],
    variables: ['ECRImageDigestId', 'ECRRepositoryName'],
  }),
  builtIn({
    category: 'Compute',
    provider: 'Commands',
    inputs: [1, 10],
    outputs: [0, 1],
    configuration: [
      optional('EnvironmentType', 'Operating system of the build', {
        values: ['LINUX_CONTAINER', 'WINDOWS_SERVER_2022_CONTAINER'],
      }),
      optional('ComputeType', 'Size of the build', {
        values: ['BUILD_GENERAL1_SMALL', 'BUILD_GENERAL1_MEDIUM', 'BUILD_GENERAL1_LARGE'],
      }),
      ...NETWORK,
    ],
    v2Only: true,
    timeoutMinutes: 55,
    accepts: ['commands', 'outputVariables', 'files', 'environmentVariables', 'secretVariables'],
    codeBuildBased: true,
    variables: 'declared',
  }),
  builtIn({
    category: 'Test',
    provider: 'DeviceFarm',
    inputs: [1, 1],
    outputs: [0, 0],
    configuration: [
      required('AppType', 'Kind of application', { values: ['iOS', 'Android', 'Web'] }),
      required('ProjectId', 'Device Farm project'),
      required('App', 'Path of the application in the input'),
      required('DevicePoolArn', 'Devices to test on'),
      required('TestType', 'Kind of test'),
      ...[
        'Test',
        'AppiumVersion',
        'FuzzEventCount',
        'FuzzEventThrottle',
        'FuzzRandomizerSeed',
        'RecordVideo',
        'RecordAppPerformanceData',
        'RadioBluetoothEnabled',
        'RadioGpsEnabled',
        'RadioNfcEnabled',
        'RadioWifiEnabled',
        'Latitude',
        'Longitude',
        'CustomHostMachineArtifacts',
        'CustomDeviceArtifacts',
        'UnmeteredDevicesOnly',
        'JobTimeoutMinutes',
      ].map((name) => optional(name, 'Handed to the test run')),
    ],
    timeoutMinutes: 8 * 60,
  }),
]
