/** Does a payload pass a webhook's filters, and which commit does it speak of (`spec` 5.3). */
import { findActionType, secretProperties, type CustomTypes } from '../../../core/catalog/action-types.ts'
import type { SourceRevisionOverride } from '../../../core/execution/execution.ts'
import { parseJsonPath, selectJsonPath } from '../../../core/patterns/json-path.ts'
import type { ActionDeclaration } from '../../../core/pipeline/declaration.ts'
import type { WebhookDocument } from './record.ts'

export interface FilterResult {
  readonly jsonPath: string
  /** with the action's values filled in */
  readonly matchEquals?: string
  readonly passed: boolean
}

/** All filters must pass: one of the selected values as text equals `matchEquals`; without it, something is selected. */
export const tryFilters = (
  filters: WebhookDocument['filters'],
  payload: unknown,
  action: ActionDeclaration,
  custom: CustomTypes,
): readonly FilterResult[] =>
  filters.map(({ jsonPath, matchEquals }) => {
    const path = parseJsonPath(jsonPath)
    const selected = path === undefined ? [] : selectJsonPath(path, payload)
    if (matchEquals === undefined) return { jsonPath, passed: selected.length > 0 }
    const expected = fillIn(matchEquals, action, custom)
    return { jsonPath, matchEquals: expected, passed: selected.some((value) => textOf(value) === expected) }
  })

const textOf = (value: unknown): string | undefined =>
  value !== null && typeof value === 'object' ? undefined : String(value)

/** `{Branch}` stands for the action's configuration value; an unknown key and a secret one stay as they are. */
function fillIn(text: string, { configuration, actionTypeId }: ActionDeclaration, custom: CustomTypes): string {
  const secret = secretProperties(findActionType(actionTypeId, custom))
  return text.replaceAll(/\{([^{}]*)\}/g, (placeholder, key: string) =>
    Object.hasOwn(configuration, key) && !secret.has(key) ? (configuration[key] ?? placeholder) : placeholder,
  )
}

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/** The action's own branch was deleted: there is nothing to run. */
export const isDeletion = (payload: unknown, action: ActionDeclaration): boolean =>
  isBranchOf(payload, action) && isNothing(membersOf(payload)['after'])

/** The pushed commit, when the payload is a push to the branch that the action reads: what runs is what was pushed. */
export function pushedRevision(
  payload: unknown,
  action: ActionDeclaration,
  custom: CustomTypes,
): readonly SourceRevisionOverride[] {
  const { after } = membersOf(payload)
  if (!isBranchOf(payload, action)) return []
  if (typeof after !== 'string' || !COMMIT.test(after) || isNothing(after)) return []
  const type = findActionType(action.actionTypeId, custom)
  const revisionType = type?.revisionTypes.find((type) => type === 'COMMIT_ID')
  return revisionType === undefined ? [] : [{ actionName: action.name, revisionType, revisionValue: after }]
}

function isBranchOf(payload: unknown, { configuration }: ActionDeclaration): boolean {
  const branch = configuration['Branch'] ?? configuration['BranchName']
  return branch !== undefined && membersOf(payload)['ref'] === `refs/heads/${branch}`
}

/** The id that git gives to what is not there. */
const isNothing = (commit: unknown): boolean => typeof commit === 'string' && /^0+$/.test(commit)

const membersOf = (payload: unknown): Readonly<Record<string, unknown>> =>
  typeof payload === 'object' && payload !== null ? (payload as Readonly<Record<string, unknown>>) : {}
