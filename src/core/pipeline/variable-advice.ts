/**
 * What to tell about `#{namespace.key}` beyond what the API says: a key that the action never puts out is accepted by
 * CreatePipeline and fails when the consumer starts, and a refused reference is often a slip of the pen.
 */
import { QUOTAS } from '../catalog/quotas.ts'
import { nearest } from '../variables/nearest.ts'
import { parseReferences, printReference, type Reference } from '../variables/references.ts'
import type { Advice } from './advice.ts'
import type { Draft, DraftAction, DraftRule } from './draft.ts'
import { runsEarlier, type Position } from './earlier.ts'
import type { Path } from './shape.ts'
import { createScene, type Scene } from './validate/scene.ts'
import { conditionPosition, isAvailable, referencesOf, type Referring } from './validate/variable-rules.ts'

/** `L-05` of every action and every rule. */
export function adviseOnVariables(draft: Draft): readonly Advice[] {
  const scene = createScene(draft, { actionTypes: () => 'unknown' })
  // nobody reads advice on what is refused for its size, and a file may be made to keep the linter busy
  if (scene.actions.length > QUOTAS.actionsPerPipeline) return []
  const guesses = { left: MOST_GUESSES }
  return [
    ...scene.actions.flatMap((action) => adviseOn(scene, `action '${action.name}'`, action, action, guesses)),
    ...draft.stages.items.flatMap(({ index, conditions }) =>
      conditions.flatMap(({ key, conditions }) =>
        conditions.items
          .flatMap(({ rules }) => rules.items)
          .flatMap((rule) => [
            ...adviseOn(scene, `rule '${rule.name}'`, rule, conditionPosition(index, key), guesses),
            ...checksNothing(scene, rule),
          ]),
      ),
    ),
  ]
}

/** names that are compared with all others; each costs about as much as the rest of a small file */
const MOST_GUESSES = 100
/** what one guess chooses from */
const MOST_CANDIDATES = 1000

interface Guesses {
  left: number
}

function adviseOn(
  scene: Scene,
  who: string,
  referring: Referring,
  position: Position,
  guesses: Guesses,
): readonly Advice[] {
  const seen = new Set<string>()
  const onReferences = referencesOf(scene, referring).flatMap(({ reference, path }): readonly Advice[] => {
    if (seen.has(printReference(reference))) return []
    seen.add(printReference(reference))
    const producer = scene.actions.find(({ namespace }) => namespace === reference.namespace)
    const message = isAvailable(scene, reference, position)
      ? producer && neverPutOut(scene, who, producer, reference)
      : whyUnavailable(scene, who, producer, reference, position, guesses)
    return message === undefined ? [] : [warn(message, path)]
  })
  return [...onReferences, ...nearReferences(scene, who, referring)]
}

/** Commands may be of a language that has `#{…}` of its own; configurations hardly ever are. */
const nearReferences = ({ isOpaque }: Scene, who: string, { configuration }: Referring): readonly Advice[] =>
  [...configuration.entries]
    .filter(([, text]) => !isOpaque(text) && text.split('#{').length - 1 > parseReferences(text).length)
    .map(([key]) =>
      warn(
        `The configuration '${key}' of the ${who} has a #{ that begins no variable reference and stays as it is: a reference is #{namespace.name}`,
        [...configuration.path, key],
      ),
    )

function checksNothing({ isOpaque }: Scene, { provider, name, configuration }: DraftRule): readonly Advice[] {
  const variable = configuration.entries.get('Variable')
  if (provider !== 'VariableCheck' || variable === undefined || isOpaque(variable) || variable.includes('#{')) return []
  const message = `The rule '${name}' compares the text '${variable}' and no variable: a reference is #{namespace.name}`
  return [warn(message, [...configuration.path, 'Variable'])]
}

const warn = (message: string, path: Path): Advice => ({ rule: 'L-05', message, path })

function neverPutOut(scene: Scene, who: string, producer: DraftAction, reference: Reference): string | undefined {
  const keys = keysOf(scene, producer)
  if (keys === undefined || keys.includes(reference.key)) return undefined
  const puts = keys.length === 0 ? 'puts out no variables' : `puts out ${keys.join(', ')}`
  const meant = nearest(reference.key, keys)
  return `The ${who} will fail at ${printReference(reference)}: the action '${producer.name}' ${puts}${
    meant === undefined ? '' : didYouMean({ ...reference, key: meant })
  }`
}

/** @returns `undefined` when the keys cannot be known before the action has run */
function keysOf(scene: Scene, action: DraftAction): readonly string[] | undefined {
  const type = scene.typeOf(action)
  if (type === undefined || type === 'unknown' || type.variables === 'any') return undefined
  if (type.variables !== 'declared') return type.variables
  const { items = [], open = false } = action.outputVariables ?? {}
  return open || items.some(({ text }) => scene.isOpaque(text)) ? undefined : items.map(({ text }) => text)
}

function whyUnavailable(
  scene: Scene,
  who: string,
  producer: DraftAction | undefined,
  reference: Reference,
  position: Position,
  guesses: Guesses,
): string | undefined {
  if (producer !== undefined) {
    return `The namespace ${reference.namespace} belongs to the action '${producer.name}' in stage '${producer.stage}', which is not certain to end before the ${who} starts`
  }
  guesses.left -= 1
  if (guesses.left < 0) return undefined
  const meant = nearestReference(scene, reference, position)
  return meant && `${printReference(reference)} is not known${didYouMean(meant)}`
}

function nearestReference({ draft, actions, isOpaque }: Scene, { namespace, key }: Reference, position: Position) {
  if (namespace === 'codepipeline') return { namespace, key: 'PipelineExecutionId' }
  const declared = (draft.variables?.items ?? []).map(({ name }) => name).filter((name) => !isOpaque(name))
  if (namespace === 'variables' && declared.length > 0) {
    const variable = nearest(key, declared.slice(0, MOST_CANDIDATES))
    return variable === undefined ? undefined : { namespace, key: variable }
  }
  const known = actions
    .filter((action) => !isOpaque(action.namespace) && runsEarlier(action, position))
    .flatMap((action) => action.namespace ?? [])
  const other = nearest(namespace, [...known, ...(declared.length > 0 ? ['variables'] : []), 'codepipeline'])
  return other === undefined ? undefined : { namespace: other, key }
}

const didYouMean = (reference: Pick<Reference, 'namespace' | 'key'>): string =>
  `. Did you mean ${printReference(reference)}?`
