/**
 * What is different between two declarations of a pipeline, as a person would say it: stages and actions are recognised by their
 * names, not by their places, and a moved stage is moved instead of deleted and added.
 */
import type { ActionDeclaration, PipelineDeclaration, StageDeclaration } from '@aws-sdk/client-codepipeline'

export interface Difference {
  readonly kind: 'added' | 'removed' | 'changed' | 'moved'
  /** from the pipeline inwards: `Build`, `Build / Unit`, `Build / Unit: ProjectName`; '' is the pipeline itself */
  readonly where: string
  readonly before?: string
  readonly after?: string
}

type Settings = ReadonlyMap<string, string>

export function diffDeclarations(a: PipelineDeclaration, b: PipelineDeclaration): readonly Difference[] {
  return [
    ...diffSettings('', settingsOf(a, PIPELINE_PARTS), settingsOf(b, PIPELINE_PARTS)),
    ...diffNamed('Variable', a.variables, b.variables, (name, before, after) =>
      diffSettings(name, settingsOf(before, []), settingsOf(after, [])),
    ),
    ...diffNamed('', a.stages, b.stages, diffStage),
    ...movesOf('', a.stages, b.stages),
  ]
}

/** `version` differs always; the rest is compared part by part */
const PIPELINE_PARTS = ['stages', 'variables', 'version']

function diffStage(name: string, a: StageDeclaration, b: StageDeclaration): readonly Difference[] {
  return [
    ...diffSettings(name, settingsOf(a, ['name', 'actions']), settingsOf(b, ['name', 'actions'])),
    ...diffNamed(name, a.actions, b.actions, diffAction),
  ]
}

const diffAction = (where: string, a: ActionDeclaration, b: ActionDeclaration): readonly Difference[] =>
  diffSettings(where, settingsOf(a, ['name']), settingsOf(b, ['name']))

interface Named {
  readonly name?: string | undefined
}

/** What only one of two lists has, and what is different in those that both have. */
function diffNamed<Item extends Named>(
  outer: string,
  a: readonly Item[] = [],
  b: readonly Item[] = [],
  diff: (where: string, before: Item, after: Item) => readonly Difference[],
): readonly Difference[] {
  const whereOf = ({ name = '' }: Named): string => (outer === '' ? name : `${outer} / ${name}`)
  const before = new Map(a.map((item) => [item.name, item]))
  const after = new Map(b.map((item) => [item.name, item]))
  return [
    ...a
      .filter(({ name }) => !after.has(name))
      .map((item): Difference => ({ kind: 'removed', where: whereOf(item), before: summaryOf(item) })),
    ...b.flatMap((item): readonly Difference[] => {
      const old = before.get(item.name)
      return old === undefined
        ? [{ kind: 'added', where: whereOf(item), after: summaryOf(item) }]
        : diff(whereOf(item), old, item)
    }),
  ]
}

/** What stands in another order, of those that both have. */
function movesOf(outer: string, a: readonly Named[] = [], b: readonly Named[] = []): readonly Difference[] {
  const namesOf = (items: readonly Named[], others: readonly Named[]): readonly string[] =>
    items.map(({ name = '' }) => name).filter((name) => others.some((other) => other.name === name))
  const before = namesOf(a, b)
  const after = namesOf(b, a)
  return before.join('\n') === after.join('\n')
    ? []
    : [{ kind: 'moved', where: outer, before: before.join(', '), after: after.join(', ') }]
}

/** In a few words, for something that is only there or only not there any more. */
function summaryOf(item: object): string {
  if ('actions' in item && Array.isArray(item.actions)) {
    const names = (item.actions as readonly Named[]).map(({ name = '' }) => name)
    return names.length === 0 ? 'no actions' : names.join(', ')
  }
  if ('actionTypeId' in item) return (item as ActionDeclaration).actionTypeId?.provider ?? ''
  if ('defaultValue' in item) return String(item.defaultValue)
  return ''
}

function diffSettings(where: string, a: Settings, b: Settings): readonly Difference[] {
  const at = (key: string): string => (where === '' ? key : `${where}: ${key}`)
  return [...new Set([...a.keys(), ...b.keys()])].sort().flatMap((key): readonly Difference[] => {
    const before = a.get(key)
    const after = b.get(key)
    if (before === after) return []
    if (before === undefined) return [{ kind: 'added', where: at(key), after: after ?? '' }]
    if (after === undefined) return [{ kind: 'removed', where: at(key), before }]
    return [{ kind: 'changed', where: at(key), before, after }]
  })
}

/** Everything that is set, one value a path: `configuration.ProjectName`, `artifactStore.location`, `inputArtifacts`. */
function settingsOf(item: object, without: readonly string[]): Settings {
  const found = new Map<string, string>()
  const visit = (path: string, value: unknown): void => {
    if (value === undefined || value === null) return
    if (Array.isArray(value)) {
      if (value.length === 0) return
      if (value.every(isNamedOnly)) found.set(path, value.map(({ name }) => name).join(', '))
      else if (value.every(hasName)) for (const each of value) visit(`${path}.${each.name}`, rest(each))
      else if (value.every((each) => typeof each !== 'object')) found.set(path, value.join('\n'))
      else for (const [index, each] of value.entries()) visit(`${path}[${index}]`, each)
    } else if (typeof value === 'object') {
      for (const [key, inner] of Object.entries(value)) visit(path === '' ? key : `${path}.${key}`, inner)
    } else {
      found.set(path, typeof value === 'string' ? value : JSON.stringify(value))
    }
  }
  visit('', Object.fromEntries(Object.entries(item).filter(([key]) => !without.includes(key))))
  return found
}

const hasName = (value: unknown): value is { name: string } =>
  typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'

const isNamedOnly = (value: unknown): value is { name: string } =>
  hasName(value) && Object.entries(value).every(([key, each]) => key === 'name' || each === undefined)

const rest = (named: { name: string }): object => ({ ...named, name: undefined })
