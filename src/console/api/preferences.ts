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
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>) }
  } catch {
    return DEFAULTS
  }
}
