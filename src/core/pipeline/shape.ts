/**
 * Checks any CodePipeline input against the API model's constraints, with the service's own wording. All violations are
 * reported at once; members the model does not know are ignored.
 *
 * Source: specification, "Validation order" (group 1) and "Errors".
 */
import { OPERATION_INPUTS, STRUCTURES, type Members } from '../catalog/operation-inputs.ts'
import { SHAPES, type SimpleShape } from '../catalog/shapes.ts'
import { Opaque } from './opaque.ts'

export interface Violation {
  /** member names and zero-based list indices */
  readonly path: Path
  /** `Value … at '…' failed to satisfy constraint: …` */
  readonly message: string
}

export type Path = readonly (string | number)[]

export interface ShapeOptions {
  /** replaces the model's 1000 characters for values of an action's configuration */
  readonly configurationValueLimit?: number
}

/** @returns the message of the `ValidationException` to answer with, or `undefined` when the input has the right shape */
export function checkShape(operationName: string, input: unknown, options: ShapeOptions = {}): string | undefined {
  const members = Object.hasOwn(OPERATION_INPUTS, operationName) ? OPERATION_INPUTS[operationName] : undefined
  return members && checkMembersOf(members, input ?? {}, options)
}

/** The same for an input whose members are given instead of looked up. */
export function checkMembersOf(members: Members, input: unknown, options: ShapeOptions = {}): string | undefined {
  const violations: Violation[] = []
  checkMembers(members, input, [], { options, violations, names: [] })
  return shapeMessage(violations)
}

/** Checks one value against a named shape; `path` is where the value stands in the input. */
export function shapeViolations(
  shapeName: string,
  value: unknown,
  path: Path,
  options: ShapeOptions = {},
): readonly Violation[] {
  const violations: Violation[] = []
  checkValue(shapeName, value, path, { options, violations, names: [] })
  return violations
}

export function shapeMessage(violations: readonly { readonly message: string }[]): string | undefined {
  if (violations.length === 0) return undefined
  const count = `${violations.length} validation error${violations.length === 1 ? '' : 's'} detected`
  const more = violations.length > MOST_PRINTED ? '; …' : ''
  return `${count}: ${violations
    .slice(0, MOST_PRINTED)
    .map(({ message }) => message)
    .join('; ')}${more}`
}

/** A hostile input can have a violation every other byte; nobody reads more of them than this. */
const MOST_PRINTED = 100
const MOST_VIOLATIONS = 1000

/** `pipeline.stages.2.member.actions.1.member.name`: list positions count from one. */
export const printPath = (path: Path): string =>
  path.map((part) => (typeof part === 'number' ? `${part + 1}.member` : part)).join('.')

interface Run {
  readonly options: ShapeOptions
  readonly violations: Violation[]
  /** names of the enclosing stages and actions, outermost first */
  readonly names: readonly string[]
}

function checkMembers(members: Members, value: unknown, path: Path, run: Run): void {
  if (!isRecord(value)) return wrongType('structure', value, path, run)
  const name = typeof value['name'] === 'string' ? [value['name']] : []
  const inside = { ...run, names: [...run.names, ...name] }
  for (const [marked, shapeName] of Object.entries(members)) {
    const required = marked.endsWith('!')
    const member = required ? marked.slice(0, -1) : marked
    const given = Object.hasOwn(value, member) ? value[member] : undefined
    if (given !== undefined && given !== null) checkValue(shapeName, given, [...path, member], inside)
    else if (required) violated(null, [...path, member], 'Member must not be null', run)
  }
}

function checkValue(shapeName: string, value: unknown, path: Path, run: Run): void {
  if (value instanceof Opaque || run.violations.length >= MOST_VIOLATIONS) return
  const members = STRUCTURES[shapeName]
  if (members !== undefined) return checkMembers(members, value, path, run)
  const shape = SHAPES[shapeName]
  if (shape === undefined) return
  switch (shape.kind) {
    case 'string':
      if (typeof value !== 'string') return wrongType('string', value, path, run)
      for (const constraint of stringConstraints(shape, value)) {
        violated(shape.sensitive === true ? undefined : value, path, constraint, run)
      }
      return
    case 'enum':
      if (typeof value !== 'string') return wrongType('string', value, path, run)
      if (!shape.values.includes(value)) {
        violated(value, path, `Member must satisfy enum value set: [${shape.values.join(', ')}]`, run)
      }
      return
    case 'integer':
      if (typeof value !== 'number' || !Number.isInteger(value)) return wrongType('integer', value, path, run)
      for (const constraint of rangeConstraints('value', shape, value)) violated(value, path, constraint, run)
      return
    case 'boolean':
      if (typeof value !== 'boolean') wrongType('boolean', value, path, run)
      return
    case 'timestamp':
      if (typeof value !== 'number' && !(value instanceof Date)) wrongType('timestamp', value, path, run)
      return
    case 'list':
      if (!Array.isArray(value)) return wrongType('list', value, path, run)
      for (const constraint of rangeConstraints('length', shape, value.length)) violated(value, path, constraint, run)
      for (const [index, item] of value.entries()) {
        if (item === null || item === undefined) violated(null, [...path, index], 'Member must not be null', run)
        else checkValue(shape.of, item, [...path, index], run)
      }
      return
    case 'map':
      if (!isRecord(value)) return wrongType('map', value, path, run)
      checkMap(shape, value, path, run)
      return
    default:
      shape satisfies never
  }
}

type MapShape = Extract<SimpleShape, { kind: 'map' }>

/** The service reports a bad key or value of a map at the map itself, with all constraints of the entry's shape. */
function checkMap(shape: MapShape, value: Readonly<Record<string, unknown>>, path: Path, run: Run): void {
  const entries = Object.entries(value)
  for (const constraint of rangeConstraints('length', shape, entries.length)) {
    violated(`{${entries.map(([key]) => key).join(', ')}}`, path, constraint, run)
  }
  const keyShape = SHAPES[shape.keys]
  const valueShape = limited(shape.values, run.options)
  for (const [key, entry] of entries) {
    if (keyShape?.kind === 'string' && stringConstraints(keyShape, key).length > 0) {
      const all = constraintsOf(keyShape).join(', ')
      violated(`{${key}=…}`, path, `Map keys must satisfy constraint: [${all}]`, run)
    }
    if (entry instanceof Opaque) continue
    if (valueShape === undefined) checkValue(shape.values, entry, [...path, key], run)
    else if (typeof entry !== 'string') wrongType('string', entry, [...path, key], run)
    else if (stringConstraints(valueShape, entry).length > 0) {
      // The value itself stays out of the message: it may be a secret.
      const all = constraintsOf(valueShape).join(', ')
      const where = `${run.names.map((name) => ` in '${name}'`).join('')}: key '${shortened(key)}' has ${entry.length} characters`
      violated(`{${key}=…}`, path, `Map value must satisfy constraint: [${all}]${where}`, run, key)
    }
  }
}

type StringShape = Extract<SimpleShape, { kind: 'string' }>

function limited(shapeName: string, { configurationValueLimit }: ShapeOptions): StringShape | undefined {
  const shape = SHAPES[shapeName]
  if (shape?.kind !== 'string') return undefined
  if (shapeName !== 'ActionConfigurationValue' || configurationValueLimit === undefined) return shape
  return { ...shape, max: configurationValueLimit }
}

function stringConstraints(shape: StringShape, value: string): readonly string[] {
  const violatedLengths = rangeConstraints('length', shape, value.length)
  if (shape.pattern === undefined || wholeMatch(shape.pattern).test(value)) return violatedLengths
  return [...violatedLengths, patternConstraint(shape.pattern)]
}

const constraintsOf = (shape: StringShape): readonly string[] => [
  ...(shape.max === undefined ? [] : [atMost('length', shape.max)]),
  ...(shape.min === undefined ? [] : [atLeast('length', shape.min)]),
  ...(shape.pattern === undefined ? [] : [patternConstraint(shape.pattern)]),
]

function rangeConstraints(
  what: 'length' | 'value',
  { min, max }: { readonly min?: number; readonly max?: number },
  size: number,
): readonly string[] {
  if (max !== undefined && size > max) return [atMost(what, max)]
  return min !== undefined && size < min ? [atLeast(what, min)] : []
}

const atMost = (what: 'length' | 'value', bound: number) => `Member must have ${what} less than or equal to ${bound}`
const atLeast = (what: 'length' | 'value', bound: number) =>
  `Member must have ${what} greater than or equal to ${bound}`
const patternConstraint = (pattern: string) => `Member must satisfy regular expression pattern: ${pattern}`

const compiled = new Map<string, RegExp>()

/** Patterns come from our own table and cover the whole value; `.` stands for any character, line breaks included. */
function wholeMatch(pattern: string): RegExp {
  const known = compiled.get(pattern)
  if (known !== undefined) return known
  const expression = new RegExp(`^(?:${pattern})$`, 's')
  compiled.set(pattern, expression)
  return expression
}

function wrongType(kind: string, value: unknown, path: Path, run: Run): void {
  if (!(value instanceof Opaque)) violated(value, path, `Member must be of type ${kind}`, run)
}

function violated(value: unknown, path: Path, constraint: string, { violations }: Run, key?: string): void {
  violations.push({
    path: key === undefined ? path : [...path, key],
    message: `Value${printValue(value)} at '${printPath(path)}' failed to satisfy constraint: ${constraint}`,
  })
}

const LONGEST_PRINTED = 500

/** `undefined` hides a sensitive value. Structures are named, not printed: they may hold secrets. */
function printValue(value: unknown): string {
  if (value === undefined) return ''
  if (value === null) return ' null'
  if (Array.isArray(value)) return ` '[${value.length} items]'`
  if (typeof value === 'string') return ` '${shortened(value)}'`
  if (typeof value === 'number' || typeof value === 'boolean') return ` '${value}'`
  return ` '{…}'`
}

const shortened = (text: string): string =>
  text.length > LONGEST_PRINTED ? `${text.slice(0, LONGEST_PRINTED)}…` : text

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Opaque)
