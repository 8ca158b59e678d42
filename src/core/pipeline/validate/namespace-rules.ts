import type { DraftAction } from '../draft.ts'
import type { Problem } from '../problem.ts'
import { invalidAction } from './invalid-action.ts'
import { repeated, type Scene } from './scene.ts'

/** What is known about all namespaces of a pipeline, computed once. */
export interface Namespaces {
  readonly repeated: ReadonlySet<DraftAction>
  readonly artifacts: ReadonlySet<string>
  readonly reserved: ReadonlySet<string>
}

export const createNamespaces = ({ actions, draft }: Scene): Namespaces => ({
  repeated: new Set(repeated(actions, ({ namespace }) => namespace)),
  artifacts: new Set(
    actions.flatMap(({ inputs, outputs }) => [...inputs.items, ...outputs.items]).map(({ name }) => name),
  ),
  reserved: new Set(['codepipeline', ...((draft.variables?.items.length ?? 0) > 0 ? ['variables'] : [])]),
})

/** Rules of one action. */
export function namespaceProblems(
  { isOpaque }: Scene,
  action: DraftAction,
  namespaces: Namespaces,
): readonly Problem[] {
  const { namespace, stage, name, path } = action
  if (namespace === undefined || isOpaque(namespace)) return []
  const problem = (rule: string, message: string) => invalidAction(rule, message, [...path, 'namespace'])
  return [
    ...(namespaces.repeated.has(action)
      ? [
          problem(
            'A-13',
            `Namespaces must be unique across the pipeline definition. The following occur more than once in the pipeline. StageName=[${stage}], ActionName=[${name}], Namespace=[${namespace}]`,
          ),
        ]
      : []),
    ...(namespaces.artifacts.has(namespace)
      ? [problem('A-14', `Namespace ${namespace} conflicts with an artifact name`)]
      : []),
    ...(namespaces.reserved.has(namespace) ? [problem('A-15', `Namespace ${namespace} is reserved`)] : []),
  ]
}
