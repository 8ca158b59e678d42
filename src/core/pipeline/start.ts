/**
 * What a caller may say when starting an execution.
 *
 * Source: specification, "StartPipelineExecution".
 */
import { findActionType, type SourceRevisionType } from '../catalog/action-types.ts'
import type { ActionDeclaration, PipelineDeclaration } from './declaration.ts'

export interface StartInput {
  readonly variables?: readonly { readonly name: string; readonly value: string }[] | undefined
  readonly sourceRevisions?: readonly SourceRevisionOverride[] | undefined
}

export interface SourceRevisionOverride {
  readonly actionName: string
  readonly revisionType: SourceRevisionType
  readonly revisionValue: string
}

export interface ResolvedVariable {
  readonly name: string
  readonly resolvedValue: string
}

/** `message` is that of the `ValidationException`, or the status summary of an execution that started by itself. */
export type StartCheck = { readonly message: string } | { readonly resolvedVariables: readonly ResolvedVariable[] }

/** @param input shape-checked; lengths and enums are not looked at again */
export function checkStart(declaration: PipelineDeclaration, input: StartInput): StartCheck {
  const message =
    variablesMessage(declaration, input.variables ?? []) ?? revisionsMessage(declaration, input.sourceRevisions ?? [])
  return message === undefined ? { resolvedVariables: resolveVariables(declaration, input) } : { message }
}

/** Names of the variables that need a value at every start. */
export const requiredVariables = ({ variables = [] }: PipelineDeclaration): readonly string[] =>
  variables.filter(({ defaultValue }) => defaultValue === undefined).map(({ name }) => name)

const resolveVariables = (
  { variables = [] }: PipelineDeclaration,
  { variables: given = [] }: StartInput,
): readonly ResolvedVariable[] => {
  const values = new Map(given.map(({ name, value }) => [name, value]))
  return variables.map(({ name, defaultValue = '' }) => ({ name, resolvedValue: values.get(name) ?? defaultValue }))
}

function variablesMessage(
  declaration: PipelineDeclaration,
  given: readonly { readonly name: string }[],
): string | undefined {
  const names = given.map(({ name }) => name)
  if (names.length > 0 && declaration.pipelineType === 'V1') {
    return `Variables can only be used with V2 pipelines. Pipeline ${declaration.name} is a V1 pipeline.`
  }
  const declared = new Set((declaration.variables ?? []).map(({ name }) => name))
  const unknown = names.find((name) => !declared.has(name))
  if (unknown !== undefined) return `Pipeline ${declaration.name} does not declare a variable with name ${unknown}`
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) return `Variable names must be unique. ${twice} has been used more than once.`
  const missing = requiredVariables(declaration).filter((name) => !names.includes(name))
  if (missing.length === 0) return undefined
  return `Pipeline ${declaration.name} needs values for the variables [${missing.join(', ')}], which have no default value`
}

function revisionsMessage(
  declaration: PipelineDeclaration,
  overrides: readonly SourceRevisionOverride[],
): string | undefined {
  if (overrides.length === 0) return undefined
  if (declaration.pipelineType === 'V1') {
    return `Source revision overrides can only be used with V2 pipelines. Pipeline ${declaration.name} is a V1 pipeline.`
  }
  const seen = new Set<string>()
  for (const override of overrides) {
    const message = revisionMessage(declaration, override)
    if (message !== undefined) return message
    const key = `${override.actionName} ${override.revisionType}`
    if (seen.has(key)) {
      return `Source revision overrides must be unique. ${override.revisionType} has been used more than once for action ${override.actionName}.`
    }
    seen.add(key)
  }
  return undefined
}

function revisionMessage(
  { stages, name }: PipelineDeclaration,
  { actionName, revisionType }: SourceRevisionOverride,
): string | undefined {
  const action = stages[0]?.actions.find((candidate) => candidate.name === actionName)
  if (action === undefined || action.actionTypeId.category !== 'Source') {
    return `Pipeline ${name} does not have a source action with name ${actionName}`
  }
  if (!revisionTypes(action).includes(revisionType)) {
    return `Revision type ${revisionType} is not supported for action ${actionName}`
  }
  if (
    revisionType !== 'S3_OBJECT_KEY' ||
    action.configuration['AllowOverrideForS3ObjectKey']?.toLowerCase() === 'true'
  ) {
    return undefined
  }
  return `Revision type S3_OBJECT_KEY is not allowed for action ${actionName}: its configuration does not set AllowOverrideForS3ObjectKey to true`
}

/** A custom source's revisions are what its worker says they are; commit ids are the only ones worth passing on. */
const revisionTypes = ({ actionTypeId }: ActionDeclaration): readonly SourceRevisionType[] =>
  findActionType(actionTypeId)?.revisionTypes ?? ['COMMIT_ID']
