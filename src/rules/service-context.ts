import { pipelineSession } from '../core/catalog/sessions.ts'
import type { Bus, BusEvent } from '../journal/journal.ts'
import type { RuleContext, RuleOrder, ServiceRuleContext } from './rule.ts'

export interface RuleDependencies {
  readonly bus: Pick<Bus, 'listen'>
  /** makes SDK clients that act as the session */
  readonly clientFor: (
    session: ReturnType<typeof pipelineSession>,
  ) => <Client>(constructor: new (config: never) => Client) => Client
}

/** Runs a rule that asks a service; whatever it left waiting is forgotten when it is over. */
export async function withServices<Result>(
  { bus, clientFor }: RuleDependencies,
  { pipeline, pipelineRoleArn, rule }: RuleOrder,
  { signal, now }: RuleContext,
  run: (context: ServiceRuleContext) => Promise<Result>,
): Promise<Result> {
  using scope = new DisposableStack()
  const roleArn = rule.roleArn ?? pipelineRoleArn
  const session = pipelineSession(pipeline, { roleArn, region: rule.region })
  return await run({
    account: session.account,
    signal,
    now,
    client: clientFor(session),
    event: ({ source, matches }) => {
      const happened = new Promise<BusEvent>((resolve, reject) => {
        const abort = (): void => reject(signal.reason as Error)
        if (signal.aborted) return abort()
        scope.defer(bus.listen({ source, matches }, resolve))
        signal.addEventListener('abort', abort, { once: true })
        scope.defer(() => signal.removeEventListener('abort', abort))
      })
      // a rule that is over sooner never awaits this: that must not count as an unhandled rejection
      happened.catch(() => undefined)
      return happened
    },
    within: async (ms, awaited, over) => {
      const { promise, resolve } = Promise.withResolvers<typeof over>()
      const timeout = setTimeout(() => resolve(over), ms)
      timeout.unref()
      scope.defer(() => clearTimeout(timeout))
      return await Promise.race([awaited, promise])
    },
  })
}
