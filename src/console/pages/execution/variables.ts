/** What every variable of an execution was, and where its value came from. */
import type { PipelineDeclaration, PipelineExecution } from '@aws-sdk/client-codepipeline'
import { parseReferences } from '../../../core/variables/references.ts'
import type { Run } from './attempts.ts'

export interface ShownVariable {
  /** as it is referred to: `variables.Tag`, `Source.CommitId`; actions without a namespace cannot be referred to */
  readonly name: string
  readonly value: string
  readonly origin:
    | { readonly kind: 'default' }
    | { readonly kind: 'start'; readonly declaredDefault: string | undefined }
    | { readonly kind: 'action'; readonly stage: string; readonly action: string; readonly attempt: number }
  /** `Stage/Action`s whose configuration refers to it */
  readonly usedBy: readonly string[]
}

export function variablesOf(
  execution: Pick<PipelineExecution, 'variables'>,
  declaration: Pick<PipelineDeclaration, 'variables' | 'stages'> | undefined,
  runs: readonly Run[],
): readonly ShownVariable[] {
  const users = usersOf(declaration)
  const usedBy = (name: string): readonly string[] => users.get(name) ?? []
  const declared = new Map(declaration?.variables?.map(({ name, defaultValue }) => [name, defaultValue]))
  const ofPipeline = (execution.variables ?? []).map(({ name: key = '', resolvedValue: value = '' }): ShownVariable => {
    const name = `variables.${key}`
    const declaredDefault = declared.get(key)
    const origin =
      declaredDefault === value ? ({ kind: 'default' } as const) : ({ kind: 'start', declaredDefault } as const)
    return { name, value, origin, usedBy: usedBy(name) }
  })
  // a retried action's newest successful run is the one that others read
  const producers = new Map(
    runs.filter(({ status, isLatest }) => status === 'Succeeded' || isLatest).map((run) => [run.key, run]),
  )
  const ofActions = producers
    .values()
    .flatMap(({ stage, action, attempt, detail }) =>
      Object.entries(detail.output?.outputVariables ?? {}).map(([key, value]): ShownVariable => {
        const namespace = detail.input?.namespace
        const name = namespace === undefined ? key : `${namespace}.${key}`
        return {
          name,
          value,
          origin: { kind: 'action', stage, action, attempt },
          usedBy: namespace === undefined ? [] : usedBy(name),
        }
      }),
    )
    .toArray()
  return [...ofPipeline, ...ofActions]
}

/** `namespace.key` -> who refers to it */
function usersOf(declaration: Pick<PipelineDeclaration, 'stages'> | undefined): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>()
  for (const stage of declaration?.stages ?? [])
    for (const action of stage.actions ?? [])
      for (const text of Object.values(action.configuration ?? {}))
        for (const { namespace, key } of parseReferences(text)) {
          const name = `${namespace}.${key}`
          const user = `${stage.name ?? ''}/${action.name ?? ''}`
          const known = users.get(name) ?? []
          if (!known.includes(user)) users.set(name, [...known, user])
        }
  return users
}
