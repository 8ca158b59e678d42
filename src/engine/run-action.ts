/** One run of one provider: gives it its context, and turns whatever comes back, thrown errors included, into an outcome. */
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { pipelineSession } from '../core/catalog/sessions.ts'
import type { ActionOrder, ActionProgress, Span } from '../core/execution/execution.ts'
import type { Bus } from '../journal/journal.ts'
import {
  failureOf,
  type ActionContext,
  type ActionOutcome,
  type ActionProvider,
  type ClientConstructor,
} from '../providers/provider.ts'

/** Makes SDK clients that act as the session. Cached by the maker: asked again for the same, it gives the same client. */
export type ClientFor = (session: {
  readonly account: string
  readonly region: string
  readonly roleArn: string
  readonly sessionName: string
}) => <Client>(constructor: ClientConstructor<Client>) => Client

export interface RunDependencies {
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Log
  readonly newId: () => string
  readonly clientFor: ClientFor
  readonly progress: (order: ActionOrder, progress: ActionProgress) => Promise<void>
}

/** @returns undefined when the signal fired: then nobody wants to know */
export async function runAction(
  dependencies: RunDependencies,
  provider: ActionProvider,
  order: ActionOrder,
  signal: AbortSignal,
): Promise<ActionOutcome | undefined> {
  using scope = new DisposableStack()
  try {
    const transfers: Span[] = []
    const outcome = await provider.run(order, contextOf(dependencies, order, signal, scope, transfers))
    return signal.aborted ? undefined : withTransfers(outcome, transfers)
  } catch (error) {
    if (signal.aborted) return undefined
    return { type: 'Failed', error: failureOf(error) ?? internalError(dependencies, order, error) }
  }
}

/** What the provider tells of its own, as of a build, is more than what was seen from here. */
const withTransfers = (outcome: ActionOutcome, transfers: readonly Span[]): ActionOutcome =>
  transfers.length === 0 ? outcome : { ...outcome, progress: { transfers, ...outcome.progress } }

function contextOf(
  { bus, clientFor, clock, progress }: RunDependencies,
  order: ActionOrder,
  signal: AbortSignal,
  scope: DisposableStack,
  transfers: Span[],
): ActionContext {
  const { pipeline, action } = order
  const roleArn = action.roleArn ?? order.pipelineRoleArn
  return {
    signal,
    client: (constructor, { region = action.region } = {}) =>
      clientFor(pipelineSession(pipeline, { roleArn, region }))(constructor),
    progress: (news) => progress(order, news),
    transfer: async (work) => {
      const startedAt = clock.now()
      try {
        return await work()
      } finally {
        transfers.push({ startedAt, endedAt: clock.now() })
      }
    },
    event: ({ source, matches }) => {
      const happened = new Promise<Parameters<typeof matches>[0]>((resolve, reject) => {
        const abort = () => reject(signal.reason as Error)
        if (signal.aborted) return abort()
        const forget = bus.listen({ source, matches }, (event) => {
          forget()
          resolve(event)
        })
        signal.addEventListener('abort', abort, { once: true })
        scope.defer(() => {
          forget()
          signal.removeEventListener('abort', abort)
        })
      })
      // a provider whose own call failed in between never awaits this: that must not count as an unhandled rejection
      happened.catch(() => undefined)
      return happened
    },
  }
}

/** Our bug: the log has everything, the pipeline's owner gets an id to quote. */
export function internalError(
  { log, newId }: Pick<RunDependencies, 'log' | 'newId'>,
  order: ActionOrder,
  error: unknown,
) {
  const requestId = newId()
  const { pipeline, executionId, action } = order
  log.error(
    {
      err: error,
      requestId,
      pipeline: pipeline.name,
      executionId,
      action: action.action,
      actionExecutionId: action.id,
    },
    'an action provider failed unexpectedly',
  )
  return { code: 'InternalError', message: `Pipewright failed internally (request id ${requestId})` } as const
}
