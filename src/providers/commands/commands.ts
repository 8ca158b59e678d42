/** Compute / AWS / Commands: shell commands on the build runner, without a project. Source: actions.md 4.2. */
import type { Build, ComputeType, EnvironmentVariable } from '@aws-sdk/client-codebuild'
import { managedProjectName } from '../../core/catalog/managed-projects.ts'
import type { ActionOrder, ActionProgress } from '../../core/execution/execution.ts'
import { ArtifactMissing } from '../artifact-files.ts'
import { failed } from '../outcomes.ts'
import type { ActionOutcome, ActionProvider } from '../provider.ts'
import { exportedVariables, runBuild, timesOf } from '../run-build.ts'
import type { BuildRequest } from '../start-build.ts'
import { buildspecOf } from './buildspec.ts'

export const commands: ActionProvider['run'] = async (order, context) => {
  const request = readOrder(order)
  if ('type' in request) return request
  const build = await runBuild(request, context, progressOf)
  return build instanceof ArtifactMissing ? { type: 'Failed', error: build.details } : outcomeOf(build)
}

const IMAGE = 'aws/codebuild/amazonlinux2-x86_64-standard:5.0'
const COMPUTE_TYPES = ['BUILD_GENERAL1_SMALL', 'BUILD_GENERAL1_MEDIUM', 'BUILD_GENERAL1_LARGE'] as const
const TIMEOUT_MINUTES = 55

function readOrder(order: ActionOrder): BuildRequest | ActionOutcome {
  const { EnvironmentType = 'LINUX_CONTAINER', ComputeType: size = COMPUTE_TYPES[0] } =
    order.action.resolvedConfiguration
  const [primary] = order.action.inputArtifacts
  const computeType: ComputeType | undefined = COMPUTE_TYPES.find((one) => one === size)
  if (primary === undefined) return failed('ConfigurationError', 'A Commands action needs an input artifact.')
  if (EnvironmentType !== 'LINUX_CONTAINER') {
    const message = `Pipewright cannot run commands in an environment of type ${EnvironmentType}; use LINUX_CONTAINER.`
    return failed('ConfigurationError', message)
  }
  if (computeType === undefined) {
    return failed('ConfigurationError', `ComputeType ${size} is none of ${COMPUTE_TYPES.join(', ')}.`)
  }
  return {
    order,
    projectName: managedProjectName(order.pipeline.name),
    primary,
    environmentVariables: (order.environmentVariables ?? []).map(({ name, value, type }) => ({
      name,
      value,
      type: type as NonNullable<EnvironmentVariable['type']>,
    })),
    buildspec: buildspecOf(order),
    // there is no project that could have a role of its own
    serviceRole: order.action.roleArn ?? order.pipelineRoleArn,
    overrides: {
      environmentTypeOverride: 'LINUX_CONTAINER',
      computeTypeOverride: computeType,
      imageOverride: IMAGE,
      timeoutInMinutesOverride: TIMEOUT_MINUTES,
      logsConfigOverride: {
        cloudWatchLogs: { status: 'ENABLED', groupName: `/aws/codepipeline/${order.pipeline.name}` },
      },
    },
  }
}

function outcomeOf(build: Build): ActionOutcome {
  const { buildStatus = 'FAULT' } = build
  if (buildStatus !== 'SUCCEEDED') {
    const message = `Build terminated with state: ${buildStatus}${whyOf(build)}`
    return failed('JobFailed', message, { ...progressOf(build), summary: message })
  }
  return { type: 'Succeeded', progress: progressOf(build), outputVariables: exportedVariables(build) }
}

/** There is no project whose page would tell, so the first phase that failed does. */
function whyOf({ phases = [] }: Build): string {
  const { phaseType, contexts } = phases.find(({ phaseStatus }) => (phaseStatus ?? 'SUCCEEDED') !== 'SUCCEEDED') ?? {}
  const { statusCode, message } = contexts?.[0] ?? {}
  return message ? `. Phase: ${phaseType}, Code: ${statusCode ?? ''}, Message: ${message}` : ''
}

const progressOf = ({ id = '', logs, ...build }: Build): ActionProgress => ({
  externalExecutionId: id,
  ...timesOf(build),
  ...(logs?.deepLink !== undefined && { externalExecutionUrl: logs.deepLink }),
  ...(logs?.cloudWatchLogsArn !== undefined && { logStreamArn: logs.cloudWatchLogsArn }),
})
