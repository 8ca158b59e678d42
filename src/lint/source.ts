/**
 * Reads YAML or JSON (a subset of it) into a small tree that knows where everything stands. CloudFormation's short tags
 * become their long form: `!Ref X` is `{ Ref: X }`.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'

export type Source =
  | { readonly kind: 'scalar'; readonly value: unknown; readonly text: string; readonly at: number }
  | { readonly kind: 'list'; readonly items: readonly Source[]; readonly at: number }
  | { readonly kind: 'map'; readonly entries: readonly Entry[]; readonly at: number }

export interface Entry {
  readonly key: string
  readonly at: number
  readonly value: Source
}

export interface SyntaxProblem {
  readonly at: number
  readonly message: string
}

export interface ParsedSource {
  readonly root: Source
  readonly problems: readonly SyntaxProblem[]
  readonly position: (offset: number) => { readonly line: number; readonly column: number }
}

/** Never throws: what cannot be read is a problem, and the root is then as much as could be read. */
export function parseSource(text: string): ParsedSource {
  const lineCounter = new LineCounter()
  const position = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  try {
    const document = parseDocument(text, {
      lineCounter,
      logLevel: 'silent',
      prettyErrors: false,
      schema: 'core',
      merge: true,
      // the library compares each key with every other; here a set does
      uniqueKeys: false,
    })
    const problems = document.errors.map(({ message, pos }) => ({ at: pos[0], message }))
    const root = readNode(document.contents, { anchors: new Map(), left: MOST_NODES, problems })
    return { root, problems, position }
  } catch (error) {
    const message = error instanceof Error ? error.message : 'The file cannot be read'
    return { root: nothing(0), problems: [{ at: 0, message }], position }
  }
}

interface Reading {
  /** what each anchor stands for at this point of the document */
  readonly anchors: Map<string, unknown>
  /** nodes left; aliases can make a short text describe an endless tree */
  left: number
  /** more of them are added while reading */
  readonly problems: SyntaxProblem[]
}

const MOST_NODES = 200_000
const DEEPEST = 100

function readNode(node: unknown, run: Reading, depth = 0): Source {
  run.left -= 1
  if (run.left < 0 || depth > DEEPEST)
    throw new Error('The file is nested too deeply or repeats itself through aliases')
  if (isAlias(node)) return readNode(run.anchors.get(node.source), run, depth + 1)
  if ((isScalar(node) || isSeq(node) || isMap(node)) && node.anchor !== undefined) run.anchors.set(node.anchor, node)
  const plain = readPlain(node, run, depth)
  const tag = isScalar(node) || isSeq(node) || isMap(node) ? node.tag : undefined
  const intrinsic = tag === undefined ? undefined : longForm(tag)
  return intrinsic === undefined
    ? plain
    : { kind: 'map', at: plain.at, entries: [{ key: intrinsic, at: plain.at, value: plain }] }
}

function readPlain(node: unknown, run: Reading, depth: number): Source {
  if (isScalar(node)) {
    const at = node.range?.[0] ?? 0
    return {
      kind: 'scalar',
      value: node.value,
      text: typeof node.value === 'string' ? node.value : (node.source ?? String(node.value)),
      at,
    }
  }
  if (isSeq(node)) {
    return { kind: 'list', items: node.items.map((item) => readNode(item, run, depth + 1)), at: node.range?.[0] ?? 0 }
  }
  if (!isMap(node)) return nothing(0)
  const keys = new Set<unknown>()
  const entries = node.items.flatMap((pair): readonly Entry[] => {
    const key = isScalar(pair.key) ? String(pair.key.value) : undefined
    if (key === undefined) return []
    const value = readNode(pair.value, run, depth + 1)
    if (key === '<<') return value.kind === 'map' ? value.entries : []
    const at = isScalar(pair.key) ? (pair.key.range?.[0] ?? value.at) : value.at
    if (keys.has(key)) run.problems.push({ at, message: 'Map keys must be unique' })
    keys.add(key)
    return [{ key, at, value }]
  })
  return { kind: 'map', entries, at: node.range?.[0] ?? 0 }
}

/** `!Sub` is `Fn::Sub`; `!Ref` and `!Condition` have no prefix. Standard tags (`!!str`) are none of ours. */
function longForm(tag: string): string | undefined {
  if (!tag.startsWith('!') || tag.startsWith('!!')) return undefined
  const name = tag.slice(1)
  return name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`
}

export const nothing = (at: number): Source => ({ kind: 'scalar', value: null, text: '', at })

/** A member of a map; the last one wins when a key is given twice. */
export const member = (source: Source | undefined, key: string): Source | undefined =>
  source?.kind === 'map' ? source.entries.findLast((entry) => entry.key === key)?.value : undefined

/** The tree as plain data, without positions. */
export function toPlain(source: Source): unknown {
  switch (source.kind) {
    case 'scalar':
      return source.value
    case 'list':
      return source.items.map(toPlain)
    case 'map':
      return Object.fromEntries(source.entries.map(({ key, value }) => [key, toPlain(value)]))
    default:
      return source satisfies never
  }
}
