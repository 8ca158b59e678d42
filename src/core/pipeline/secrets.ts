/**
 * Secret configuration values: masked in every answer, kept when an update sends the mask back.
 *
 * Source: CodePipeline user guide, pipeline structure reference, on `****`; specification, "UpdatePipeline".
 */
import {
  actionTypeKey,
  findActionType,
  noCustomTypes,
  secretProperties,
  type CustomTypes,
} from '../catalog/action-types.ts'
import type { ActionDeclaration, ActionTypeId, PipelineDeclaration } from './declaration.ts'

export const MASK = '****'

/** The declaration as reads show it. */
export const maskSecrets = (
  declaration: PipelineDeclaration,
  customTypes: CustomTypes = noCustomTypes,
): PipelineDeclaration =>
  mapActions(declaration, (action) => ({
    ...action,
    configuration: maskConfiguration(action.configuration, action.actionTypeId, customTypes),
  }))

/** A configuration, raw or resolved, as histories show it. */
export function maskConfiguration(
  configuration: Readonly<Record<string, string>>,
  type: ActionTypeId,
  customTypes: CustomTypes = noCustomTypes,
): Readonly<Record<string, string>> {
  const secret = secretProperties(findActionType(type, customTypes))
  if (secret.size === 0) return configuration
  return Object.fromEntries(Object.entries(configuration).map(([key, value]) => [key, secret.has(key) ? MASK : value]))
}

/** Puts the previous version's secrets where the new one says `****`. */
export const mergeSecrets = (
  declaration: PipelineDeclaration,
  previous: PipelineDeclaration | undefined,
  customTypes: CustomTypes = noCustomTypes,
): PipelineDeclaration =>
  mapActions(declaration, (action, stage) => {
    const secret = secretProperties(findActionType(action.actionTypeId, customTypes))
    if (secret.size === 0) return action
    const known = previousAction(previous, { stage, name: action.name, type: action.actionTypeId })?.configuration
    const kept = (key: string, value: string) =>
      secret.has(key) && value === MASK && known !== undefined && Object.hasOwn(known, key) ? known[key] : value
    const entries = Object.entries(action.configuration)
    return {
      ...action,
      configuration: Object.fromEntries(entries.map(([key, value]) => [key, kept(key, value) ?? value])),
    }
  })

/** Same stage name, action name and action type: only then is it the same action, with the same secrets. */
interface ActionIdentity {
  readonly stage: string
  readonly name: string
  readonly type: ActionTypeId
}

export function hasPreviousSecret(
  previous: PipelineDeclaration | undefined,
  action: ActionIdentity,
  key: string,
): boolean {
  const known = previousAction(previous, action)
  return known !== undefined && Object.hasOwn(known.configuration, key)
}

function previousAction(
  previous: PipelineDeclaration | undefined,
  { stage, name, type }: ActionIdentity,
): ActionDeclaration | undefined {
  return previous?.stages
    .find((candidate) => candidate.name === stage)
    ?.actions.find(
      (candidate) => candidate.name === name && actionTypeKey(candidate.actionTypeId) === actionTypeKey(type),
    )
}

const mapActions = (
  declaration: PipelineDeclaration,
  change: (action: ActionDeclaration, stage: string) => ActionDeclaration,
): PipelineDeclaration => ({
  ...declaration,
  stages: declaration.stages.map((stage) => ({
    ...stage,
    actions: stage.actions.map((action) => change(action, stage.name)),
  })),
})
