/** A delivery as people look at it later: what came of it, and why. Of the payload, the signature and the URL nothing is kept. */
import type { FilterResult } from './matching.ts'
import type { Webhook } from './record.ts'

export interface DeliveryRecord {
  /** ms since the epoch */
  readonly time: number
  readonly account: string
  readonly region: string
  readonly webhook: string
  readonly pipeline: string
  readonly action: string
  readonly sourceAddress: string
  /** what the sender says it is: `push` */
  readonly event?: string
  /** the sender's own id of it */
  readonly delivery?: string
  /** accepted: it was proven and understood, which need not start anything */
  readonly verdict: 'accepted' | 'refused'
  readonly statusCode: number
  /** why it was refused, or why nothing was started */
  readonly reason?: string
  /** as far as they were tried */
  readonly filters: readonly FilterResult[]
  /** what was begun; the same delivery again names the same execution */
  readonly executions: readonly string[]
}

/** Source: the senders' documentation; each has a name of its own for the same thing. */
const EVENT_HEADERS = ['x-github-event', 'x-gitlab-event', 'x-gitea-event', 'x-forgejo-event', 'x-event-key']
const DELIVERY_HEADERS = ['x-github-delivery', 'x-gitlab-event-uuid', 'x-gitea-delivery', 'x-request-uuid']
/** the sender writes what he likes */
const MOST_CHARACTERS = 100

export function describeDelivery(
  { account, region, name, document }: Webhook,
  came: {
    readonly time: number
    readonly sourceAddress: string
    readonly headers: Readonly<Record<string, string>>
  },
  judged: {
    readonly answer: { readonly statusCode: number }
    readonly reason?: string
    readonly filters?: readonly FilterResult[]
    readonly executionId?: string
  },
): DeliveryRecord {
  const { statusCode } = judged.answer
  const first = (names: readonly string[]): string | undefined =>
    names.map((name) => came.headers[name]?.slice(0, MOST_CHARACTERS)).find((value) => value !== undefined)
  const event = first(EVENT_HEADERS)
  const delivery = first(DELIVERY_HEADERS)
  return {
    time: came.time,
    account,
    region,
    webhook: name,
    pipeline: document.targetPipeline,
    action: document.targetAction,
    sourceAddress: came.sourceAddress,
    ...(event !== undefined && { event }),
    ...(delivery !== undefined && { delivery }),
    verdict: statusCode < 400 ? 'accepted' : 'refused',
    statusCode,
    ...(judged.reason !== undefined && { reason: judged.reason }),
    filters: judged.filters ?? [],
    executions: judged.executionId === undefined ? [] : [judged.executionId],
  }
}
