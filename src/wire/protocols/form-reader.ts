import { NormalizedSchema } from '@smithy/core/schema'
import { ServiceError } from '../service-error.ts'
import { readText } from './text-reader.ts'

interface Node {
  value?: string
  readonly children: Map<string, Node>
}

const MAX_DEPTH = 40

/**
 * Reads the query protocol's flattened names: `Tags.member.1.Key`, `Attributes.entry.1.key`, and without `member` or `entry`
 * for flattened collections.
 * @throws ServiceError `MalformedInput`
 */
export function readForm(
  shape: NormalizedSchema,
  params: ReadonlyMap<string, readonly string[]>,
): Record<string, unknown> {
  if (!shape.isStructSchema()) return {}
  const root: Node = { children: new Map() }
  for (const [name, [value = '']] of params) plant(root, name, value)
  return readStructure(shape, root)
}

function plant(root: Node, name: string, value: string): void {
  const steps = name.split('.')
  if (steps.length > MAX_DEPTH) throw new ServiceError('MalformedInput', 'A parameter name is nested too deeply')
  let node = root
  for (const step of steps) {
    let child = node.children.get(step)
    if (child === undefined) node.children.set(step, (child = { children: new Map() }))
    node = child
  }
  node.value = value
}

function read(schema: NormalizedSchema, node: Node): unknown {
  if (schema.isStructSchema()) return readStructure(schema, node)
  if (schema.isListSchema()) return readList(schema, node)
  if (schema.isMapSchema()) return readMap(schema, node)
  return node.value === undefined ? undefined : readText(schema, node.value)
}

function readStructure(schema: NormalizedSchema, node: Node): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const [name, member] of schema.structIterator()) {
    const child = node.children.get(xmlNameOf(member, name))
    const value = child && read(member, child)
    if (value !== undefined) found[name] = value
  }
  return found
}

function readList(schema: NormalizedSchema, node: Node): unknown[] {
  const member = schema.getValueSchema()
  // an empty value is how clients say "an empty list"
  return numbered(collection(schema, node, xmlNameOf(member, 'member'))).map((item) => read(member, item))
}

function readMap(schema: NormalizedSchema, node: Node): Record<string, unknown> {
  const key = xmlNameOf(schema.getKeySchema(), 'key')
  const valueSchema = schema.getValueSchema()
  const valueName = xmlNameOf(valueSchema, 'value')
  const entries = numbered(collection(schema, node, 'entry')).map((entry) => {
    const value = entry.children.get(valueName)
    return [entry.children.get(key)?.value ?? '', value && read(valueSchema, value)] as const
  })
  return Object.fromEntries(entries)
}

/** Flattened by the model or by a client that does so anyway: then the numbers come without the name between. */
function collection(schema: NormalizedSchema, node: Node, name: string): Node {
  const flat = schema.getMergedTraits().xmlFlattened !== undefined
  return flat ? node : (node.children.get(name) ?? node.children.get('member') ?? node)
}

/** Children `1`, `2`, `10`… in the order of their numbers. */
const numbered = (node: Node): Node[] =>
  [...node.children]
    .filter(([name]) => /^\d{1,9}$/.test(name))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child)

const xmlNameOf = (schema: NormalizedSchema, usual: string): string => schema.getMergedTraits().xmlName ?? usual
