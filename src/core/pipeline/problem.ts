import { shapeMessage, type Path } from './shape.ts'

/** One thing that is wrong with a declaration. */
export interface Problem {
  /** `P-03`, `S-06`, `A-04`… as in the specification; `shape` for constraints of the API model */
  readonly rule: string
  readonly exception: ExceptionName
  readonly message: string
  /** where in the declaration, wire member names and zero-based indices; starts below `pipeline` */
  readonly path: Path
}

export type ExceptionName =
  | 'ValidationException'
  | 'InvalidStructureException'
  | 'InvalidStageDeclarationException'
  | 'InvalidBlockerDeclarationException'
  | 'InvalidActionDeclarationException'

/**
 * What the API answers: shape violations all in one message, otherwise the first problem.
 * @returns `undefined` when there is no problem
 */
export function firstError(
  problems: readonly Problem[],
): { readonly exception: ExceptionName; readonly message: string } | undefined {
  const message = shapeMessage(problems.filter(({ rule }) => rule === 'shape'))
  return message === undefined ? problems[0] : { exception: 'ValidationException', message }
}
