import { parseReferences, printReference, type Reference } from '../../variables/references.ts'
import type { DraftAction, DraftConditionSet, DraftRule, DraftText } from '../draft.ts'
import type { Position } from '../earlier.ts'
import type { Problem } from '../problem.ts'
import type { Path } from '../shape.ts'
import { invalidAction } from './invalid-action.ts'
import type { Scene } from './scene.ts'

/** Rules of one action. */
export function variableProblems(scene: Scene, action: DraftAction): readonly Problem[] {
  return referencesOf(scene, action).flatMap(({ reference, path }) => {
    if (action.type.category === 'Source' && isPipelineVariable(scene, reference)) {
      return [invalidAction('A-17', `Source action ${action.name} cannot use pipeline variables`, path)]
    }
    if (isAvailable(scene, reference, action)) return []
    const message = `Action ${action.name} references variable ${printReference(reference)} which is not available before the action runs`
    return [invalidAction('A-16', message, path)]
  })
}

/** What of an action or a rule the engine resolves before it starts. */
export type Referring = Pick<DraftAction, 'configuration' | 'commands'> &
  Partial<Pick<DraftAction, 'environmentVariables'>>

/** Every reference of an action or a rule, in document order. */
export const referencesOf = (
  { isOpaque }: Scene,
  { configuration, commands, environmentVariables }: Referring,
): readonly { readonly reference: Reference; readonly path: Path }[] =>
  [
    ...[...configuration.entries].map(([key, text]): DraftText => ({ text, path: [...configuration.path, key] })),
    ...(commands?.items ?? []),
    ...(environmentVariables?.items ?? []).map(({ value, path }) => ({ text: value, path: [...path, 'value'] })),
  ]
    .filter(({ text }) => !isOpaque(text))
    .flatMap(({ text, path }) => parseReferences(text).map((reference) => ({ reference, path })))

/** Is the variable's producer certain to have ended before this position? Keys of actions are not looked at: no table knows them all. */
export function isAvailable(scene: Scene, reference: Reference, position: Position): boolean {
  const { namespace, key } = reference
  if (namespace === 'codepipeline') return key === 'PipelineExecutionId'
  if (!isPipelineVariable(scene, reference)) return scene.mayHaveNamespace(namespace, position)
  return scene.mayHaveVariable(key)
}

/** Without pipeline variables, `variables` is a namespace like any other. */
const isPipelineVariable = ({ draft: { variables } }: Scene, { namespace }: Reference): boolean =>
  namespace === 'variables' && variables !== undefined && (variables.items.length > 0 || variables.open)

/** Where the rules of a stage's conditions stand: entry conditions before all of its actions, the others after them. */
export const conditionPosition = (stageIndex: number, key: DraftConditionSet['key']): Position => ({
  stageIndex,
  runOrder: key === 'beforeEntry' ? 0 : Number.POSITIVE_INFINITY,
})

/** The references of a rule that nothing can have a value for, each with the sentence that refuses it. */
export const unavailableRuleVariables = (
  scene: Scene,
  rule: DraftRule,
  position: Position,
): readonly { readonly message: string; readonly path: Path }[] =>
  referencesOf(scene, rule)
    .filter(({ reference }) => !isAvailable(scene, reference, position))
    .map(({ reference, path }) => ({
      message: `Rule ${rule.name} references variable ${printReference(reference)} which is not available before the rule runs`,
      path,
    }))
