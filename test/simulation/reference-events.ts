/** What the reference model is told, in words of its own: no more of an event than the rules speak of. */
import type { PipelineDeclaration } from '../../src/core/pipeline/declaration.ts'

interface OfRun {
  readonly at: number
  readonly actionExecutionId: string
}

interface OfRule {
  readonly at: number
  readonly ruleExecutionId: string
}

export type ReferenceEvent =
  | {
      readonly type: 'ExecutionRequested'
      readonly at: number
      readonly executionId: string
      readonly variables: Readonly<Record<string, string>>
      readonly clientRequestToken?: string
      readonly automatic: boolean
      readonly onlyIfNew?: { readonly actionName: string; readonly revisionId: string }
    }
  | (OfRun & {
      readonly type: 'ActionSucceeded'
      readonly outputVariables?: Readonly<Record<string, string>>
      readonly revision?: { readonly revisionId: string }
    })
  | (OfRun & { readonly type: 'ActionFailed' | 'ActionTimedOut' | 'ActionAcknowledged' | 'ActionProgressed' })
  | (OfRule & {
      readonly type: 'RuleSucceeded' | 'RuleFailed' | 'RuleErrored' | 'RuleTimedOut' | 'RuleWaiting' | 'RuleDue'
    })
  | {
      readonly type: 'ApprovalAnswered'
      readonly at: number
      readonly stage: string
      readonly action: string
      readonly token: string
      readonly status: 'Approved' | 'Rejected'
    }
  | {
      readonly type: 'TransitionDisabled' | 'TransitionEnabled'
      readonly at: number
      readonly stage: string
      readonly direction: 'Inbound' | 'Outbound'
    }
  | { readonly type: 'StopRequested'; readonly at: number; readonly executionId: string; readonly abandon: boolean }
  | {
      readonly type: 'RetryRequested'
      readonly at: number
      readonly executionId: string
      readonly stage: string
      readonly mode: RetryMode
    }
  | {
      readonly type: 'OverrideRequested'
      readonly at: number
      readonly executionId: string
      readonly stage: string
      readonly condition: 'beforeEntry' | 'onSuccess'
    }
  | {
      readonly type: 'RollbackRequested'
      readonly at: number
      readonly executionId: string
      readonly stage: string
      readonly targetExecutionId: string
    }
  | { readonly type: 'PipelineUpdated'; readonly at: number; readonly declaration: PipelineDeclaration }

/** What Pipewright knows beyond AWS, the rules say nothing about: it is no part of the simulation. */
export const isReferenceEvent = <Event extends { readonly type: string }>(
  event: Event,
): event is Extract<Event, { readonly type: ReferenceEvent['type'] }> => Object.hasOwn(TYPES, event.type)

const TYPES = {
  ExecutionRequested: true,
  ActionSucceeded: true,
  ActionFailed: true,
  ActionTimedOut: true,
  ActionAcknowledged: true,
  ActionProgressed: true,
  RuleSucceeded: true,
  RuleFailed: true,
  RuleErrored: true,
  RuleTimedOut: true,
  RuleWaiting: true,
  RuleDue: true,
  ApprovalAnswered: true,
  TransitionDisabled: true,
  TransitionEnabled: true,
  StopRequested: true,
  RetryRequested: true,
  OverrideRequested: true,
  RollbackRequested: true,
  PipelineUpdated: true,
} as const satisfies Record<ReferenceEvent['type'], true>

export type RetryMode = 'FAILED_ACTIONS' | 'ALL_ACTIONS'

/** Accepted, or refused with one of these codes: where several rules forbid it, the specification does not say which speaks first. */
export type Answer = { readonly codes?: readonly string[] }
