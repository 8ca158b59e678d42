import type { ActionDeclaration, PipelineDeclaration } from './declaration.ts'

/** Where an action stands; `runOrder` is `undefined` when it cannot be known. */
export interface Position {
  readonly stageIndex: number
  readonly runOrder: number | undefined
}

/**
 * Is `one` certain to have succeeded before `other` starts? True for an earlier stage, and for the same stage with a
 * strictly smaller runOrder; equal numbers run side by side. An unknown runOrder gets the benefit of the doubt.
 *
 * Source: rule A-04; artifacts and variables share it.
 */
export function runsEarlier(one: Position, other: Position): boolean {
  if (one.stageIndex !== other.stageIndex) return one.stageIndex < other.stageIndex
  return one.runOrder === undefined || other.runOrder === undefined || one.runOrder < other.runOrder
}

/** All actions that are certain to have succeeded before the given action of a stored pipeline starts. */
export function guaranteedEarlier(
  { stages }: Pick<PipelineDeclaration, 'stages'>,
  { stageIndex, action }: { readonly stageIndex: number; readonly action: ActionDeclaration },
): readonly ActionDeclaration[] {
  return stages.flatMap(({ actions }, index) =>
    actions.filter(({ runOrder }) =>
      runsEarlier({ stageIndex: index, runOrder }, { stageIndex, runOrder: action.runOrder }),
    ),
  )
}
