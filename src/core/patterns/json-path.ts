/**
 * A small, safe part of Jayway's JsonPath: the root, members by dot and bracket, list positions, wildcards and recursive
 * descent. Filter and script expressions, functions and slices are refused: a path never runs anything.
 *
 * Source: specification, "Webhooks (PutWebhook)".
 */
export type JsonPath = readonly Step[]

type Step =
  | { readonly type: 'names'; readonly names: readonly string[] }
  /** negative positions count from the end */
  | { readonly type: 'positions'; readonly positions: readonly number[] }
  | { readonly type: 'any' }
  /** this value and everything below it */
  | { readonly type: 'descend' }

/** Every descent looks at the whole rest of the document. */
const MOST_DESCENTS = 2
/** What one evaluation looks at, at most: a hostile document costs no more than this. */
const MOST_VISITED = 500_000
const MOST_DIGITS = 9

/** @returns undefined for a text that is no path of the part described above */
export function parseJsonPath(text: string): JsonPath | undefined {
  if (!text.startsWith('$')) return undefined
  const steps: Step[] = []
  for (let at = 1; at < text.length;) {
    const found = text[at] === '[' ? readBracket(text, at) : readDot(text, at)
    if (found === undefined) return undefined
    steps.push(...found.steps)
    at = found.end
  }
  return steps.filter(({ type }) => type === 'descend').length > MOST_DESCENTS ? undefined : steps
}

/**
 * Everything the path selects, in document order; nothing behind `MOST_VISITED` values. Time and space are linear in the
 * document for every step of the path.
 * @param document what `JSON.parse` returned
 */
export function selectJsonPath(path: JsonPath, document: unknown): readonly unknown[] {
  const budget = { left: MOST_VISITED }
  return path.reduce<readonly unknown[]>((selected, step) => [...take(step, selected, budget)], [document])
}

interface Read {
  readonly steps: readonly Step[]
  readonly end: number
}

const NAME = /[^\s.[\]()'"*?@,]+/y

/** `.name`, `.*`, `..name`, `..*`, `..[` */
function readDot(text: string, from: number): Read | undefined {
  if (text[from] !== '.') return undefined
  const descends = text[from + 1] === '.'
  const start = from + (descends ? 2 : 1)
  const before: readonly Step[] = descends ? [{ type: 'descend' }] : []
  if (text[start] === '*') return { steps: [...before, { type: 'any' }], end: start + 1 }
  if (descends && text[start] === '[') {
    const bracket = readBracket(text, start)
    return bracket && { steps: [...before, ...bracket.steps], end: bracket.end }
  }
  NAME.lastIndex = start
  const name = NAME.exec(text)?.[0]
  return name === undefined
    ? undefined
    : { steps: [...before, { type: 'names', names: [name] }], end: start + name.length }
}

const BRACKET =
  /\[\s*(?:(\*)|(-?\d+(?:\s*,\s*-?\d+)*)|((?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:\s*,\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))*))\s*\]/y
const QUOTED = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g

/** `[*]`, `[0]`, `[0, -1]`, `['a']`, `['a', "b"]` */
function readBracket(text: string, from: number): Read | undefined {
  BRACKET.lastIndex = from
  const match = BRACKET.exec(text)
  if (match === null) return undefined
  const [whole, any, positions, names] = match
  const end = from + whole.length
  if (any !== undefined) return { steps: [{ type: 'any' }], end }
  if (names !== undefined) {
    const quoted = [...names.matchAll(QUOTED)].map(([, single, double]) => single ?? double ?? '')
    return { steps: [{ type: 'names', names: quoted.map((name) => name.replaceAll(/\\(.)/gs, '$1')) }], end }
  }
  const numbers = (positions ?? '').split(',').map((number) => number.trim())
  if (numbers.some((number) => number.length > MOST_DIGITS)) return undefined
  return { steps: [{ type: 'positions', positions: numbers.map(Number) }], end }
}

interface Budget {
  left: number
}

function* take(step: Step, selected: readonly unknown[], budget: Budget): Generator {
  switch (step.type) {
    case 'descend':
      return yield* descend(selected, budget)
    case 'any':
      for (const value of selected) {
        for (const child of childrenOf(value)) {
          if (spent(budget)) return
          yield child
        }
      }
      return
    case 'names':
      for (const value of selected) {
        if (typeof value !== 'object' || value === null || Array.isArray(value)) continue
        for (const name of step.names) {
          if (!Object.hasOwn(value, name)) continue
          if (spent(budget)) return
          yield (value as Readonly<Record<string, unknown>>)[name]
        }
      }
      return
    case 'positions':
      for (const value of selected) {
        if (!Array.isArray(value)) continue
        for (const position of step.positions) {
          const index = position < 0 ? value.length + position : position
          if (index < 0 || index >= value.length) continue
          if (spent(budget)) return
          yield value[index] as unknown
        }
      }
      return
    default:
      step satisfies never
  }
}

/** Without recursion: a document may be nested deeper than the stack. A value below two selected ones comes once. */
function* descend(selected: readonly unknown[], budget: Budget): Generator {
  const seen = new Set<unknown>()
  const waiting = selected.toReversed()
  while (waiting.length > 0) {
    const value = waiting.pop()
    if (typeof value === 'object' && value !== null) {
      if (seen.has(value)) continue
      seen.add(value)
    }
    if (spent(budget)) return
    yield value
    const children = childrenOf(value)
    for (let index = Math.min(children.length, budget.left) - 1; index >= 0; index -= 1) waiting.push(children[index])
  }
}

function childrenOf(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return []
  return Array.isArray(value) ? value : Object.values(value)
}

function spent(budget: Budget): boolean {
  budget.left -= 1
  return budget.left < 0
}
