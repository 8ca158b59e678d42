/**
 * A template with conditions describes several pipelines. A world is one choice of parameter values; linting a few of
 * them (defaults first, then every compared parameter changed once) sees both sides of every condition without ever
 * combining sides that exclude each other.
 */
import { member, toPlain, type Source } from './source.ts'

export interface World {
  /** @returns `undefined` when the template does not define the condition */
  readonly condition: (name: string) => boolean | undefined
}

const MOST_WORLDS = 64

/** @param most fewer for large templates: each world is linted as a whole; there is always one */
export function worldsOf(template: Source, most = MOST_WORLDS): readonly World[] {
  const conditions = member(template, 'Conditions')
  const compared = new Map<string, Set<string>>()
  if (conditions !== undefined) collectComparisons(conditions, compared)
  const parameters = member(template, 'Parameters')
  const base = new Map<string, string>()
  const variants: (readonly [string, string])[] = []
  for (const [name, literals] of compared) {
    const { initial, candidates } = parameterValues(member(parameters, name), name, literals)
    base.set(name, initial)
    for (const candidate of candidates) if (candidate !== initial) variants.push([name, candidate])
  }
  const chosen = variants.slice(0, Math.min(most, MOST_WORLDS) - 1)
  const choices = [base, ...chosen.map((variant) => new Map([...base, variant]))]
  return choices.map((values) => worldOf(conditions, values))
}

/** Stands for "some value that the template does not mention". */
const other = (name: string): string => `\u0000${name}`

function parameterValues(
  parameter: Source | undefined,
  name: string,
  literals: ReadonlySet<string>,
): { readonly initial: string; readonly candidates: ReadonlySet<string> } {
  const allowed = member(parameter, 'AllowedValues')
  const values = allowed?.kind === 'list' ? allowed.items.flatMap(scalarText) : [...literals, other(name)]
  const initial = [...scalarText(member(parameter, 'Default')), ...values][0] ?? other(name)
  return { initial, candidates: new Set([initial, ...values]) }
}

const scalarText = (source: Source | undefined): readonly string[] =>
  source?.kind === 'scalar' && source.value !== null ? [source.text] : []

/** Which parameters `Fn::Equals` compares with which literals. */
function collectComparisons(source: Source, found: Map<string, Set<string>>): void {
  if (source.kind === 'list') for (const item of source.items) collectComparisons(item, found)
  if (source.kind !== 'map') return
  for (const { key, value } of source.entries) {
    collectComparisons(value, found)
    if (key !== 'Fn::Equals' || value.kind !== 'list') continue
    const literals = value.items.flatMap(scalarText)
    for (const name of value.items.flatMap((item) => scalarText(member(item, 'Ref')))) {
      const known = found.get(name) ?? new Set()
      for (const literal of literals) known.add(literal)
      found.set(name, known)
    }
  }
}

function worldOf(conditions: Source | undefined, values: ReadonlyMap<string, string>): World {
  const known = new Map<string, boolean | undefined>()
  const condition = (name: string): boolean | undefined => {
    if (known.has(name)) return known.get(name)
    known.set(name, undefined) // a condition that refers to itself is neither true nor false
    const expression = member(conditions, name)
    const result = expression === undefined ? undefined : evaluate(expression)
    known.set(name, result)
    return result
  }
  const evaluate = (source: Source): boolean | undefined => {
    const operands = (name: string): readonly Source[] | undefined => {
      const list = member(source, name)
      return list?.kind === 'list' ? list.items : undefined
    }
    const equal = operands('Fn::Equals')
    if (equal !== undefined) return textOf(equal[0], values) === textOf(equal[1], values)
    const not = operands('Fn::Not')?.[0]
    if (not !== undefined) return negate(evaluate(not))
    const all = operands('Fn::And')
    if (all !== undefined) return all.every((operand) => evaluate(operand) ?? true)
    const some = operands('Fn::Or')
    if (some !== undefined) return some.some((operand) => evaluate(operand) ?? false)
    const [name] = scalarText(member(source, 'Condition'))
    return name === undefined ? undefined : condition(name)
  }
  return { condition }
}

const negate = (value: boolean | undefined): boolean | undefined => (value === undefined ? undefined : !value)

function textOf(source: Source | undefined, values: ReadonlyMap<string, string>): string {
  if (source === undefined) return ''
  const [name] = scalarText(member(source, 'Ref'))
  if (name !== undefined) return values.get(name) ?? other(name)
  return scalarText(source)[0] ?? other(JSON.stringify(toPlain(source)))
}
