import type { StaticOperationSchema } from '@smithy/types'
import type { Readable } from 'node:stream'
import type { LoadedService } from '../loaded-service.ts'
import type { ParsedRequest } from '../request.ts'
import type { PathRule } from '../sigv4/canonical.ts'
import type { ServiceError } from '../service-error.ts'
import type { WireResponse } from '../wire.ts'
import type { Dialect } from './dialects.ts'

/** What a request asks for. `schema` is absent when the service's model knows no such operation. */
export interface Resolution {
  readonly name: string
  readonly schema?: StaticOperationSchema
  /** path labels, still percent-encoded */
  readonly labels?: Readonly<Record<string, string>>
}

export interface Answering {
  readonly requestId: string
  readonly method: string
  /** path as received, for the `Resource` of XML errors */
  readonly path: string
  /** absent when the request could not be routed to one */
  readonly service?: LoadedService
}

/** One of AWS's ways of putting a call on HTTP, seen from the server. Stateless. */
export interface Protocol {
  readonly dialect: Dialect
  readonly pathRule: PathRule
  /** `collected`: small, read whole before the call. `declared`: its hash is in a header, so it can be streamed */
  readonly payload: 'collected' | 'declared'
  /** Which operation? Form protocols need the body for that. */
  readonly resolve: (
    request: ParsedRequest,
    service: LoadedService,
    body: () => Promise<Buffer>,
  ) => Resolution | Promise<Resolution>
  /** does the operation's input have a member that is the body itself, as a stream? */
  readonly streams: (schema: StaticOperationSchema) => boolean
  /** @throws ServiceError with the dialect's `unreadable` code */
  readonly readInput: (
    schema: StaticOperationSchema,
    resolution: Resolution,
    request: ParsedRequest,
    body: Buffer | Readable,
  ) => Record<string, unknown>
  readonly writeOutput: (
    schema: StaticOperationSchema,
    output: Record<string, unknown>,
    answering: Answering,
  ) => WireResponse
  readonly writeError: (error: ServiceError, answering: Answering) => WireResponse
}

/** What the service's model says about an error code, with the dialect's own spelling and status. */
export interface WireError {
  readonly code: string
  readonly statusCode: number
}
