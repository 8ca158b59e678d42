/** The dialog's content as data, and the checks of it: those of the core, so that the server has nothing to add. */
import type {
  PipelineExecution,
  SourceRevisionOverride,
  StartPipelineExecutionInput,
} from '@aws-sdk/client-codepipeline'
import { findActionType, type SourceRevisionType } from '../../../core/catalog/action-types.ts'
import type { ActionDeclaration, PipelineDeclaration } from '../../../core/pipeline/declaration.ts'
import { checkStart } from '../../../core/pipeline/start.ts'

export interface SourceChoice {
  readonly action: ActionDeclaration
  readonly revisionType: SourceRevisionType
  /** empty: the newest there is */
  readonly value: string
}

export interface VariableChoice {
  readonly name: string
  readonly description: string | undefined
  readonly defaultValue: string | undefined
  /** empty: the default */
  readonly value: string
}

export interface StartForm {
  readonly sources: readonly SourceChoice[]
  readonly variables: readonly VariableChoice[]
}

/** @param like "the same as that one, but…" */
export function startForm(declaration: PipelineDeclaration, like?: PipelineExecution): StartForm {
  const canOverride = declaration.pipelineType !== 'V1'
  const sources = (declaration.stages[0]?.actions ?? []).flatMap((action): SourceChoice[] => {
    const [revisionType] = findActionType(action.actionTypeId)?.revisionTypes ?? []
    if (!canOverride || revisionType === undefined) return []
    const name = action.outputArtifacts[0]?.name
    const earlier = like?.artifactRevisions?.find((revision) => revision.name === name)?.revisionId
    return [{ action, revisionType, value: earlier ?? '' }]
  })
  const variables = (declaration.variables ?? []).map(({ name, description, defaultValue }): VariableChoice => {
    const earlier = like?.variables?.find((variable) => variable.name === name)?.resolvedValue
    return { name, description, defaultValue, value: earlier === undefined || earlier === defaultValue ? '' : earlier }
  })
  return { sources, variables }
}

export function startInput(name: string, { sources, variables }: StartForm): StartPipelineExecutionInput {
  const sourceRevisions = sources.flatMap(({ action, revisionType, value }): SourceRevisionOverride[] =>
    value === '' ? [] : [{ actionName: action.name, revisionType, revisionValue: value }],
  )
  const given = variables.flatMap(({ name: variable, value }) => (value === '' ? [] : [{ name: variable, value }]))
  return {
    name,
    ...(sourceRevisions.length > 0 && { sourceRevisions }),
    ...(given.length > 0 && { variables: given }),
  }
}

const LONGEST_VALUE = 1000

/** What is wrong with one variable's value; undefined: nothing. */
export function variableProblem({ value, defaultValue }: VariableChoice): string | undefined {
  if (value === '' && defaultValue === undefined) return 'It has no default: give a value.'
  if (value.length > LONGEST_VALUE) return `It may have ${LONGEST_VALUE} characters; this has ${value.length}.`
  return /[\n\r]/.test(value) ? 'It must be one line.' : undefined
}

/** What the API would refuse, in its own words; undefined: nothing. */
export function startProblem(declaration: PipelineDeclaration, form: StartForm): string | undefined {
  const { variables, sourceRevisions } = startInput(declaration.name, form)
  const check = checkStart(declaration, {
    variables: variables as { name: string; value: string }[] | undefined,
    sourceRevisions: sourceRevisions as {
      actionName: string
      revisionType: SourceRevisionType
      revisionValue: string
    }[],
  })
  return 'message' in check ? check.message : undefined
}

/** What will happen, in a sentence. */
export function whatWillRun({ stages, executionMode }: PipelineDeclaration): string {
  const actions = stages.reduce((sum, stage) => sum + stage.actions.length, 0)
  const first = `${actions} actions in ${stages.length} stages: ${stages.map(({ name }) => name).join(', ')}.`
  return `${first} ${MODES[executionMode ?? 'SUPERSEDED']}`
}

const MODES: Readonly<Record<string, string>> = {
  SUPERSEDED: 'A newer execution overtakes one that waits in front of a stage.',
  QUEUED: 'It waits in line for each stage behind the executions before it.',
  PARALLEL: 'It runs beside the others.',
}
