/** Build and Test / AWS / CodeBuild: starts a build and waits for its end. Source: actions.md 4.1. */
import type { Build } from '@aws-sdk/client-codebuild'
import type { ActionOrder, ActionProgress } from '../../core/execution/execution.ts'
import { ArtifactMissing } from '../artifact-files.ts'
import { failed, isTrue } from '../outcomes.ts'
import type { ActionOutcome, ActionProvider } from '../provider.ts'
import { exportedVariables, runBuild, timesOf } from '../run-build.ts'
import type { BuildRequest } from '../start-build.ts'
import { parseEnvironmentVariables } from './environment-variables.ts'

export const codeBuild: ActionProvider['run'] = async (order, context) => {
  const request = readConfiguration(order)
  if ('type' in request) return request
  const build = await runBuild(request, context, progressOf)
  return build instanceof ArtifactMissing ? { type: 'Failed', error: build.details } : outcomeOf(build)
}

function readConfiguration(order: ActionOrder): BuildRequest | ActionOutcome {
  const configuration = order.action.resolvedConfiguration
  const { inputArtifacts } = order.action
  const {
    ProjectName: projectName = '',
    PrimarySource,
    BuildspecOverride: buildspec,
    ServiceRoleArnOverride: serviceRole,
  } = configuration
  if (isTrue(configuration['BatchEnabled'])) {
    return failed('ConfigurationError', 'Pipewright cannot run batch builds (BatchEnabled) yet.')
  }
  if (inputArtifacts.length > 1 && PrimarySource === undefined) {
    return failed('ConfigurationError', 'PrimarySource is required when the action has more than one input artifact.')
  }
  const primary =
    PrimarySource === undefined ? inputArtifacts[0] : inputArtifacts.find(({ name }) => name === PrimarySource)
  if (primary === undefined) {
    return failed('ConfigurationError', `PrimarySource ${PrimarySource ?? ''} is not an input artifact of the action.`)
  }
  const environmentVariables = parseEnvironmentVariables(configuration['EnvironmentVariables'])
  if (typeof environmentVariables === 'string') return failed('ConfigurationError', environmentVariables)
  return {
    order,
    projectName,
    primary,
    environmentVariables,
    ...(buildspec !== undefined && { buildspec }),
    ...(serviceRole !== undefined && { serviceRole }),
  }
}

function outcomeOf(build: Build): ActionOutcome {
  const { buildStatus = 'FAULT' } = build
  if (buildStatus !== 'SUCCEEDED') {
    const message = `Build terminated with state: ${buildStatus}`
    return failed('JobFailed', message, { ...progressOf(build), summary: message })
  }
  return { type: 'Succeeded', progress: progressOf(build), outputVariables: exportedVariables(build) }
}

const progressOf = ({ id = '', logs, ...build }: Build): ActionProgress => ({
  externalExecutionId: id,
  ...timesOf(build),
  ...(logs?.deepLink !== undefined && { externalExecutionUrl: logs.deepLink }),
})
