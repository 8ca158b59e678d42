import { builtIn, optional, required, type ActionType, type ConfigurationProperty } from '../action-type.ts'

const DAY = 24 * 60

/** Shared by the Lambda action and the LambdaInvoke rule. */
export const LAMBDA_INVOKE_PROPERTIES: readonly ConfigurationProperty[] = [
  required('FunctionName', 'Function to invoke'),
  optional('UserParameters', 'Text handed to the function'),
]

/** Source: CodePipeline user guide, action structure reference, invoke and approval actions. */
export const INVOKES: readonly ActionType[] = [
  builtIn({
    category: 'Invoke',
    provider: 'Lambda',
    inputs: [0, 5],
    outputs: [0, 5],
    configuration: LAMBDA_INVOKE_PROPERTIES,
    timeoutMinutes: DAY,
    variables: 'any',
    settings: {
      entityUrlTemplate: 'https://console.aws.amazon.com/lambda/home#/functions/{Config:FunctionName}',
    },
  }),
  builtIn({
    category: 'Invoke',
    provider: 'StepFunctions',
    inputs: [0, 1],
    outputs: [0, 1],
    configuration: [
      required('StateMachineArn', 'State machine to run'),
      optional('ExecutionNamePrefix', 'Start of the execution name'),
      optional('InputType', 'Where the input comes from', { values: ['Literal', 'FilePath'] }),
      optional('Input', 'JSON text, or path in the input artifact', {
        neededWhen: { property: 'InputType', is: ['FilePath'] },
      }),
    ],
    timeoutMinutes: 7 * DAY,
    variables: ['StateMachineArn', 'ExecutionArn'],
  }),
  builtIn({
    category: 'Invoke',
    provider: 'CodePipeline',
    inputs: [0, 0],
    outputs: [0, 0],
    configuration: [
      required('PipelineName', 'Pipeline to start'),
      optional('SourceRevisions', 'JSON array of source revision overrides'),
      optional('Variables', 'JSON array of variables'),
    ],
    v2Only: true,
  }),
  builtIn({
    category: 'Invoke',
    provider: 'InspectorScan',
    inputs: [0, 1],
    outputs: [1, 1],
    configuration: [
      required('InspectorRunMode', 'What to scan', { values: ['SourceCodeScan', 'ECRImageScan'] }),
      optional('ECRRepositoryName', 'Image repository', {
        neededWhen: { property: 'InspectorRunMode', is: ['ECRImageScan'] },
      }),
      optional('ImageTag', 'Tag of the image'),
      ...['Critical', 'High', 'Medium', 'Low'].map((severity) =>
        optional(`${severity}Threshold`, 'Findings tolerated', { type: 'Number' }),
      ),
    ],
    v2Only: true,
    codeBuildBased: true,
    variables: ['HighestScannedSeverity'],
  }),
  builtIn({
    category: 'Invoke',
    owner: 'ThirdParty',
    provider: 'Snyk',
    inputs: [1, 1],
    outputs: [0, 1],
    configuration: [],
    openConfiguration: true,
    variables: 'any',
  }),
  builtIn({
    category: 'Approval',
    provider: 'Manual',
    inputs: [0, 0],
    outputs: [0, 0],
    configuration: [
      optional('NotificationArn', 'Topic that is told about the waiting approval'),
      optional('CustomData', 'Words for the approver'),
      optional('ExternalEntityLink', 'Link to what is to be approved'),
    ],
    timeoutMinutes: 7 * DAY,
  }),
]
