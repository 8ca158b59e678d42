/** Calls of our own endpoints, which do not pass the dispatcher, as the audit trail gets those that do. */
import type { Call, CallRecord } from '../wire/wire.ts'

export function ownCallRecord(
  { requestId, operation, principal, region, sourceAddress, headers }: Call,
  body: Uint8Array,
  answer: { readonly statusCode: number; readonly body: unknown },
  { startedAt, endedAt }: { readonly startedAt: number; readonly endedAt: number },
): CallRecord {
  const { __type = 'BadRequest', message = '' } = answer.body as { readonly __type?: string; readonly message?: string }
  return {
    requestId,
    service: 'pipewright',
    operation,
    input: () => parse(body),
    principal,
    region,
    sourceAddress,
    userAgent: headers['user-agent'] ?? '',
    startedAt,
    durationMs: endedAt - startedAt,
    ...(answer.statusCode < 400 ? { output: answer.body } : { errorCode: __type, errorMessage: message }),
  }
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined // it was refused for that
  }
}
