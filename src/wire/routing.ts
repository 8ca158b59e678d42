import { firstParam, parseForm, type ParsedRequest } from './request.ts'
import { isForm } from './protocols/protocols.ts'
import type { SignatureClaim } from './sigv4/claim.ts'
import type { ServiceEntry } from './wire.ts'

/** What a request lets us tell its service by, surest first. `undefined`: it has no such evidence. */
type Evidence = (entry: ServiceEntry) => boolean

/**
 * Finds the service a request is for, without loading any. The signature's credential scope decides; services that share a
 * signing name are told apart by target, host name or API version. A request without any evidence goes to the one rest-xml
 * service, whose requests are plain HTTP and may be unsigned.
 * @param body read only for forms
 */
export async function chooseService(
  services: readonly ServiceEntry[],
  request: ParsedRequest,
  claim: SignatureClaim | undefined,
  body: () => Promise<Buffer>,
): Promise<ServiceEntry | undefined> {
  let left = services
  let told = false
  const narrow = (evidence: Evidence | undefined, insists = true): boolean => {
    if (evidence === undefined) return false
    const matching = left.filter(evidence)
    told ||= insists
    if (matching.length > 0) left = matching
    return matching.length === 1
  }
  if (narrow(byScope(claim)) || narrow(byTarget(request)) || narrow(byCborPath(request))) return left[0]
  if (left.length === services.length && narrow(byHost(request), false)) return left[0]
  if (isForm(request) && narrow(await byVersion(request, body))) return left[0]
  if (left.length < services.length) return left[0]
  told ||= request.params.has('Action')
  return told ? undefined : services.find((entry) => entry.protocols.includes('restXml'))
}

const byScope = (claim: SignatureClaim | undefined): Evidence | undefined =>
  claim && ((entry) => entry.signingNames.includes(claim.scope.service))

function byTarget({ headers }: ParsedRequest): Evidence | undefined {
  const target = headers['x-amz-target']
  if (target === undefined) return undefined
  const prefix = target.slice(0, Math.max(0, target.lastIndexOf('.')))
  return (entry) => entry.targetPrefix === prefix
}

/** `/service/<target prefix>/operation/<operation>` */
function byCborPath({ headers, path }: ParsedRequest): Evidence | undefined {
  if (headers['smithy-protocol'] === undefined) return undefined
  const prefix = /^\/service\/([^/]+)\/operation\//.exec(path)?.[1]
  return (entry) => entry.targetPrefix === prefix
}

/** `<service>.<anything>`, and `<bucket>.<service>.<anything>` for object stores. */
function byHost({ hostName }: ParsedRequest): Evidence | undefined {
  const labels = hostName.split('.')
  if (labels.length < 2 || /^[\d.]+$/.test(hostName)) return undefined
  const matches: Evidence = (entry) =>
    labels[0] === entry.name || (entry.protocols.includes('restXml') && labels.includes(entry.name))
  return matches
}

async function byVersion(request: ParsedRequest, body: () => Promise<Buffer>): Promise<Evidence | undefined> {
  const version = firstParam(request, 'Version') ?? parseForm((await body()).toString('utf8')).get('Version')?.[0]
  return version === undefined
    ? undefined
    : (entry) => entry.protocols.includes('awsQuery') && entry.apiVersion === version
}
