/**
 * From a checked input to the declaration that is stored: known members only, defaults filled in, secrets kept.
 *
 * Source: specification, "The declaration" (defaults, pipelineType when omitted) and "UpdatePipeline" (`****`).
 */
import { STRUCTURES } from '../catalog/operation-inputs.ts'
import { findActionType, type CustomTypes, noCustomTypes } from '../catalog/action-types.ts'
import { SHAPES } from '../catalog/shapes.ts'
import type {
  ActionDeclaration,
  Condition,
  PipelineDeclaration,
  PipelineType,
  RuleDeclaration,
  RuleTypeId,
  StageDeclaration,
} from './declaration.ts'
import { readDraft } from './draft.ts'
import { mergeSecrets } from './secrets.ts'
import { isRecord } from './shape.ts'
import { v2Features } from './validate/v2-features.ts'

export interface NormaliseOptions {
  /** the version this declaration becomes; what the input says about it is ignored */
  readonly version: number
  /** the version it replaces: its type stays when the input names none, its secrets replace `****` */
  readonly previous?: PipelineDeclaration
  readonly customTypes?: CustomTypes
}

/** @param input a declaration in which `validatePipeline` found no problem */
export function normalisePipeline(input: unknown, options: NormaliseOptions): PipelineDeclaration {
  const known = pick('PipelineDeclaration', input) as Partial<PipelineDeclaration>
  const declaration: PipelineDeclaration = {
    name: '',
    roleArn: '',
    executionMode: 'SUPERSEDED',
    ...known,
    stages: (known.stages ?? []).map(normaliseStage),
    pipelineType: known.pipelineType ?? impliedType(input, options),
    version: options.version,
  }
  return mergeSecrets(declaration, options.previous, options.customTypes)
}

function impliedType(input: unknown, { previous, customTypes = noCustomTypes }: NormaliseOptions): PipelineType {
  const features = v2Features(readDraft(input), ({ type }) => findActionType(type, customTypes))
  return features.length > 0 ? 'V2' : (previous?.pipelineType ?? 'V1')
}

const normaliseStage = (stage: StageDeclaration): StageDeclaration => ({
  ...stage,
  actions: (stage.actions ?? []).map(normaliseAction),
  ...(stage.beforeEntry && { beforeEntry: { ...stage.beforeEntry, ...normaliseConditions(stage.beforeEntry) } }),
  ...(stage.onSuccess && { onSuccess: { ...stage.onSuccess, ...normaliseConditions(stage.onSuccess) } }),
  ...(stage.onFailure && { onFailure: { ...stage.onFailure, ...normaliseOptional(stage.onFailure) } }),
})

const normaliseAction = (action: ActionDeclaration): ActionDeclaration => ({
  ...action,
  runOrder: action.runOrder ?? 1,
  configuration: action.configuration ?? {},
  inputArtifacts: action.inputArtifacts ?? [],
  outputArtifacts: action.outputArtifacts ?? [],
})

type Conditions = { readonly conditions: readonly Condition[] }

const normaliseConditions = ({ conditions }: Conditions): Conditions => ({
  conditions: conditions.map((condition) => ({ ...condition, rules: (condition.rules ?? []).map(normaliseRule) })),
})

const normaliseOptional = ({ conditions }: Partial<Conditions>): Partial<Conditions> =>
  conditions === undefined ? {} : normaliseConditions({ conditions })

const normaliseRule = (rule: RuleDeclaration): RuleDeclaration => ({
  ...rule,
  ruleTypeId: { ...RULE_TYPE_DEFAULTS, ...rule.ruleTypeId },
  configuration: rule.configuration ?? {},
  inputArtifacts: rule.inputArtifacts ?? [],
})

const RULE_TYPE_DEFAULTS: Omit<RuleTypeId, 'provider'> = { category: 'Rule', owner: 'AWS', version: '1' }

/** Copies the members the API model knows, all the way down; absent and null members are left out. */
function pick(shapeName: string, value: unknown): unknown {
  const members = STRUCTURES[shapeName]
  if (members !== undefined) {
    if (!isRecord(value)) return {}
    return Object.fromEntries(
      Object.entries(members).flatMap(([marked, memberShape]) => {
        const member = marked.replace('!', '')
        const given = Object.hasOwn(value, member) ? value[member] : undefined
        return given === undefined || given === null ? [] : [[member, pick(memberShape, given)]]
      }),
    )
  }
  const shape = SHAPES[shapeName]
  if (shape?.kind === 'list' && Array.isArray(value)) return value.map((item) => pick(shape.of, item))
  if (shape?.kind === 'map' && isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, pick(shape.values, item)]))
  }
  return value
}
