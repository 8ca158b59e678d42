/** What the server recorded: events, deliveries to web-hooks, calls. The newest first; `next` asks for what came before. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { region } from './region.ts'
import { getOwn } from './session.ts'

export interface JournalEvent {
  readonly sequence: number
  readonly id: string
  readonly time: number
  readonly source: string
  readonly detailType: string
  readonly detail: Readonly<Record<string, unknown>>
}

export interface WebhookDelivery {
  readonly number: number
  readonly time: number
  readonly webhook: string
  readonly pipeline: string
  readonly action: string
  readonly sourceAddress: string
  readonly event?: string
  readonly delivery?: string
  readonly verdict: 'accepted' | 'refused'
  readonly statusCode: number
  readonly reason?: string
  readonly executions: readonly string[]
}

export interface AuditedCall {
  readonly number: number
  readonly requestId: string
  readonly time: number
  readonly durationMs: number
  readonly region: string
  readonly service: string
  readonly operation: string
  readonly principal: { readonly arn: string; readonly type: string; readonly accessKeyId?: string }
  readonly sourceAddress: string
  readonly userAgent: string
  readonly input: unknown
  readonly errorCode?: string
  readonly errorMessage?: string
}

const LIMIT = '100'

const query = (parameters: Readonly<Record<string, string | undefined>>): string =>
  new URLSearchParams(
    Object.entries({ region: region(), ...parameters }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  ).toString()

export interface JournalWindow {
  readonly pipeline?: string | undefined
  /** ms since the epoch */
  readonly from?: number
  readonly to?: number
}

export const journal = ({ pipeline, from, to }: JournalWindow) =>
  infiniteQueryOptions({
    queryKey: ['journal', pipeline ?? '', from ?? '', to ?? ''],
    initialPageParam: undefined as number | undefined,
    queryFn: async ({ pageParam, signal }) =>
      await getOwn<{ events: readonly JournalEvent[]; next?: number }>(
        `journal?${query({ pipeline, from: from?.toString(), to: to?.toString(), before: pageParam?.toString(), limit: LIMIT })}`,
        signal,
      ),
    getNextPageParam: ({ next }) => next,
  })

export const webhookDeliveries = () =>
  queryOptions({
    queryKey: ['webhook-deliveries'],
    queryFn: async ({ signal }) =>
      (await getOwn<{ deliveries: readonly WebhookDelivery[] }>(`webhook-events?${query({})}`, signal)).deliveries,
    staleTime: 2_000,
  })

export const audit = (filter: string) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    initialPageParam: undefined as number | undefined,
    queryFn: async ({ pageParam, signal }) =>
      await getOwn<{ calls: readonly AuditedCall[]; next?: number }>(
        `audit?${query({ filter, before: pageParam?.toString(), limit: LIMIT })}`,
        signal,
      ),
    getNextPageParam: ({ next }) => next,
    staleTime: 2_000,
  })
