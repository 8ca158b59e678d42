/**
 * Finds everything that is wrong with a declaration. The API throws the first problem (`firstError`), the linter prints
 * all of them.
 *
 * Source: specification, "Validation order and error precedence", groups 1 and 4 to 6; rule numbers are the
 * specification's. Identity, tags, roles and quotas need the store and stay with the service.
 */
import { QUOTAS } from '../catalog/quotas.ts'
import { readDraft } from './draft.ts'
import type { Problem } from './problem.ts'
import { shapeViolations } from './shape.ts'
import { actionProblems } from './validate/action-rules.ts'
import { pipelineProblems } from './validate/pipeline-rules.ts'
import { createScene, type Scene, type ValidationContext } from './validate/scene.ts'
import { stageProblems } from './validate/stage-rules.ts'
import { triggerProblems } from './validate/trigger-rules.ts'
import { v2Problems } from './validate/v2-features.ts'

export { firstError, type ExceptionName, type Problem } from './problem.ts'
export type { ValidationContext } from './validate/scene.ts'

/**
 * @param input a declaration as it was sent; any value is allowed
 * @returns all problems in the order of precedence; empty when the declaration may be stored. Never throws.
 */
export function validatePipeline(input: unknown, context: ValidationContext): readonly Problem[] {
  const scene = createScene(readDraft(input), context)
  const general = [...shapeProblems(input, context), ...pipelineProblems(scene)]
  if (isOversized(scene)) return general
  return [
    ...general,
    ...v2Problems(scene),
    ...triggerProblems(scene),
    ...stageProblems(scene),
    ...actionProblems(scene),
  ]
}

/** Beyond the hard quotas nobody reads on, and a hostile input could keep us busy. */
const isOversized = ({ draft, actions }: Scene): boolean =>
  draft.stages.items.length > QUOTAS.stagesPerPipeline.max || actions.length > QUOTAS.actionsPerPipeline

const shapeProblems = (input: unknown, context: ValidationContext): readonly Problem[] =>
  shapeViolations('PipelineDeclaration', input, ['pipeline'], context).map(({ path, message }) => ({
    rule: 'shape',
    exception: 'ValidationException',
    message,
    path,
  }))
