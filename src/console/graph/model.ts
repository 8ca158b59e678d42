/**
 * The picture of a pipeline as plain data: what is drawn, and nothing about where or how. Immutable, and shared structurally: a box
 * whose object identity did not change did not change, so that only what changed is drawn again.
 */
import type { ExecutionMode, StageConditionKey } from '../../core/pipeline/declaration.ts'

/** ms since the epoch */
export type Instant = number

/** How an action looks. `Pending`: the execution in the stage has yet to come to it. */
export type ActionLook =
  | 'Idle'
  | 'Pending'
  | 'InProgress'
  | 'NeedsApproval'
  | 'Succeeded'
  | 'Failed'
  | 'Errored'
  | 'Abandoned'
  | 'Skipped'
export type StageLook =
  | 'Idle'
  | 'InProgress'
  | 'NeedsApproval'
  | 'Stopping'
  | 'Stopped'
  | 'Succeeded'
  | 'Failed'
  | 'Errored'
  | 'Cancelled'
  | 'Skipped'
export type TokenLook =
  | 'InProgress'
  | 'Waiting'
  | 'NeedsApproval'
  | 'Stopping'
  | 'Stopped'
  | 'Succeeded'
  | 'Superseded'
  | 'Failed'
  | 'Cancelled'
export type GateLook =
  | 'Idle'
  | 'InProgress'
  | 'Succeeded'
  | 'Failed'
  | 'Errored'
  | 'Cancelled'
  | 'Abandoned'
  | 'Overridden'
/** Every look there is; `state-style.ts` has a row for each. */
export type Look = ActionLook | StageLook | TokenLook | GateLook

export interface Picture {
  readonly name: string
  readonly version: number
  readonly mode: ExecutionMode
  readonly stages: readonly StageBox[]
  /** oldest first */
  readonly tokens: readonly Token[]
}

export interface StageBox {
  readonly name: string
  readonly look: StageLook
  /** who entered last; in PARALLEL mode others may be inside as well */
  readonly executionId?: string
  /** since when it looks like this, as far as that is known */
  readonly since?: Instant
  readonly door: Door
  readonly gates: readonly Gate[]
  /** by run order; the actions of a row run side by side */
  readonly rows: readonly Row[]
  /** how many of its actions look how */
  readonly tally: Tally
  readonly retries?: number
}

export interface Row {
  readonly runOrder: number
  readonly actions: readonly ActionBox[]
}

export type Tally = Readonly<Partial<Record<ActionLook, number>>>

export interface ActionBox {
  readonly stage: string
  readonly name: string
  readonly category: string
  readonly provider: string
  readonly look: ActionLook
  /** the run that is shown; when the look is `Pending`, the one before */
  readonly run?: ActionRun
  /** the run belongs to an older execution than the one the stage shows */
  readonly isEarlier: boolean
  /** PARALLEL mode: what runs besides, in other executions */
  readonly others: readonly ActionRun[]
}

/** One run of one action. Unknown is what the answers did not say. */
export interface ActionRun {
  readonly id?: string
  readonly executionId?: string
  /** it is of an older execution than the stage's, though it is not known of which */
  readonly isOld?: true
  readonly status: 'InProgress' | 'Succeeded' | 'Failed' | 'Abandoned'
  readonly startedAt?: Instant
  /** of its last change */
  readonly updatedAt?: Instant
  readonly summary?: string
  readonly percentComplete?: number
  /** where its work can be looked at */
  readonly url?: string
  readonly externalId?: string
  readonly error?: { readonly code: string; readonly message: string }
  /** of an approval that may be answered */
  readonly token?: string
  readonly updatedBy?: string
  /** what a source action fetched */
  readonly revisionId?: string
}

/** The inbound transition of a stage. */
export type Door =
  | { readonly isOpen: true; readonly changedBy?: string; readonly changedAt?: Instant }
  | { readonly isOpen: false; readonly reason?: string; readonly changedBy?: string; readonly changedAt?: Instant }

/** A condition of a stage. */
export interface Gate {
  readonly key: StageConditionKey
  readonly rules: readonly string[]
  readonly look: GateLook
  readonly since?: Instant
  readonly summary?: string
}

/** An execution on the picture. */
export interface Token {
  readonly id: string
  readonly look: TokenLook
  readonly isRollback: boolean
  readonly startedAt?: Instant
  readonly updatedAt?: Instant
  readonly trigger?: string
  readonly summary?: string
  readonly revisions: readonly Revision[]
  readonly place: Place
}

export interface Revision {
  readonly action: string
  readonly id: string
  readonly summary?: string
  readonly url?: string
}

export type Place =
  /** in front of the stage's door; `since` as far as it is known. Who waits longest comes first in `Picture.tokens`' order */
  | { readonly at: 'waiting'; readonly stage: string; readonly position: number; readonly since?: Instant }
  | { readonly at: 'inside'; readonly stage: string }
  /** it is over, and this is how far it came */
  | { readonly at: 'ended'; readonly stage?: string }

export const isOver = ({ place }: Pick<Token, 'place'>): boolean => place.at === 'ended'

export const actionsOf = ({ rows }: Pick<StageBox, 'rows'>): readonly ActionBox[] =>
  rows.flatMap(({ actions }) => actions)

/** what people call an execution: its first revision, as short as git shows it; else the beginning of its id */
export const nameOfToken = ({ id, revisions: [revision] }: Pick<Token, 'id' | 'revisions'>): string =>
  revision === undefined ? id.slice(0, 8) : shortRevision(revision.id)

/** Names by which the executions of a picture can be told apart: those of one revision go by their ids. */
export function tokenNames(tokens: readonly Pick<Token, 'id' | 'revisions'>[]): ReadonlyMap<string, string> {
  const bearers = Map.groupBy(tokens, nameOfToken)
  return new Map(
    tokens.map((token) => {
      const name = nameOfToken(token)
      return [token.id, (bearers.get(name)?.length ?? 0) > 1 ? token.id.slice(0, 8) : name]
    }),
  )
}

/** 7 characters of a commit id, 8 of any other */
export const shortRevision = (id: string): string => (/^[0-9a-f]{40}$/.test(id) ? id.slice(0, 7) : id.slice(0, 8))
