/** How this person likes the console: kept in the browser, never sent anywhere. */
import { useSyncExternalStore } from 'react'

export interface Preferences {
  readonly theme: 'light' | 'dark' | 'system'
  readonly density: 'comfortable' | 'compact'
  /** an IANA name, or the browser's */
  readonly timeZone: 'local' | 'UTC'
  readonly executionView: 'graph' | 'table' | 'waterfall'
  readonly starred: readonly string[]
  readonly savedFilters: readonly { readonly name: string; readonly query: string }[]
}

const KEY = 'pipewright.preferences'
const DEFAULTS: Preferences = {
  theme: 'system',
  density: 'comfortable',
  timeZone: 'local',
  executionView: 'graph',
  starred: [],
  savedFilters: [],
}
const CHOICES: { readonly [Name in 'theme' | 'density' | 'timeZone' | 'executionView']: readonly Preferences[Name][] } =
  {
    theme: ['light', 'dark', 'system'],
    density: ['comfortable', 'compact'],
    timeZone: ['local', 'UTC'],
    executionView: ['graph', 'table', 'waterfall'],
  }

const listeners = new Set<() => void>()
let current = load()

export const preferences = (): Preferences => current

export function prefer(change: Partial<Preferences>): void {
  current = { ...current, ...change }
  localStorage.setItem(KEY, JSON.stringify(current))
  for (const listener of listeners) listener()
}

export const onPreferences = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const usePreferences = (): Preferences => useSyncExternalStore(onPreferences, preferences)

function load(): Preferences {
  try {
    return readPreferences(JSON.parse(localStorage.getItem(KEY) ?? '{}'))
  } catch {
    return DEFAULTS
  }
}

/** What another version, or a mishap, has left there must not keep every page from opening: what does not fit is forgotten. */
export function readPreferences(kept: unknown): Preferences {
  const given = (typeof kept === 'object' && kept !== null ? kept : {}) as Readonly<Record<string, unknown>>
  const oneOf = <Name extends keyof typeof CHOICES>(name: Name): Preferences[Name] =>
    CHOICES[name].find((choice) => choice === given[name]) ?? DEFAULTS[name]
  const listOf = <Item>(name: string, fits: (item: unknown) => item is Item): readonly Item[] => {
    const list = given[name]
    return Array.isArray(list) ? list.filter(fits) : []
  }
  return {
    theme: oneOf('theme'),
    density: oneOf('density'),
    timeZone: oneOf('timeZone'),
    executionView: oneOf('executionView'),
    starred: listOf('starred', (item) => typeof item === 'string'),
    savedFilters: listOf('savedFilters', isFilter),
  }
}

function isFilter(item: unknown): item is Preferences['savedFilters'][number] {
  if (typeof item !== 'object' || item === null) return false
  const { name, query } = item as Readonly<Record<string, unknown>>
  return typeof name === 'string' && typeof query === 'string'
}
