import { findActionType, type ActionType } from '../../catalog/action-types.ts'
import type { ActionTypeId, PipelineDeclaration } from '../declaration.ts'
import type { Draft, DraftAction, DraftList } from '../draft.ts'
import { runsEarlier, type Position } from '../earlier.ts'

/** What validation must know beside the declaration. */
export interface ValidationContext {
  readonly account?: string
  /** the pipeline's region; when absent, checks that compare regions are left out */
  readonly region?: string
  /**
   * Finds custom types visible to the account; built-in types are known. `'unknown'` means "cannot be told here": checks
   * that need the type are left out.
   */
  readonly actionTypes?: (id: ActionTypeId, region: string | undefined) => ActionType | 'unknown' | undefined
  /** the stored version that an update replaces: where `****` takes its secrets from */
  readonly previous?: PipelineDeclaration
  /** replaces the 1000 characters a value of an action's configuration may have */
  readonly configurationValueLimit?: number
  /** refuse what works here but not on AWS */
  readonly strict?: boolean
  /** providers of source actions a git trigger may name; by default only connections, as the API has it */
  readonly triggerProviders?: readonly string[]
}

/** A declaration under examination with everything the rules ask about it. */
export interface Scene {
  readonly draft: Draft
  readonly context: ValidationContext
  /** in document order */
  readonly actions: readonly DraftAction[]
  readonly typeOf: (action: DraftAction) => ActionType | 'unknown' | undefined
  /** does this text stand for a value nobody can know here? */
  readonly isOpaque: (text: string | undefined) => boolean
  /** does the draft show every action that stands before the end of this stage? */
  readonly complete: (upToStage: number) => boolean
  /** May an action that is guaranteed to run before this position put out this artifact? */
  readonly mayHaveArtifact: (name: string, position: Position) => boolean
  /** May an action that is guaranteed to run before this position have this namespace? */
  readonly mayHaveNamespace: (namespace: string, position: Position) => boolean
  /** May the pipeline declare this variable? */
  readonly mayHaveVariable: (name: string) => boolean
}

export function createScene(draft: Draft, context: ValidationContext): Scene {
  const isOpaque = (text: string | undefined): boolean => text !== undefined && draft.opaque.has(text)
  const { stages } = draft
  const actions = stages.items.flatMap((stage) => stage.actions.items)
  const firstOpen = stages.open ? 0 : (stages.items.find((stage) => stage.actions.open)?.index ?? Infinity)
  const complete = (upToStage: number): boolean => upToStage < firstOpen
  const artifacts = earliest(actions, isOpaque, ({ outputs }) => ({
    names: outputs.items.map(({ name }) => name),
    open: outputs.open,
  }))
  const namespaces = earliest(actions, isOpaque, ({ namespace }) => ({
    names: namespace === undefined ? [] : [namespace],
    open: false,
  }))
  const { items: variables = [], open: hasMoreVariables = false } = draft.variables ?? {}
  const variableNames = new Set(variables.map(({ name }) => name))
  const hasAnyVariable = hasMoreVariables || variables.some(({ name }) => isOpaque(name))
  return {
    draft,
    context,
    actions,
    isOpaque,
    typeOf({ type, region }) {
      const { category, owner, provider, version } = type
      if ([category, owner, provider, version].some(isOpaque)) return 'unknown'
      return findActionType(type) ?? context.actionTypes?.(type, region ?? context.region)
    },
    complete,
    mayHaveArtifact: (name, position) => !complete(position.stageIndex) || isOpaque(name) || artifacts(name, position),
    mayHaveNamespace: (namespace, position) => !complete(position.stageIndex) || namespaces(namespace, position),
    mayHaveVariable: (name) => hasAnyVariable || variableNames.has(name),
  }
}

/**
 * For every name the earliest action that has it: if that one does not run early enough, none does. Names nobody can
 * know count as every name.
 */
function earliest(
  actions: readonly DraftAction[],
  isOpaque: (text: string) => boolean,
  namesOf: (action: DraftAction) => { readonly names: readonly string[]; readonly open: boolean },
): (name: string, position: Position) => boolean {
  const first = new Map<string | typeof ANY, Position>()
  const add = (name: string | typeof ANY, position: Position) => {
    const known = first.get(name)
    if (known === undefined || runsEarlier(position, known)) first.set(name, position)
  }
  for (const action of actions) {
    const { names, open } = namesOf(action)
    const position = { stageIndex: action.stageIndex, runOrder: action.runOrder ?? 0 }
    for (const name of names) add(isOpaque(name) ? ANY : name, position)
    if (open) add(ANY, position)
  }
  return (name, position) =>
    [first.get(name), first.get(ANY)].some((candidate) => candidate !== undefined && runsEarlier(candidate, position))
}

const ANY = Symbol('any name')

/** The items whose name an earlier item of the list already had. */
export function repeated<T>(items: readonly T[], nameOf: (item: T) => string | undefined): readonly T[] {
  const seen = new Set<string>()
  return items.filter((item) => {
    const name = nameOf(item)
    if (name === undefined || name === '') return false
    const again = seen.has(name)
    seen.add(name)
    return again
  })
}

/** Has the list fewer items than this, whatever it does not show? */
export const fewerThan = (list: DraftList<unknown>, count: number): boolean => !list.open && list.items.length < count
