/** The part of a declaration that the picture shows, from what the API answers. */
import type { PipelineDeclaration as ApiDeclaration, StageDeclaration as ApiStage } from '@aws-sdk/client-codepipeline'
import type { ExecutionMode, StageConditionKey } from '../../core/pipeline/declaration.ts'

export interface DeclaredPipeline {
  readonly name: string
  readonly version: number
  readonly mode: ExecutionMode
  readonly type: 'V1' | 'V2'
  readonly stages: readonly DeclaredStage[]
}

export interface DeclaredStage {
  readonly name: string
  readonly actions: readonly DeclaredAction[]
  readonly gates: readonly { readonly key: StageConditionKey; readonly rules: readonly string[] }[]
}

export interface DeclaredAction {
  readonly name: string
  readonly category: string
  readonly provider: string
  readonly runOrder: number
}

export const declaredOf = (declaration: ApiDeclaration): DeclaredPipeline => ({
  name: declaration.name ?? '',
  version: declaration.version ?? 1,
  mode: declaration.executionMode ?? 'SUPERSEDED',
  type: declaration.pipelineType ?? 'V1',
  stages: (declaration.stages ?? []).map(stageOf),
})

const stageOf = (stage: ApiStage): DeclaredStage => ({
  name: stage.name ?? '',
  actions: (stage.actions ?? []).map(({ name, actionTypeId, runOrder }) => ({
    name: name ?? '',
    category: actionTypeId?.category ?? '',
    provider: actionTypeId?.provider ?? '',
    runOrder: runOrder ?? 1,
  })),
  gates: GATES.flatMap((key) => {
    const rules = (stage[key]?.conditions ?? []).flatMap((condition) => condition.rules ?? [])
    return rules.length === 0 ? [] : [{ key, rules: rules.map(({ name }) => name ?? '') }]
  }),
})

const GATES = ['beforeEntry', 'onSuccess', 'onFailure'] as const
