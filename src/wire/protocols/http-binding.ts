import { NormalizedSchema } from '@smithy/core/schema'

/** Where a member of an input or output stands in the HTTP message. */
export type Binding =
  | { readonly in: 'label' | 'query' | 'header' | 'prefixHeaders'; readonly wireName: string }
  | { readonly in: 'payload' | 'queryParams' | 'status' | 'body' }

export interface BoundMember {
  readonly name: string
  readonly schema: NormalizedSchema
  readonly binding: Binding
}

export interface Bindings {
  readonly members: readonly BoundMember[]
  /** the member that is the whole body */
  readonly payload: BoundMember | undefined
  /** the members inside the body, as a structure of their own; absent when there are none */
  readonly body: NormalizedSchema | undefined
}

interface HttpTraits {
  readonly httpLabel?: 1
  readonly httpPayload?: 1
  readonly httpResponseCode?: 1
  readonly httpQueryParams?: 1
  readonly httpQuery?: string
  readonly httpHeader?: string
  readonly httpPrefixHeaders?: string
}

const cache = new WeakMap<NormalizedSchema, Bindings>()

export function bindingsOf(shape: NormalizedSchema): Bindings {
  let bindings = cache.get(shape)
  if (bindings === undefined) cache.set(shape, (bindings = readBindings(shape)))
  return bindings
}

function readBindings(shape: NormalizedSchema): Bindings {
  if (!shape.isStructSchema()) return { members: [], payload: undefined, body: undefined }
  const members = [...shape.structIterator()].map(([name, schema]) => ({
    name,
    schema,
    binding: bindingOf(name, schema),
  }))
  const inBody = members.filter(({ binding }) => binding.in === 'body')
  return {
    members,
    payload: members.find(({ binding }) => binding.in === 'payload'),
    body: inBody.length === 0 ? undefined : bodyShape(shape, new Set(inBody.map(({ name }) => name))),
  }
}

function bindingOf(name: string, schema: NormalizedSchema): Binding {
  const traits = schema.getMergedTraits() as HttpTraits
  if (traits.httpPayload) return { in: 'payload' }
  if (traits.httpLabel) return { in: 'label', wireName: name }
  if (traits.httpHeader) return { in: 'header', wireName: traits.httpHeader.toLowerCase() }
  if (typeof traits.httpPrefixHeaders === 'string') {
    return { in: 'prefixHeaders', wireName: traits.httpPrefixHeaders.toLowerCase() }
  }
  if (traits.httpQuery) return { in: 'query', wireName: traits.httpQuery }
  if (traits.httpQueryParams) return { in: 'queryParams' }
  return { in: traits.httpResponseCode ? 'status' : 'body' }
}

function bodyShape(shape: NormalizedSchema, inBody: ReadonlySet<string>): NormalizedSchema {
  const [, namespace, shapeName, traits, names, members] = shape.getSchema() as StructureTuple
  const kept = names.map((name, index) => ({ name, index })).filter(({ name }) => inBody.has(name))
  const tuple = [3, namespace, shapeName, traits, kept.map(({ name }) => name), kept.map(({ index }) => members[index])]
  return NormalizedSchema.of(tuple as unknown as StructureTuple)
}

type StructureTuple = import('@smithy/types').StaticStructureSchema
