import { NormalizedSchema } from '@smithy/core/schema'
import type { StaticOperationSchema } from '@smithy/types'
import type { LoadedService } from '../loaded-service.ts'
import { percentDecode, type ParsedRequest } from '../request.ts'
import type { Resolution } from './protocol.ts'

/** Where an operation lives on HTTP, read from its `http` trait once. */
interface Route {
  readonly name: string
  readonly schema: StaticOperationSchema
  readonly method: string
  readonly segments: readonly Segment[]
  /** `?uploads`, `?list-type=2`: must be there (with that value) */
  readonly literalQuery: readonly (readonly [name: string, value: string])[]
  readonly requiredQuery: readonly string[]
  readonly requiredHeaders: readonly string[]
  /** how much more than its method and path it asks for: of several matches the highest wins */
  readonly specificity: number
}

type Segment = { readonly literal: string } | { readonly label: string; readonly greedy: boolean }

/** A hint some SDKs add so that logs show the operation; it decides only between routes that are otherwise the same. */
const HINT = 'x-id'

const routesByService = new WeakMap<LoadedService, readonly Route[]>()

/**
 * Finds the operation by method, path shape, literal query parts, and which required parameters and headers are present.
 * @param path still percent-encoded
 */
export function route(request: ParsedRequest, service: LoadedService, path: string): Resolution | undefined {
  const segments = path.split('/').slice(1)
  let best: Route | undefined
  let bestLabels: Readonly<Record<string, string>> = {}
  for (const candidate of routesOf(service)) {
    if (candidate.method !== request.method || !asksFor(candidate, request)) continue
    const labels = matchPath(candidate.segments, segments)
    if (labels === undefined || (best !== undefined && !beats(candidate, best, request))) continue
    best = candidate
    bestLabels = labels
  }
  return best && { name: best.name, schema: best.schema, labels: bestLabels }
}

function beats(candidate: Route, best: Route, request: ParsedRequest): boolean {
  if (candidate.specificity !== best.specificity) return candidate.specificity > best.specificity
  return request.params.get(HINT)?.[0] === candidate.name
}

const asksFor = (
  { literalQuery, requiredQuery, requiredHeaders }: Route,
  { params, headers }: ParsedRequest,
): boolean =>
  literalQuery.every(([name, value]) => {
    const found = params.get(name)
    return found !== undefined && (value === '' || found.includes(value))
  }) &&
  requiredQuery.every((name) => params.has(name)) &&
  requiredHeaders.every((name) => headers[name] !== undefined)

function matchPath(pattern: readonly Segment[], path: readonly string[]): Record<string, string> | undefined {
  const labels: Record<string, string> = {}
  for (const [index, segment] of pattern.entries()) {
    const text = path[index]
    if ('literal' in segment) {
      if (text === undefined || percentDecode(text) !== segment.literal) return undefined
    } else if (segment.greedy) {
      // greedy labels end every template they occur in, except for a literal tail of known length
      const tail = pattern.length - index - 1
      const rest = path.slice(index, path.length - tail)
      if (rest.join('/') === '') return undefined
      labels[segment.label] = rest.join('/')
      const matched = matchPath(pattern.slice(index + 1), path.slice(path.length - tail))
      return matched && { ...labels, ...matched }
    } else {
      if (text === undefined || text === '') return undefined
      labels[segment.label] = text
    }
  }
  // one slash at the end is allowed, except where a greedy label takes it as part of a name
  const left = path.slice(pattern.length)
  return left.length === 0 || (left.length === 1 && left[0] === '') ? labels : undefined
}

function routesOf(service: LoadedService): readonly Route[] {
  const known = routesByService.get(service)
  if (known !== undefined) return known
  const routes = [...service.schemas.values()].flatMap((schema) => readRoute(schema) ?? [])
  routesByService.set(service, routes)
  return routes
}

function readRoute(schema: StaticOperationSchema): Route | undefined {
  const traits = schema[3] as { readonly http?: readonly [method: string, uri: string, status: number] } | number
  const http = typeof traits === 'object' ? traits.http : undefined
  if (http === undefined) return undefined
  const [method, uri] = http
  const [path = '/', search = ''] = uri.split('?')
  const input = NormalizedSchema.of(schema[4])
  const segments = readTemplate(path)
  const unplaced = labelMembers(input).filter(
    (name) => !segments.some((segment) => 'label' in segment && segment.label === name),
  )
  const literalQuery = [...new URLSearchParams(search)].filter(([name]) => name !== HINT)
  const required = requiredMembers(input)
  const requiredQuery = required.flatMap((member) => member.getMergedTraits().httpQuery ?? [])
  const requiredHeaders = required.flatMap((member) => member.getMergedTraits().httpHeader?.toLowerCase() ?? [])
  const literalSegments = segments.filter((segment) => 'literal' in segment).length
  return {
    name: schema[2],
    schema,
    method,
    // a label that the template lacks is the first path segment: the SDKs move it there from the host name and back
    segments: [...unplaced.map((label) => ({ label, greedy: false })), ...segments],
    literalQuery,
    requiredQuery,
    requiredHeaders,
    specificity:
      literalSegments * 1000 + literalQuery.length * 100 + requiredQuery.length * 10 + requiredHeaders.length,
  }
}

const readTemplate = (path: string): Segment[] =>
  path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => {
      const label = /^\{([^}+]+)(\+?)\}$/.exec(part)
      return label ? { label: label[1] ?? '', greedy: label[2] === '+' } : { literal: part }
    })

const labelMembers = (input: NormalizedSchema): string[] =>
  input.isStructSchema()
    ? [...input.structIterator()].filter(([, member]) => member.getMergedTraits().httpLabel).map(([name]) => name)
    : []

/** A structure schema's last element counts its required members, which stand first. */
function requiredMembers(input: NormalizedSchema): NormalizedSchema[] {
  if (!input.isStructSchema()) return []
  const [, , , , , , count] = input.getSchema() as unknown as readonly unknown[]
  return [...input.structIterator()].slice(0, typeof count === 'number' ? count : 0).map(([, member]) => member)
}
