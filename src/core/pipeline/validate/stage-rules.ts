import { QUOTAS } from '../../catalog/quotas.ts'
import { findRuleType } from '../../catalog/rule-types.ts'
import type { DraftCondition, DraftConditionSet, DraftRule, DraftStage } from '../draft.ts'
import type { ExceptionName, Problem } from '../problem.ts'
import type { Path } from '../shape.ts'
import { artifactCountProblems, unavailableInputs } from './artifact-rules.ts'
import { configurationKeyProblems } from './configuration-rules.ts'
import { fewerThan, repeated, type Scene } from './scene.ts'
import { conditionPosition, unavailableRuleVariables } from './variable-rules.ts'

/** Rules S-01 to S-13, stage by stage in document order (S-04 is in `v2-features.ts`). */
export const stageProblems = (scene: Scene): readonly Problem[] =>
  scene.draft.stages.items.flatMap((stage) => [
    ...actionCount(stage),
    ...actionNames(stage),
    ...blockers(stage),
    ...stage.conditions.flatMap((set) => conditionSetProblems(scene, stage, set)),
  ])

const problem = (
  rule: string,
  message: string,
  path: Path,
  exception: ExceptionName = 'InvalidStageDeclarationException',
): Problem => ({ rule, exception, message, path })

function actionCount({ name, actions, path }: DraftStage): readonly Problem[] {
  const { min, max } = QUOTAS.actionsPerStage
  const count = actions.items.length
  const at = [...path, 'actions']
  if (fewerThan(actions, min)) return [problem('S-01', `Stage ${name} must have at least one action`, at)]
  if (count <= max) return []
  const message = `Stage ${name} has ${count} actions. There should be a maximum of ${max} actions in a stage`
  return [problem('S-01', message, at)]
}

const actionNames = (stage: DraftStage): readonly Problem[] =>
  repeated(stage.actions.items, ({ name }) => name).map(({ name, path }) =>
    problem(
      'S-02',
      `Action name must be unique within a stage. ${name} has been used more than once in stage ${stage.name}.`,
      [...path, 'name'],
    ),
  )

const blockers = ({ blockers, path }: DraftStage): readonly Problem[] =>
  blockers.items.length === 0
    ? []
    : [
        problem(
          'S-03',
          'Blockers are reserved for future use',
          [...path, 'blockers'],
          'InvalidBlockerDeclarationException',
        ),
      ]

/** Allowed results of a condition, and of the condition set itself (only onFailure has one). */
const RESULTS = {
  beforeEntry: { condition: ['FAIL', 'SKIP'], set: [] },
  onSuccess: { condition: ['ROLLBACK', 'FAIL'], set: [] },
  onFailure: { condition: ['ROLLBACK', 'FAIL', 'RETRY'], set: ['ROLLBACK', 'RETRY', 'FAIL'] },
} as const satisfies Record<
  DraftConditionSet['key'],
  { readonly condition: readonly string[]; readonly set: readonly string[] }
>

function conditionSetProblems(scene: Scene, stage: DraftStage, set: DraftConditionSet): readonly Problem[] {
  const { key, path, result } = set
  const problems: Problem[] = []
  const holders = [
    { result, path, allowed: RESULTS[key].set },
    ...set.conditions.items.map((condition) => ({ ...condition, allowed: RESULTS[key].condition })),
  ]
  for (const holder of holders) {
    const allowed: readonly string[] = holder.allowed
    const at = [...holder.path, 'result']
    if (holder.result === undefined || scene.isOpaque(holder.result)) continue
    if (!allowed.includes(holder.result)) {
      const message = `Result ${holder.result} is not supported for the ${key} condition of stage ${stage.name}`
      problems.push(problem('S-06', message, at))
    } else if (holder.result === 'ROLLBACK' && stage.index === 0) {
      problems.push(problem('S-09', 'Rollback cannot be configured for the source stage', at))
    }
  }
  if (set.retryConfiguration && result !== 'RETRY' && !scene.isOpaque(result)) {
    const message = `Retry configuration can only be used with the RETRY result in stage ${stage.name}`
    problems.push(problem('S-08', message, [...path, 'retryConfiguration']))
  }
  return [...problems, ...set.conditions.items.flatMap((condition) => conditionProblems(scene, stage, set, condition))]
}

function conditionProblems(
  scene: Scene,
  stage: DraftStage,
  set: DraftConditionSet,
  condition: DraftCondition,
): readonly Problem[] {
  const { rules, result } = condition
  return [
    ...repeated(rules.items, ({ name }) => name).map(({ name, path }) =>
      problem('S-05', `Rule name must be unique within a condition. ${name} has been used more than once.`, [
        ...path,
        'name',
      ]),
    ),
    ...rules.items.flatMap((rule) => ruleProblems(scene, stage, set, rule, result)),
  ]
}

function ruleProblems(
  scene: Scene,
  stage: DraftStage,
  { key }: DraftConditionSet,
  rule: DraftRule,
  result: string | undefined,
): readonly Problem[] {
  const { provider, version, path, name } = rule
  if (scene.isOpaque(provider) || scene.isOpaque(version)) return []
  const type = findRuleType(version === undefined ? { provider } : { provider, version })
  if (type === undefined) return [problem('S-11', `Rule type ${provider} is not available`, [...path, 'ruleTypeId'])]
  const problems: Problem[] = []
  if (result === 'SKIP' && !type.maySkip) {
    const message = `Rule provider ${provider} cannot be used with the SKIP result`
    problems.push(problem('S-07', message, [...path, 'ruleTypeId']))
  }
  for (const { message, path: at } of configurationKeyProblems(rule, type, 'Rule')) {
    problems.push(problem('S-11', message, at))
  }
  if (type.commands !== (rule.commands !== undefined)) {
    const message = type.commands
      ? `Rule ${name} must have a non-empty commands field`
      : `The field commands is not supported by rule ${name}`
    problems.push(problem('S-11', message, [...path, 'commands']))
  }
  for (const message of artifactCountProblems(`Rule ${name}`, 'input', rule.inputs, type.inputs)) {
    problems.push(problem('S-12', message, [...path, 'inputArtifacts']))
  }
  const position = conditionPosition(stage.index, key)
  for (const input of unavailableInputs(scene, rule.inputs, position)) {
    const message = `Input Artifact Bundle ${input.name} in rule ${name} is not declared as Output Artifact Bundle in any of the preceding actions`
    problems.push(problem('S-12', message, [...input.path, 'name']))
  }
  for (const { message, path: at } of unavailableRuleVariables(scene, rule, position)) {
    problems.push(problem('S-13', message, at))
  }
  return problems
}
