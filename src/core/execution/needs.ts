/** What the actions and rules of stages need that others produce: known before anything runs, so that who lacks it is told at once. */
import type { ActionDeclaration, RuleDeclaration, StageDeclaration } from '../pipeline/declaration.ts'
import { parseReferences, printReference } from '../variables/references.ts'
import { own } from './record.ts'
import type { PipelineExecution } from './state.ts'

export interface Need {
  readonly stage: string
  /** who needs it: an action, or a rule of one of the stage's conditions */
  readonly by: { readonly action: string } | { readonly rule: string }
  readonly what:
    | { readonly artifact: string }
    /** a variable of an action */
    | { readonly namespace: string; readonly key: string }
}

/** In order of declaration; of conditions only when they are going to be asked. */
export const needsOf = (stages: readonly StageDeclaration[], withRules: boolean): readonly Need[] =>
  stages.flatMap((stage) => [
    ...stage.actions.flatMap((action) => needsOfOne(stage.name, { action: action.name }, action)),
    ...(withRules ? rulesOf(stage).flatMap((rule) => needsOfOne(stage.name, { rule: rule.name }, rule)) : []),
  ])

/** What none of these stages produces itself and the execution does not have. The reserved namespaces are always there. */
export function unmetNeeds(
  stages: readonly StageDeclaration[],
  { artifacts, outputs }: Pick<PipelineExecution, 'artifacts' | 'outputs'>,
  withRules: boolean,
): readonly Need[] {
  const actions = stages.flatMap((stage) => stage.actions)
  return needsOf(stages, withRules).filter(({ what }) => {
    if (actions.some((action) => produces(action, what))) return false
    if ('artifact' in what) return own(artifacts, what.artifact) === undefined
    const values = own(outputs, what.namespace)
    if (values === undefined) return !RESERVED.has(what.namespace)
    return own(values, what.key) === undefined
  })
}

export const produces = (action: ActionDeclaration, what: Need['what']): boolean =>
  'artifact' in what
    ? action.outputArtifacts.some(({ name }) => name === what.artifact)
    : action.namespace === what.namespace

/** `action 'D' of stage 'Deploy' needs artifact 'App'` */
export function describeNeed({ stage, by, what }: Need): string {
  const who = 'action' in by ? `action '${by.action}'` : `rule '${by.rule}'`
  const needed = 'artifact' in what ? `artifact '${what.artifact}'` : `variable ${printReference(what)}`
  return `${who} of stage '${stage}' needs ${needed}`
}

const RESERVED: ReadonlySet<string> = new Set(['codepipeline', 'variables'])

const rulesOf = ({ beforeEntry, onSuccess, onFailure }: StageDeclaration): readonly RuleDeclaration[] =>
  [beforeEntry, onSuccess, onFailure].flatMap((holder) => (holder?.conditions ?? []).flatMap(({ rules }) => rules))

function needsOfOne(
  stage: string,
  by: Need['by'],
  one: Pick<ActionDeclaration, 'configuration' | 'commands' | 'environmentVariables' | 'inputArtifacts'>,
): readonly Need[] {
  const texts = [
    ...Object.values(one.configuration),
    ...(one.commands ?? []),
    ...(one.environmentVariables ?? []).map(({ value }) => value),
  ]
  return [
    ...one.inputArtifacts.map(({ name }): Need => ({ stage, by, what: { artifact: name } })),
    ...texts.flatMap(parseReferences).map(({ namespace, key }): Need => ({ stage, by, what: { namespace, key } })),
  ]
}
