/**
 * Everything outside the server that outlives its crashes: what providers were asked to do and have done, whom approvals were sent to,
 * what was reported. A provider is idempotent by the run's id: asked again after a crash it goes on, or says again what it said.
 */
import type { ActionOrder, PipelineKey } from '../../src/core/execution/execution.ts'
import type { ActionOutcome } from '../../src/providers/provider.ts'
import type { RuleOutcome } from '../../src/rules/rule.ts'

export interface Approval {
  readonly pipeline: PipelineKey
  readonly stage: string
  readonly action: string
  readonly token: string
  readonly run: string
}

/** What a provider or a worker said about a run, in order to be said again. */
export interface Report {
  readonly pipeline: PipelineKey
  readonly executionId: string
  readonly actionExecutionId: string
  readonly outcome: ActionOutcome
}

export interface Outside {
  /** what the work of a run came to, once it did */
  readonly outcomes: Map<string, ActionOutcome>
  readonly ruleOutcomes: Map<string, RuleOutcome>
  /** every answer that anybody gave about a run; more than one where reports cross */
  readonly said: Map<string, Set<'ok' | 'no'>>
  readonly approvals: Approval[]
  readonly reports: Report[]
  say(run: string, what: 'ok' | 'no'): void
}

export function createOutside(): Outside {
  const said = new Map<string, Set<'ok' | 'no'>>()
  return {
    outcomes: new Map(),
    ruleOutcomes: new Map(),
    said,
    approvals: [],
    reports: [],
    say: (run, what) => void said.set(run, new Set(said.get(run)).add(what)),
  }
}

/** Remembers who was asked. */
export function ask(outside: Outside, { pipeline, action: { id, stage, action, token = '' } }: ActionOrder): void {
  if (!outside.approvals.some(({ run }) => run === id))
    outside.approvals.push({ pipeline, stage, action, token, run: id })
}
