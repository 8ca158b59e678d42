import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { recorded, type CallRecord } from './audit.ts'
import { BodyTooLarge } from './body/collect.ts'
import { authenticate, readBody } from './caller.ts'
import { decodedHeaders, type OpenBody } from './body/open-body.ts'
import { createServiceLoader, type LoadedService } from './loaded-service.ts'
import { createPayload } from './payload.ts'
import { authError } from './protocols/dialects.ts'
import type { Protocol, Resolution } from './protocols/protocol.ts'
import { chooseProtocol, guessProtocol } from './protocols/protocols.ts'
import { parseRequest, type ParsedRequest } from './request.ts'
import { chooseService } from './routing.ts'
import { readClaim, type SignatureClaim } from './sigv4/claim.ts'
import { AuthFailure } from './sigv4/failure.ts'
import { createSigningKeys, type SigningKeys } from './sigv4/signing-key.ts'
import { virtualHost } from './virtual-host.ts'
import { ServiceError } from './service-error.ts'
import type {
  Authenticator,
  Authorizer,
  Call,
  Dispatcher,
  Operation,
  Principal,
  ServiceEntry,
  WireRequest,
  WireResponse,
} from './wire.ts'

export interface DispatcherOptions {
  readonly services: readonly ServiceEntry[]
  readonly authenticator: Authenticator
  readonly authorizer: Authorizer
  readonly clock: Clock
  readonly log: Log
  readonly newRequestId: () => string
  /** Told of every call that reached an operation, after its answer is made. Must not throw. */
  readonly onCall?: (record: CallRecord) => void
  /**
   * Who an unsigned call of this operation is made by. Absent, or answering `undefined`: unsigned calls are refused. What the
   * principal may do is still the authorizer's decision.
   */
  readonly anonymous?: (service: string, operation: string) => Principal | undefined
  /** of unsigned calls, whose signature cannot tell; default `us-east-1` */
  readonly defaultRegion?: string
  /** of bodies that are read whole; streams have no limit here. Default 10 MiB */
  readonly maxBodyBytes?: number
}

/** @returns the dispatcher: wire request in, wire response out, every failure told in the caller's own protocol */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const load = createServiceLoader()
  const signingKeys = createSigningKeys()
  const context = { options, load, signingKeys }
  return {
    handle: (request) =>
      handle(request, context).catch((err: unknown) => {
        options.log.error({ err }, 'an answer could not be written')
        return { statusCode: 500, headers: { 'content-length': '0' }, body: undefined }
      }),
  }
}

interface Context {
  readonly options: DispatcherOptions
  readonly load: (entry: ServiceEntry) => Promise<LoadedService>
  readonly signingKeys: SigningKeys
}

/** What is known so far about how to answer; grows while the request is understood. */
interface Answer {
  readonly requestId: string
  protocol: Protocol
  service?: LoadedService
  body?: OpenBody
}

async function handle(wireRequest: WireRequest, context: Context): Promise<WireResponse> {
  const { newRequestId, log } = context.options
  const requestId = newRequestId()
  const request = parseRequest(wireRequest)
  const answer: Answer = { requestId, protocol: guessProtocol(request) }
  try {
    return await call(request, answer, context)
  } catch (thrown) {
    // a handler may hide why its input ended: the body's own verdict comes first
    const error = toServiceError(answer.body?.failure() ?? thrown, answer, wireRequest.signal, log)
    return answer.protocol.writeError(error, answering(request, answer))
  }
}

async function call(request: ParsedRequest, answer: Answer, context: Context): Promise<WireResponse> {
  const { options } = context
  const limit = options.maxBodyBytes ?? 10 * 1024 * 1024
  const payload = createPayload(request, limit)
  const claim = tryReadClaim(request)
  const entry = await chooseService(
    options.services,
    request,
    claim instanceof AuthFailure ? undefined : claim,
    payload.content,
  )
  if (entry === undefined) throw unknownService(request, claim, answer)
  answer.protocol = chooseProtocol(request, entry.protocols)
  const service = (answer.service = await context.load(entry))
  const { protocol } = answer

  const resolution = await protocol.resolve(request, service, payload.content)
  if (claim instanceof AuthFailure) throw claim
  const operation = findOperation(service, resolution, protocol)
  const deps = { ...options, signingKeys: context.signingKeys }
  const caller = await authenticate(request, claim, service, resolution.name, protocol, payload, deps)
  const body = await readBody(operation.schema, request, caller, protocol, payload, limit, (opened) => {
    answer.body = opened
  })
  const decoded = caller.form === undefined ? request : { ...request, headers: decodedHeaders(request.headers) }
  const input = protocol.readInput(operation.schema, resolution, decoded, body)

  const info = describeCall(request, claim, caller.principal, resolution.name, service, answer.requestId, options)
  return recorded(info, service.definition.name, operation.schema, input, options, async () => {
    const resources = resourcesOf(operation, input, info)
    const { action, also } = operation.access
    const { principal } = caller
    await options.authorizer.authorize({ principal, action, resources, call: info })
    for (const { action, resource } of also?.(input as never, info) ?? [])
      await options.authorizer.authorize({ principal, action, resources: [resource], call: info })
    const output = ((await operation.handle(input as never, info)) ?? {}) as Record<string, unknown>
    const failure = answer.body?.failure()
    if (failure !== undefined) throw failure
    return { output, response: protocol.writeOutput(operation.schema, output, answering(request, answer)) }
  })
}

function tryReadClaim(request: ParsedRequest): SignatureClaim | AuthFailure | undefined {
  try {
    return readClaim(request)
  } catch (error) {
    if (error instanceof AuthFailure) return error
    throw error
  }
}

function unknownService(
  request: ParsedRequest,
  claim: SignatureClaim | AuthFailure | undefined,
  { protocol }: Answer,
): ServiceError | AuthFailure {
  if (claim instanceof AuthFailure) return claim
  const asked =
    claim?.scope.service ?? request.headers['x-amz-target'] ?? request.params.get('Action')?.[0] ?? request.hostName
  const { code, statusCode } = protocol.dialect.notImplemented
  return new ServiceError(code, `The service '${asked}' is not implemented by Pipewright yet`, { statusCode })
}

function findOperation(service: LoadedService, { name, schema }: Resolution, { dialect }: Protocol): Operation {
  const operation = service.operations.get(name)
  if (operation !== undefined) return operation
  const [{ code, statusCode }, message] =
    schema === undefined
      ? [dialect.unknownOperation, `${service.title} has no operation ${name === '' ? 'without a name' : name}`]
      : [dialect.notImplemented, `${service.title} operation ${name} is not implemented by Pipewright yet`]
  throw new ServiceError(code, message, { statusCode })
}

function describeCall(
  request: ParsedRequest,
  claim: SignatureClaim | undefined,
  principal: Principal,
  operation: string,
  { definition }: LoadedService,
  requestId: string,
  { defaultRegion = 'us-east-1' }: DispatcherOptions,
): Call {
  const { secure, sourceAddress, signal } = request.request
  const { authorization: _secret, 'x-amz-security-token': _token, ...headers } = request.headers
  return {
    requestId,
    account: principal.account,
    region: claim?.scope.region ?? defaultRegion,
    principal,
    operation,
    headers,
    endpoint: `${secure ? 'https' : 'http'}://${serviceHost(request, definition.name)}`,
    sourceAddress,
    signal,
  }
}

/** The host as addressed, without the bucket that virtual-host style puts before it. */
function serviceHost(request: ParsedRequest, serviceName: string): string {
  const host = request.headers['host'] ?? 'localhost'
  const bucket = virtualHost(request, serviceName)
  return bucket === undefined ? host : host.slice(bucket.length + 1)
}

function resourcesOf({ access }: Operation, input: unknown, call: Call): readonly string[] {
  if (access.resource === '*') return ['*']
  const found = access.resource(input as never, call)
  return typeof found === 'string' ? [found] : found
}

function toServiceError(
  thrown: unknown,
  { protocol, requestId, service }: Answer,
  signal: AbortSignal,
  log: Log,
): ServiceError {
  if (thrown instanceof ServiceError) return thrown
  const { dialect } = protocol
  if (thrown instanceof AuthFailure) return authError(dialect, thrown)
  if (thrown instanceof BodyTooLarge)
    return new ServiceError(dialect.tooLarge.code, dialect.tooLarge.message, dialect.tooLarge)
  const fields = { err: thrown, requestId, service: service?.definition.name }
  if (signal.aborted) log.debug(fields, 'a call ended because its client went away')
  else log.error(fields, 'a call failed because of a bug')
  return new ServiceError(dialect.internal.code, dialect.internal.message, { statusCode: dialect.internal.statusCode })
}

const answering = (request: ParsedRequest, { requestId, service }: Answer) => ({
  requestId,
  method: request.method,
  path: request.path,
  ...(service ? { service } : {}),
})
