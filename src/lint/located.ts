/**
 * From a source tree to a declaration in wire form, remembering where every part of it stands.
 */
import { Opaque } from '../core/pipeline/opaque.ts'
import type { Path } from '../core/pipeline/shape.ts'
import { member, toPlain, type Source } from './source.ts'
import type { World } from './worlds.ts'

/** Offsets by path, in wire member names. */
export class Places {
  readonly #offsets = new Map<string, number>()

  set(path: Path, offset: number): void {
    this.#offsets.set(JSON.stringify(path), offset)
  }

  /** Where the path stands, or the nearest thing around it. */
  find(path: Path): number {
    for (let length = path.length; length > 0; length -= 1) {
      const offset = this.#offsets.get(JSON.stringify(path.slice(0, length)))
      if (offset !== undefined) return offset
    }
    return 0
  }
}

/** Reads a declaration that is in wire form already. */
export function fromWire(source: Source, path: Path, places: Places): unknown {
  places.set(path, source.at)
  if (source.kind === 'list') return source.items.map((item, index) => fromWire(item, [...path, index], places))
  if (source.kind === 'scalar') return source.value
  return Object.fromEntries(
    source.entries.map(({ key, at, value }) => {
      const entry = fromWire(value, [...path, key], places)
      if (value.kind !== 'scalar') places.set([...path, key], at)
      return [key, entry]
    }),
  )
}

/**
 * Reads the properties of an AWS::CodePipeline::Pipeline: upper camel case, loose scalar types, a list of artifact
 * stores, and intrinsic functions, of which `Fn::If` is decided by the world and most others are opaque.
 */
export function fromTemplate(source: Source, path: Path, places: Places, world: World): unknown {
  const value = convert(source, { path, key: '', places, world })
  return value === ABSENT ? undefined : value
}

const ABSENT = Symbol('AWS::NoValue')

interface Conversion {
  readonly path: Path
  /** the template's name for the member being converted */
  readonly key: string
  readonly places: Places
  readonly world: World
}

/** CloudFormation hands every scalar to the API as the type the member has; these are the numbers. */
const NUMBERS: ReadonlySet<string> = new Set(['RunOrder', 'TimeoutInMinutes'])

function convert(source: Source, to: Conversion): unknown {
  to.places.set(to.path, source.at)
  switch (source.kind) {
    case 'scalar':
      return scalar(source, to.key)
    case 'list':
      return list(source.items, to)
    case 'map':
      return intrinsic(source, to) ?? record(source, to)
    default:
      return source satisfies never
  }
}

function scalar(source: Extract<Source, { kind: 'scalar' }>, key: string): unknown {
  if (source.value === null) return ABSENT
  const { text } = source
  if (text.includes('{{resolve:')) return new Opaque(text)
  return NUMBERS.has(key) && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
}

function list(items: readonly Source[], to: Conversion): unknown {
  if (to.key === 'ArtifactStores') return artifactStores(items, to)
  const values: unknown[] = []
  for (const item of items) {
    // Items that are not there do not count: what follows moves up, as it will when the template is deployed.
    const value = convert(item, { ...to, key: '', path: [...to.path, values.length] })
    if (value !== ABSENT) values.push(value)
  }
  return values
}

function artifactStores(items: readonly Source[], to: Conversion): unknown {
  const stores: [string, unknown][] = []
  for (const item of items) {
    const entry = intrinsicAside(item, to)
    if (entry === ABSENT) continue
    const region = entry === undefined ? undefined : convert(member(entry, 'Region') ?? item, { ...to, key: 'Region' })
    if (typeof region !== 'string' || entry === undefined) return new Opaque('artifact stores')
    const store = member(entry, 'ArtifactStore')
    const value = store === undefined ? {} : convert(store, { ...to, key: '', path: [...to.path, region] })
    stores.push([region, value])
  }
  return Object.fromEntries(stores)
}

/** The map behind an `Fn::If`, for a list whose items become members. */
function intrinsicAside(source: Source, to: Conversion): Source | typeof ABSENT | undefined {
  const chosen = choose(source, to.world)
  if (chosen === undefined) return source.kind === 'map' && !isIntrinsic(source) ? source : undefined
  return isNoValue(chosen) ? ABSENT : intrinsicAside(chosen, to)
}

function record(source: Extract<Source, { kind: 'map' }>, to: Conversion): unknown {
  const free = to.key === 'Configuration'
  const entries = source.entries.flatMap(({ key, at, value }) => {
    const name = free ? key : key.charAt(0).toLowerCase() + key.slice(1)
    const path = [...to.path, name]
    const converted = convert(value, { ...to, key: free ? '' : key, path })
    if (value.kind !== 'scalar') to.places.set(path, at)
    return converted === ABSENT ? [] : [[name, converted] as const]
  })
  return Object.fromEntries(entries)
}

/** @returns `undefined` for a map that is no intrinsic function */
function intrinsic(source: Extract<Source, { kind: 'map' }>, to: Conversion): unknown {
  if (!isIntrinsic(source)) return undefined
  if (isNoValue(source)) return ABSENT
  const chosen = choose(source, to.world)
  if (chosen !== undefined) return convert(chosen, to)
  const literal = literalText(source)
  return literal ?? new Opaque(JSON.stringify(toPlain(source)))
}

const isIntrinsic = (source: Extract<Source, { kind: 'map' }>): boolean =>
  source.entries.some(({ key }) => key.startsWith('Fn::') || (key === 'Ref' && source.entries.length === 1))

const isNoValue = (source: Source): boolean => {
  const name = member(source, 'Ref')
  return name?.kind === 'scalar' && name.value === 'AWS::NoValue'
}

function choose(source: Source, world: World): Source | undefined {
  const branches = member(source, 'Fn::If')
  if (branches?.kind !== 'list') return undefined
  const [name, yes, no] = branches.items
  if (name?.kind !== 'scalar') return undefined
  const holds = world.condition(name.text)
  if (holds === undefined) return undefined
  return holds ? yes : no
}

/** `Fn::Sub` without a placeholder and `Fn::Join` of plain texts are texts. */
function literalText(source: Source): string | undefined {
  const sub = member(source, 'Fn::Sub')
  if (sub?.kind === 'scalar' && typeof sub.value === 'string' && !/\$\{[^!]/.test(sub.value)) {
    return sub.value.replaceAll('${!', '${')
  }
  const join = member(source, 'Fn::Join')
  if (join?.kind !== 'list') return undefined
  const [separator, parts] = join.items
  if (separator?.kind !== 'scalar' || parts?.kind !== 'list') return undefined
  const texts = parts.items.map((part) => (part.kind === 'scalar' ? part.text : literalText(part)))
  return texts.includes(undefined) ? undefined : texts.join(separator.text)
}
