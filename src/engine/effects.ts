/** What a unit of work leaves behind besides the state: outbox entries, timers, events. Collected first, written once at its end. */
import type { ActionExecutionId, Command, PipelineKey, RuleExecutionId } from '../core/execution/execution.ts'
import type { Bus } from '../journal/journal.ts'
import type { EventRow, OutboxEntry, Writer } from '../store/store.ts'

export interface Effects {
  add(commands: readonly Command[]): void
  /** entries and timers that are done with */
  end(performed: readonly number[] | undefined, fired: readonly string[] | undefined): void
  /** takes `end` back */
  keep(performed: readonly number[] | undefined, fired: readonly string[] | undefined): void
  write(tx: Writer, bus: Bus): Promise<Written>
}

export interface Written {
  /** to be performed */
  readonly entries: readonly OutboxEntry[]
  /** to be announced */
  readonly events: readonly EventRow[]
  /** the earliest timer set, if any */
  readonly timerAt: number | undefined
}

/** What a timer's row holds: the event that happens then. */
export type TimeoutDocument = { readonly pipeline: PipelineKey; readonly executionId: string } & (
  | { readonly type: 'ActionTimedOut'; readonly actionExecutionId: ActionExecutionId }
  | { readonly type: 'RuleTimedOut' | 'RuleDue'; readonly ruleExecutionId: RuleExecutionId }
)

export const timeoutId = (actionExecutionId: ActionExecutionId): string => `action-timeout/${actionExecutionId}`

const ruleTimerId = (purpose: 'timeout' | 'check', id: RuleExecutionId): string => `rule-${purpose}/${id}`

const RULE_EVENT = { timeout: 'RuleTimedOut', check: 'RuleDue' } as const

/** A command that somebody has to perform; it waits in the outbox until it is. */
export type Outgoing = Extract<Command, { type: 'StartAction' | 'AbandonAction' | 'StartRule' | 'AbandonRule' }>

export function createEffects(): Effects {
  const outgoing: Outgoing[] = []
  const events: Extract<Command, { type: 'PublishEvent' }>['event'][] = []
  const performedIds = new Set<number>()
  /** in order: an action that starts and ends within one unit sets its timer and clears it */
  const timers = new Map<string, { readonly at: number; readonly document: TimeoutDocument } | 'clear'>()

  const collect = {
    StartAction: (command) => outgoing.push(command),
    AbandonAction: (command) => outgoing.push(command),
    StartRule: (command) => outgoing.push(command),
    AbandonRule: (command) => outgoing.push(command),
    PublishEvent: ({ event }) => events.push(event),
    ScheduleTimeout: ({ pipeline, executionId, actionExecutionId, at }) =>
      timers.set(timeoutId(actionExecutionId), {
        at,
        document: { type: 'ActionTimedOut', pipeline, executionId, actionExecutionId },
      }),
    ScheduleRule: ({ pipeline, executionId, ruleExecutionId, purpose, at }) =>
      timers.set(ruleTimerId(purpose, ruleExecutionId), {
        at,
        document: { type: RULE_EVENT[purpose], pipeline, executionId, ruleExecutionId },
      }),
    CancelRuleTimers: ({ ruleExecutionId }) => {
      for (const purpose of ['timeout', 'check'] as const) timers.set(ruleTimerId(purpose, ruleExecutionId), 'clear')
    },
    CancelTimeout: ({ actionExecutionId }) => timers.set(timeoutId(actionExecutionId), 'clear'),
  } satisfies { [Type in Command['type']]: (command: Extract<Command, { type: Type }>) => unknown }

  return {
    add: (commands) => {
      for (const command of commands) (collect[command.type] as (command: Command) => unknown)(command)
    },
    end: (performed = [], fired = []) => {
      for (const id of performed) performedIds.add(id)
      for (const id of fired) timers.set(id, 'clear')
    },
    keep: (performed = [], fired = []) => {
      for (const id of performed) performedIds.delete(id)
      for (const id of fired) timers.delete(id)
    },
    write: async (tx, bus) => {
      let timerAt: number | undefined
      for (const [id, timer] of timers) {
        if (timer === 'clear') await tx.timers.clear(id)
        else {
          await tx.timers.set({ id, ...timer })
          timerAt = Math.min(timerAt ?? timer.at, timer.at)
        }
      }
      if (performedIds.size > 0) await tx.outbox.remove([...performedIds])
      return {
        entries: outgoing.length > 0 ? await tx.outbox.add(outgoing) : [],
        events: events.length > 0 ? await bus.append(tx, events) : [],
        timerAt,
      }
    },
  }
}
