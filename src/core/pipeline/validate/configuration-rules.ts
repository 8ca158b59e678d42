import type { ActionType, ConfigurationProperty } from '../../catalog/action-types.ts'
import { QUOTAS } from '../../catalog/quotas.ts'
import type { DraftAction, DraftMap } from '../draft.ts'
import type { Problem } from '../problem.ts'
import { hasPreviousSecret, MASK } from '../secrets.ts'
import type { Path } from '../shape.ts'
import { invalidAction } from './invalid-action.ts'
import type { Scene } from './scene.ts'

/** Rules of one action. */
export function configurationProblems(scene: Scene, action: DraftAction): readonly Problem[] {
  const type = scene.typeOf(action)
  if (type === undefined || type === 'unknown') return []
  return [
    ...configurationKeyProblems(action, type, 'Action').map(({ rule, message, path }) =>
      invalidAction(rule, message, path),
    ),
    ...type.configuration.flatMap((property) => valueProblems(scene, action, property)),
  ]
}

/** Unknown and missing keys, with the same words for actions and rules. */
export function configurationKeyProblems(
  { name, configuration }: { readonly name: string; readonly configuration: DraftMap },
  type: Pick<ActionType, 'configuration' | 'openConfiguration'>,
  what: 'Action' | 'Rule',
): readonly { readonly rule: string; readonly message: string; readonly path: Path }[] {
  const who = `${what} configuration for ${what.toLowerCase()} '${name}'`
  const known = new Set(type.configuration.map((property) => property.name))
  const unknown = [...configuration.entries.keys()].filter((key) => !known.has(key) && type.openConfiguration !== true)
  const missing = configuration.open
    ? []
    : type.configuration.filter(
        (property) => isRequired(property, configuration) && !configuration.entries.has(property.name),
      )
  return [
    ...unknown.map((key) => ({
      rule: 'A-08',
      message: `${who} contains unknown configuration '${key}'`,
      path: [...configuration.path, key],
    })),
    ...missing.map((property) => ({
      rule: 'A-09',
      message: `${who} is missing required configuration '${property.name}'`,
      path: configuration.path,
    })),
  ]
}

function isRequired({ required, neededWhen: need }: ConfigurationProperty, { entries }: DraftMap): boolean {
  if (need === undefined || !('refused' in need)) return required
  return need.is.includes(entries.get(need.property) ?? '')
}

const QUERYABLE = /^[a-zA-Z0-9_-]*$/

function valueProblems(scene: Scene, action: DraftAction, property: ConfigurationProperty): readonly Problem[] {
  const { name, configuration } = action
  const value = configuration.entries.get(property.name)
  if (value === undefined || scene.isOpaque(value)) return []
  const path = [...configuration.path, property.name]
  const max = QUOTAS.queryableValueLength
  if (property.queryable && (value.length > max || !QUERYABLE.test(value))) {
    const message = `Action configuration for action '${name}' contains an invalid value for the queryable property '${property.name}'. It must have at most ${max} characters out of [a-zA-Z0-9_-].`
    return [invalidAction('A-11', message, path)]
  }
  if (property.secret && value === MASK && !hasPreviousSecret(scene.context.previous, action, property.name)) {
    const message = `Action configuration for the new action "${name}" contains an invalid configuration for the secret property "${property.name}". "****" may be used in secret properties only when updating an existing action.`
    return [invalidAction('A-12', message, path)]
  }
  return []
}
