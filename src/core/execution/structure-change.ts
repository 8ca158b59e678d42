/** What became of actions between two versions of a pipeline. */
import type { ActionDeclaration, StageDeclaration } from '../pipeline/declaration.ts'

/** Whether the stages have the same actions, declared alike; conditions and other members of the stages do not count. */
export const haveSameActions = (before: StageDeclaration, after: StageDeclaration): boolean =>
  before.actions.length === after.actions.length &&
  after.actions.every((action) => {
    const earlier = before.actions.find(({ name }) => name === action.name)
    return earlier !== undefined && changedMembers(earlier, action).length === 0
  })

/** Names of the members that differ, as the declaration writes them; a changed configuration names its keys: `configuration.Key`. */
export function changedMembers(before: ActionDeclaration, after: ActionDeclaration): readonly string[] {
  const { configuration: configuredBefore, ...restBefore } = before
  const { configuration: configuredAfter, ...restAfter } = after
  return [
    ...differing(restBefore, restAfter),
    ...differing(configuredBefore, configuredAfter).map((key) => `configuration.${key}`),
  ]
}

function differing(before: object, after: object): readonly string[] {
  const [one, other] = [
    new Map<string, unknown>(Object.entries(before)),
    new Map<string, unknown>(Object.entries(after)),
  ]
  const keys = new Set([...one.keys(), ...other.keys()])
  return [...keys].filter((key) => !isSame(one.get(key), other.get(key))).sort()
}

/** Of plain JSON data; the order of members does not count, that of lists does. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  return Array.isArray(one) === Array.isArray(other) && differing(one, other).length === 0
}
