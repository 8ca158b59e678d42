import type { ParsedRequest } from './request.ts'

/**
 * Object stores may be addressed as `<bucket>.<service>.<anything>` or `<bucket>.localhost` instead of with the bucket in the
 * path. @returns the name before the service's own host name, lower case as host names are; `undefined` for path style
 */
export function virtualHost({ hostName }: ParsedRequest, serviceName: string): string | undefined {
  const labels = hostName.split('.')
  const own = labels.findLastIndex(
    (label, index) =>
      label === serviceName || (label.startsWith(`${serviceName}-`) && labels[index + 1] === 'amazonaws'),
  )
  const end = own >= 0 ? own : labels.at(-1) === 'localhost' ? labels.length - 1 : 0
  return end > 0 ? labels.slice(0, end).join('.') : undefined
}

/** The path as path-style clients would have sent it. */
export function virtualHostPath(request: ParsedRequest, serviceName: string): string {
  const bucket = virtualHost(request, serviceName)
  return bucket === undefined ? request.path : `/${encodeURIComponent(bucket)}${request.path}`
}
