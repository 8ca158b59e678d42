import type { ActionType } from '../../catalog/action-types.ts'
import type { Draft, DraftAction, DraftTrigger } from '../draft.ts'
import type { Problem } from '../problem.ts'
import type { Path } from '../shape.ts'
import { invalidStructure } from './pipeline-rules.ts'
import type { Scene } from './scene.ts'

/** A part of a declaration that exists in V2 pipelines only. */
export interface V2Feature {
  readonly rule: string
  /** as in "… can only be used with V2 pipelines" */
  readonly feature: string
  readonly path: Path
}

/** Rules P-14, P-15, P-16, P-20 and S-04: a pipeline that calls itself V1 may hold nothing that needs V2. */
export const v2Problems = ({ draft, typeOf }: Scene): readonly Problem[] =>
  draft.pipelineType === 'V1'
    ? v2Features(draft, typeOf).map(({ rule, feature, path }) =>
        invalidStructure(rule, `${feature} can only be used with V2 pipelines`, path),
      )
    : []

/** Everything in the draft that makes a pipeline without a `pipelineType` a V2 pipeline. */
export const v2Features = (
  draft: Draft,
  typeOf: (action: DraftAction) => ActionType | 'unknown' | undefined,
): readonly V2Feature[] => [
  ...executionMode(draft),
  ...(given(draft.variables) ? [at('P-15', 'Variables', [...draft.path, 'variables'])] : []),
  ...(draft.triggers?.items ?? []).slice(0, 1).map((trigger) => at('P-16', triggerFeature(trigger), trigger.path)),
  ...draft.stages.items.flatMap(({ conditions }) => conditions.map(({ path }) => at('S-04', 'Stage conditions', path))),
  ...draft.stages.items.flatMap(({ actions }) =>
    actions.items.flatMap((action) => actionFeatures(action, typeOf(action))),
  ),
]

const at = (rule: string, feature: string, path: Path): V2Feature => ({ rule, feature, path })

const given = (list: { readonly items: readonly unknown[]; readonly open: boolean } | undefined): boolean =>
  list !== undefined && (list.items.length > 0 || list.open)

const executionMode = ({ executionMode, path }: Draft): readonly V2Feature[] =>
  executionMode === 'QUEUED' || executionMode === 'PARALLEL'
    ? [at('P-14', `Execution mode ${executionMode}`, [...path, 'executionMode'])]
    : []

const triggerFeature = ({ push }: DraftTrigger): string =>
  push.items.some(({ tags }) => tags !== undefined && tags !== null) ? 'Triggers on tag' : 'Triggers'

function actionFeatures(action: DraftAction, type: ActionType | 'unknown' | undefined): readonly V2Feature[] {
  const { path } = action
  if (type !== undefined && type !== 'unknown' && type.v2Only) {
    return [at('P-20', `Action provider ${type.provider}`, [...path, 'actionTypeId'])]
  }
  return [
    ...(given(action.commands) ? [at('P-20', 'Commands', [...path, 'commands'])] : []),
    ...(given(action.outputVariables) ? [at('P-20', 'Output variables', [...path, 'outputVariables'])] : []),
    ...(given(action.environmentVariables)
      ? [at('P-20', 'Environment variables', [...path, 'environmentVariables'])]
      : []),
    ...action.outputs.items.filter(({ files }) => files).map(({ path }) => at('P-20', 'Output artifact files', path)),
  ]
}
