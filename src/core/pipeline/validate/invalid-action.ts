import type { Problem } from '../problem.ts'
import type { Path } from '../shape.ts'

export const invalidAction = (rule: string, message: string, path: Path): Problem => ({
  rule,
  exception: 'InvalidActionDeclarationException',
  message,
  path,
})
