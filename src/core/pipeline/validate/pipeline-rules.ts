import { QUOTAS } from '../../catalog/quotas.ts'
import type { Problem } from '../problem.ts'
import type { Path } from '../shape.ts'
import { fewerThan, repeated, type Scene } from './scene.ts'

/** Rules P-03 to P-15 and P-21; what needs V2 is in `v2-features.ts`, triggers in `trigger-rules.ts`. */
export const pipelineProblems = (scene: Scene): readonly Problem[] =>
  [stageCount, stageNames, sourceStage, actionCount, artifactStores, variableNames, parallelRollback].flatMap((rule) =>
    rule(scene),
  )

export const invalidStructure = (rule: string, message: string, path: Path): Problem => ({
  rule,
  exception: 'InvalidStructureException',
  message,
  path,
})

function stageCount({ draft: { stages, path } }: Scene): readonly Problem[] {
  const { min, max } = QUOTAS.stagesPerPipeline
  const count = stages.items.length
  const at = [...path, 'stages']
  if (fewerThan(stages, min)) {
    const message = `Pipeline has only ${count} stage(s). There should be a minimum of ${min} stages in a pipeline`
    return [invalidStructure('P-03', message, at)]
  }
  if (count <= max) return []
  const message = `Pipeline has ${count} stage(s). There should be a maximum of ${max} stages in a pipeline`
  return [invalidStructure('P-04', message, at)]
}

const stageNames = ({ draft }: Scene): readonly Problem[] =>
  repeated(draft.stages.items, ({ name }) => name).map(({ name, path }) =>
    invalidStructure('P-05', `Stage name must be unique within the pipeline. ${name} has been used more than once.`, [
      ...path,
      'name',
    ]),
  )

function sourceStage({ draft, actions, isOpaque }: Scene): readonly Problem[] {
  const problems: Problem[] = []
  // A stage that is not shown may be the first one: then nothing is known about any other.
  const first = draft.stages.open ? undefined : draft.stages.items[0]
  const stranger = first?.actions.items.find(({ type }) => type.category !== 'Source' && !isOpaque(type.category))
  if (first !== undefined && (fewerThan(first.actions, 1) || stranger !== undefined)) {
    const message = 'Pipeline should start with a stage that only contains source actions'
    problems.push(invalidStructure('P-06', message, stranger?.path ?? first.path))
  }
  for (const { name, stage, stageIndex, type, path } of actions) {
    if (type.category !== 'Source' || stageIndex === 0) continue
    const message = `Source action ${name} in stage ${stage} is only allowed in the first stage of the pipeline`
    problems.push(invalidStructure('P-07', message, path))
  }
  return problems
}

function actionCount({ draft, actions }: Scene): readonly Problem[] {
  const max = QUOTAS.actionsPerPipeline
  if (actions.length <= max) return []
  const message = `Pipeline has ${actions.length} actions. There should be a maximum of ${max} actions in a pipeline`
  return [invalidStructure('P-09', message, [...draft.path, 'stages'])]
}

function artifactStores({ draft, context: { region }, actions, isOpaque }: Scene): readonly Problem[] {
  const { artifactStore, artifactStores: stores, path } = draft
  if (artifactStore === (stores !== undefined)) {
    const message = 'Exactly one of artifactStore and artifactStores must be specified'
    return [invalidStructure('P-10', message, artifactStore ? [...path, 'artifactStores'] : path)]
  }
  const problems: Problem[] = []
  const regions = stores?.items ?? (region === undefined ? [] : [region])
  if (stores !== undefined && region !== undefined && !stores.open && !regions.includes(region)) {
    const message = `artifactStores must contain an artifact store for the pipeline region ${region}`
    problems.push(invalidStructure('P-11', message, [...path, 'artifactStores']))
  }
  // The template's own region expression names the pipeline region, and an unknown one may name any.
  const unknowable = stores === undefined ? region === undefined : stores.open || regions.some(isOpaque)
  if (unknowable) return problems
  for (const action of actions) {
    if (action.region === undefined || isOpaque(action.region) || regions.includes(action.region)) continue
    const message = `Action ${action.name} in stage ${action.stage} uses region ${action.region} but no artifact store is declared for that region`
    problems.push(invalidStructure('P-12', message, [...action.path, 'region']))
  }
  return problems
}

const variableNames = ({ draft }: Scene): readonly Problem[] =>
  repeated(draft.variables?.items ?? [], ({ name }) => name).map(({ name, path }) =>
    invalidStructure(
      'P-15',
      `Variable name must be unique within the pipeline. ${name} has been used more than once.`,
      [...path, 'name'],
    ),
  )

function parallelRollback({ draft }: Scene): readonly Problem[] {
  if (draft.executionMode !== 'PARALLEL') return []
  const message = 'Rollback cannot be configured for pipelines in PARALLEL execution mode'
  return draft.stages.items.flatMap(({ conditions }) =>
    conditions
      .flatMap((set) => [set, ...set.conditions.items])
      .filter(({ result }) => result === 'ROLLBACK')
      .map(({ path }) => invalidStructure('P-21', message, [...path, 'result'])),
  )
}
