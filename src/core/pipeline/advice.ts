/**
 * What the API accepts and still will not work, or will surprise, or works here only: for the linter and for hints in the console.
 *
 * Source: action structure reference (conditionally needed keys, values); specification, quirk Q9 (polling).
 */
import { ACTION_TYPES, actionTypeKey, type ConfigurationProperty, type Need } from '../catalog/action-types.ts'
import { readDraft, type DraftAction } from './draft.ts'
import type { Path } from './shape.ts'
import { hasUnheardTimeout } from './validate/action-rules.ts'
import { adviseOnVariables } from './variable-advice.ts'

export interface Advice {
  /** `L-01` needed key, `L-02` unknown value, `L-03` polling by default, `L-05` variables; `L-04` is the linter's own; `N-01` works here, not on AWS */
  readonly rule: string
  readonly message: string
  readonly path: Path
}

export function advise(input: unknown): readonly Advice[] {
  const draft = readDraft(input)
  const ofActions = draft.stages.items.flatMap(({ actions }) =>
    actions.items.flatMap((action) => {
      const properties = PROPERTIES.get(actionTypeKey(action.type)) ?? []
      return [
        ...properties.flatMap((property) => propertyAdvice(action, property, draft.opaque)),
        ...pollingAdvice(action, properties),
        ...notOnAws(action, draft.opaque),
      ]
    }),
  )
  return [...ofActions, ...adviseOnVariables(draft)]
}

/** What a strict server refuses. */
function notOnAws(action: DraftAction, opaque: ReadonlySet<string>): readonly Advice[] {
  if (!hasUnheardTimeout(action) || opaque.has(action.type.category)) return []
  const message = `Not on AWS: action '${action.name}' has a timeoutInMinutes, which works here; AWS knows it for approval actions only`
  return [{ rule: 'N-01', message, path: [...action.path, 'timeoutInMinutes'] }]
}

const PROPERTIES = new Map(ACTION_TYPES.map((type) => [actionTypeKey(type), type.configuration]))

function propertyAdvice(
  action: DraftAction,
  property: ConfigurationProperty,
  opaque: ReadonlySet<string>,
): readonly Advice[] {
  const { configuration, name } = action
  const value = configuration.entries.get(property.name)
  if (value === undefined) {
    const need = property.neededWhen
    if (configuration.open || need === undefined || 'refused' in need || !isNeeded(action, need)) return []
    const message = `Action '${name}' needs configuration '${property.name}' ${because(need)}`
    return [{ rule: 'L-01', message, path: configuration.path }]
  }
  const known = property.values
  if (known === undefined || known.includes(value) || opaque.has(value) || value.includes('#{')) return []
  if (property.type === 'Boolean' && known.includes(value.toLowerCase())) return []
  const message = `Configuration '${property.name}' of action '${name}' is none of [${known.join(', ')}]`
  return [{ rule: 'L-02', message, path: [...configuration.path, property.name] }]
}

function isNeeded({ configuration, inputs }: DraftAction, need: Need): boolean {
  if ('inputsMoreThan' in need) return inputs.items.length > need.inputsMoreThan
  if ('without' in need) return !configuration.entries.has(need.without)
  return need.is.includes(configuration.entries.get(need.property) ?? '')
}

function because(need: Need): string {
  if ('inputsMoreThan' in need) return `because it has more than ${need.inputsMoreThan} input artifact`
  if ('without' in need) return `unless '${need.without}' is given`
  return `when '${need.property}' is ${need.is.join(' or ')}`
}

function pollingAdvice(
  { configuration, name, type }: DraftAction,
  properties: readonly ConfigurationProperty[],
): readonly Advice[] {
  const polls = properties.some((property) => property.name === 'PollForSourceChanges')
  if (!polls || configuration.open || configuration.entries.has('PollForSourceChanges')) return []
  const message = `Action '${name}' polls ${type.provider} because PollForSourceChanges is absent; together with an event rule or webhook every change would start the pipeline twice`
  return [{ rule: 'L-03', message, path: configuration.path }]
}
