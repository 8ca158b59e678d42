import { NormalizedSchema } from '@smithy/core/schema'
import type { StaticOperationSchema } from '@smithy/types'
import type { Clock } from '../base/clock.ts'
import { ServiceError } from './service-error.ts'
import type { Call, Principal, WireResponse } from './wire.ts'

/** One call as an audit trail keeps it. */
export interface CallRecord {
  readonly requestId: string
  readonly service: string
  readonly operation: string
  /** the input without streams and without what the model marks as sensitive; made when asked for */
  readonly input: () => unknown
  /** what the operation returned; absent when it failed */
  readonly output?: unknown
  readonly principal: Principal
  readonly region: string
  readonly sourceAddress: string
  readonly userAgent: string
  readonly errorCode?: string
  readonly errorMessage?: string
  readonly startedAt: number
  readonly durationMs: number
}

/** Who keeps records of calls, and by which clock. */
export interface Audit {
  readonly onCall?: (record: CallRecord) => void
  readonly clock: Clock
}

/** Runs one call and tells the audit how it ended. */
export async function recorded(
  call: Call,
  service: string,
  schema: StaticOperationSchema,
  input: unknown,
  { onCall, clock }: Audit,
  run: () => Promise<{ output: unknown; response: WireResponse }>,
): Promise<WireResponse> {
  if (onCall === undefined) return (await run()).response
  const startedAt = clock.now()
  const tell = (outcome: Pick<CallRecord, 'output' | 'errorCode' | 'errorMessage'>): void =>
    onCall({
      requestId: call.requestId,
      service,
      operation: call.operation,
      input: () => summarise(NormalizedSchema.of(schema[4]), input),
      principal: call.principal,
      region: call.region,
      sourceAddress: call.sourceAddress,
      userAgent: call.headers['user-agent'] ?? '',
      startedAt,
      durationMs: clock.now() - startedAt,
      ...outcome,
    })
  let outcome: Parameters<typeof tell>[0] = { errorCode: 'InternalFailure' }
  try {
    const { output, response } = await run()
    outcome = { output }
    return response
  } catch (error) {
    if (error instanceof ServiceError) outcome = { errorCode: error.code, errorMessage: error.message }
    throw error
  } finally {
    tell(outcome)
  }
}

const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS'

/**
 * An operation's input as an audit trail may keep it: members the model marks as sensitive are hidden, streams and bytes left
 * out. The model does not know which values inside free-form maps are secrets; whoever records those must mask them.
 */
function summarise(schema: NormalizedSchema, value: unknown): unknown {
  if (value === undefined || value === null) return value
  if (schema.getMergedTraits().sensitive) return HIDDEN
  if (schema.isBlobSchema()) return undefined
  if (schema.isStructSchema()) {
    const record = value as Readonly<Record<string, unknown>>
    const kept: Record<string, unknown> = {}
    for (const [name, member] of schema.structIterator()) {
      const summary = summarise(member, record[name])
      if (summary !== undefined) kept[name] = summary
    }
    return kept
  }
  if (schema.isListSchema())
    return (value as readonly unknown[]).map((item) => summarise(schema.getValueSchema(), item))
  if (schema.isMapSchema()) {
    const entries = Object.entries(value as Readonly<Record<string, unknown>>)
    return Object.fromEntries(entries.map(([key, item]) => [key, summarise(schema.getValueSchema(), item)]))
  }
  return value instanceof Date ? value.toISOString() : value
}
