import type { Range } from '../../catalog/action-types.ts'
import type { DraftAction, DraftList, Named } from '../draft.ts'
import type { Position } from '../earlier.ts'
import type { Problem } from '../problem.ts'
import { invalidAction } from './invalid-action.ts'
import { repeated, type Scene } from './scene.ts'

/** Rules of one action. `repeatedOutputs` is computed once for the whole pipeline. */
export function artifactProblems(
  scene: Scene,
  action: DraftAction,
  repeatedOutputs: ReadonlySet<Named>,
): readonly Problem[] {
  const type = scene.typeOf(action)
  const { name, path, inputs, outputs } = action
  const counts =
    type === undefined || type === 'unknown'
      ? []
      : [
          ...artifactCountProblems(`Action ${name}`, 'input', inputs, type.inputs).map((message) =>
            invalidAction('A-02', message, [...path, 'inputArtifacts']),
          ),
          ...artifactCountProblems(`Action ${name}`, 'output', outputs, type.outputs).map((message) =>
            invalidAction('A-03', message, [...path, 'outputArtifacts']),
          ),
        ]
  return [
    ...counts,
    ...unavailableInputs(scene, inputs, action).map((input) =>
      invalidAction(
        'A-04',
        `Input Artifact Bundle ${input.name} in action ${name} is not declared as Output Artifact Bundle in any of the preceding actions`,
        [...input.path, 'name'],
      ),
    ),
    ...repeated(inputs.items, (input) => input.name).map((input) =>
      invalidAction('A-05', `Action ${name} declares input artifact ${input.name} more than once`, [
        ...input.path,
        'name',
      ]),
    ),
    ...outputs.items
      .filter((output) => repeatedOutputs.has(output))
      .map((output) =>
        invalidAction(
          'A-06',
          `Output Artifact Bundle name must be unique within the pipeline. ${output.name} has been used more than once.`,
          [...output.path, 'name'],
        ),
      ),
  ]
}

/** Output artifacts whose name an earlier action of the pipeline has already used. */
export const findRepeatedOutputs = ({ actions }: Scene): ReadonlySet<Named> =>
  new Set(
    repeated(
      actions.flatMap(({ outputs }) => outputs.items as readonly Named[]),
      ({ name }) => name,
    ),
  )

export function artifactCountProblems(
  who: string,
  direction: 'input' | 'output',
  { items, open }: DraftList<unknown>,
  [min, max]: Range,
): readonly string[] {
  const declares = `${who} declares ${items.length} ${direction} artifacts which is`
  if (items.length < min && !open) return [`${declares} less than the minimum count (${min})`]
  return items.length > max ? [`${declares} more than the maximum count (${max})`] : []
}

/** The inputs that no action guaranteed to run before this position puts out. */
export const unavailableInputs = (
  { mayHaveArtifact }: Scene,
  inputs: DraftList<Named>,
  position: Position,
): readonly Named[] => inputs.items.filter(({ name }) => name !== '' && !mayHaveArtifact(name, position))
