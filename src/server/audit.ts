/** Which calls the audit trail keeps, and what of them. */
import type { Trail } from '../journal/journal.ts'
import type { CallRecord, Principal } from '../wire/wire.ts'
import { auditInput, withoutLogins } from './audit-input.ts'

/** Who did what, when, from where, and how it ended. */
export interface AuditRecord {
  readonly requestId: string
  /** ms since the epoch */
  readonly time: number
  readonly durationMs: number
  readonly account: string
  readonly region: string
  readonly service: string
  readonly operation: string
  readonly principal: Pick<Principal, 'arn' | 'type' | 'accessKeyId'>
  readonly sourceAddress: string
  readonly userAgent: string
  /** without secrets, long texts cut */
  readonly input: unknown
  /** of a start: what was begun */
  readonly pipelineExecutionId?: string
  readonly errorCode?: string
  readonly errorMessage?: string
}

/** @returns who is told of every call */
export const auditCalls =
  (trail: Pick<Trail<AuditRecord>, 'add'>) =>
  (call: CallRecord): void => {
    if (isKept(call)) trail.add(() => toRecord(call))
  }

/** Changes, and what was denied: a look at what nobody was allowed to see is news too. */
function isKept({ service, operation, errorCode }: CallRecord): boolean {
  if (errorCode?.startsWith('AccessDenied') === true) return true
  return !READS.test(operation) && !(CONTENT[service]?.test(operation) ?? false)
}

const READS = /^(?:Get|List|Describe|Head|BatchGet|Filter|Lookup|Test|PollFor|Select|Simulate|Explain|Preview)/

/**
 * Contents that flow by the thousand: objects, log lines, measurements, and the questions of workers. As in CloudTrail, whose trails
 * leave data events out unless told otherwise.
 */
const CONTENT: Readonly<Record<string, RegExp>> = {
  s3: /Object|Upload/,
  logs: /^(?:PutLogEvents|CreateLogStream)$/,
  monitoring: /^PutMetricData$/,
}

function toRecord(call: CallRecord): AuditRecord {
  const { principal, errorCode, errorMessage } = call
  const { pipelineExecutionId } = (call.output ?? {}) as { readonly pipelineExecutionId?: unknown }
  return {
    requestId: call.requestId,
    time: call.startedAt,
    durationMs: call.durationMs,
    account: principal.account,
    region: call.region,
    service: call.service,
    operation: call.operation,
    principal: { arn: principal.arn, type: principal.type, accessKeyId: principal.accessKeyId },
    sourceAddress: call.sourceAddress,
    userAgent: call.userAgent.slice(0, 300),
    input: auditInput(call.input()),
    ...(typeof pipelineExecutionId === 'string' && { pipelineExecutionId }),
    ...(errorCode !== undefined && { errorCode }),
    ...(errorMessage !== undefined && { errorMessage: withoutLogins(errorMessage).slice(0, 1000) }),
  }
}
