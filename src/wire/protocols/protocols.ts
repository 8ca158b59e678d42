import type { ParsedRequest } from '../request.ts'
import type { ProtocolName } from '../wire.ts'
import { awsJson1_0, awsJson1_1 } from './aws-json.ts'
import { awsQuery } from './aws-query.ts'
import type { Protocol } from './protocol.ts'
import { restJson1 } from './rest-json.ts'
import { restXml } from './rest-xml.ts'
import { rpcv2Cbor } from './rpc-v2-cbor.ts'

export const PROTOCOLS: Readonly<Record<ProtocolName, Protocol>> = {
  awsJson1_0,
  awsJson1_1,
  awsQuery,
  restXml,
  restJson1,
  rpcv2Cbor,
}

/** What in a request gives a protocol away, surest first. The rest protocols have no mark of their own and come last. */
const MARKS: readonly { readonly name: ProtocolName; readonly marks: (request: ParsedRequest) => boolean }[] = [
  { name: 'rpcv2Cbor', marks: ({ headers }) => headers['smithy-protocol'] === 'rpc-v2-cbor' },
  { name: 'awsJson1_0', marks: (request) => hasTarget(request) && contentType(request).includes('json-1.0') },
  { name: 'awsJson1_1', marks: hasTarget },
  { name: 'awsJson1_0', marks: hasTarget },
  { name: 'awsQuery', marks: isForm },
  { name: 'restXml', marks: () => true },
  { name: 'restJson1', marks: () => true },
]

/** @param spoken the protocols of the service; a request that matches none of them is answered in its first one */
export function chooseProtocol(request: ParsedRequest, spoken: readonly ProtocolName[]): Protocol {
  const found = MARKS.find(({ name, marks }) => spoken.includes(name) && marks(request))
  return PROTOCOLS[found?.name ?? spoken[0] ?? 'awsJson1_1']
}

/** For requests that belong to no service of ours: an answer its sender can read. */
export const guessProtocol = (request: ParsedRequest): Protocol =>
  chooseProtocol(
    request,
    contentType(request).includes('json')
      ? ['awsJson1_1', 'restJson1']
      : ['rpcv2Cbor', 'awsJson1_1', 'awsQuery', 'restXml'],
  )

export const contentType = ({ headers }: ParsedRequest): string => (headers['content-type'] ?? '').toLowerCase()

export function isForm(request: ParsedRequest): boolean {
  return request.params.has('Action') || contentType(request).startsWith('application/x-www-form-urlencoded')
}

function hasTarget({ headers }: ParsedRequest): boolean {
  return headers['x-amz-target'] !== undefined
}
