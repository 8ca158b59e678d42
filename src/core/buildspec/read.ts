import type { BuildspecProblem } from './buildspec.ts'

export type Path = readonly (string | number)[]
export type Mapping = Readonly<Record<string, unknown>>

/** Typed access to an unknown document that collects every problem instead of stopping at the first. */
export interface Reading {
  readonly problems: BuildspecProblem[]
}

export const problem = ({ problems }: Reading, path: Path, message: string): void => {
  problems.push({ path, message })
}

/** An empty YAML node: absent, `null`, or (where every scalar is read as text) the empty text. */
export const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === ''

export function mapping(reading: Reading, value: unknown, path: Path): Mapping {
  if (isEmpty(value)) return {}
  if (typeof value === 'object' && !Array.isArray(value)) return value as Mapping
  problem(reading, path, `${name(path)} must be a mapping, not ${describe(value)}`)
  return {}
}

/** A scalar as text: YAML turns `1.10` or `yes` into other types unless it is quoted. */
export function text(reading: Reading, value: unknown, path: Path): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  problem(reading, path, `${name(path)} must be text, not ${describe(value)}`)
  return undefined
}

/** A list of texts; a plain text counts as a list of one (CDK writes `files` so). */
export function texts(reading: Reading, value: unknown, path: Path): readonly string[] {
  if (isEmpty(value)) return []
  if (!Array.isArray(value)) {
    const single = text(reading, value, path)
    return single === undefined ? [] : [single]
  }
  return value.flatMap((item: unknown, index) => {
    const at = [...path, index]
    if (isEmpty(item)) return [] // a dash with nothing (or only a comment) behind it: nothing to do
    if (typeof item === 'string') return [item]
    if (typeof item === 'number' || typeof item === 'boolean') return [String(item)]
    problem(
      reading,
      at,
      `Expected ${name(path)}[${index}] to be of string type: found ${describe(item)} instead${hint(item)}`,
    )
    return []
  })
}

export function textMap(reading: Reading, value: unknown, path: Path): Readonly<Record<string, string>> {
  const entries = Object.entries(mapping(reading, value, path))
  return Object.fromEntries(entries.map(([key, item]) => [key, text(reading, item, [...path, key]) ?? '']))
}

const SWITCH: Readonly<Record<string, boolean>> = { yes: true, true: true, no: false, false: false }

export function flag(reading: Reading, value: unknown, path: Path): boolean {
  if (isEmpty(value)) return false
  const found = SWITCH[String(value).toLowerCase()]
  if (found === undefined) problem(reading, path, `${name(path)} must be yes or no`)
  return found ?? false
}

const name = (path: Path): string => (path.length === 0 ? 'The buildspec' : path.join('.'))

function describe(value: unknown): string {
  if (isEmpty(value)) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'subkeys' : JSON.stringify(value)
}

/** The usual cause: `- echo Build: done` is a mapping in YAML. */
const hint = (item: unknown): string =>
  typeof item === 'object' && item !== null && !Array.isArray(item)
    ? ', the line contains ": " and must be quoted to be one text'
    : ''
