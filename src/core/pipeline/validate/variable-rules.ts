import { parseReferences, printReference, type Reference } from '../../variables/references.ts'
import type { DraftAction, DraftText } from '../draft.ts'
import type { Problem } from '../problem.ts'
import { invalidAction } from './invalid-action.ts'
import type { Scene } from './scene.ts'

/** Rules of one action. */
export function variableProblems(scene: Scene, action: DraftAction): readonly Problem[] {
  return textsOf(action)
    .filter(({ text }) => !scene.isOpaque(text))
    .flatMap(({ text, path }) =>
      parseReferences(text).flatMap((reference) => {
        const problem = referenceProblem(scene, action, reference)
        return problem === undefined ? [] : [invalidAction(problem.rule, problem.message, path)]
      }),
    )
}

/** Everywhere the engine resolves references before the action starts. */
const textsOf = ({ configuration, commands, environmentVariables }: DraftAction): readonly DraftText[] => [
  ...[...configuration.entries].map(([key, text]) => ({ text, path: [...configuration.path, key] })),
  ...(commands?.items ?? []),
  ...(environmentVariables?.items ?? []).map(({ value, path }) => ({ text: value, path: [...path, 'value'] })),
]

function referenceProblem(
  scene: Scene,
  action: DraftAction,
  reference: Reference,
): { readonly rule: string; readonly message: string } | undefined {
  const { namespace, key } = reference
  const unavailable = {
    rule: 'A-16',
    message: `Action ${action.name} references variable ${printReference(reference)} which is not available before the action runs`,
  }
  if (namespace === 'codepipeline') return key === 'PipelineExecutionId' ? undefined : unavailable
  const { variables } = scene.draft
  if (namespace === 'variables' && variables !== undefined && (variables.items.length > 0 || variables.open)) {
    if (action.type.category === 'Source') {
      return { rule: 'A-17', message: `Source action ${action.name} cannot use pipeline variables` }
    }
    const declared = variables.open || variables.items.some(({ name }) => name === key || scene.isOpaque(name))
    return declared ? undefined : unavailable
  }
  return scene.mayHaveNamespace(namespace, action) ? undefined : unavailable
}
