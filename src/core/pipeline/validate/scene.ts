import { findActionType, type ActionType } from '../../catalog/action-types.ts'
import type { ActionTypeId, PipelineDeclaration } from '../declaration.ts'
import type { Draft, DraftAction, DraftList } from '../draft.ts'

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
}

export function createScene(draft: Draft, context: ValidationContext): Scene {
  const isOpaque = (text: string | undefined): boolean => text !== undefined && draft.opaque.has(text)
  const { stages } = draft
  return {
    draft,
    context,
    actions: stages.items.flatMap(({ actions }) => actions.items),
    isOpaque,
    typeOf({ type, region }) {
      const { category, owner, provider, version } = type
      if ([category, owner, provider, version].some(isOpaque)) return 'unknown'
      return findActionType(type) ?? context.actionTypes?.(type, region ?? context.region)
    },
    complete: (upToStage) =>
      !stages.open && stages.items.every(({ actions, index }) => index > upToStage || !actions.open),
  }
}

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
