/** How this person reads logs: kept in the browser. */
import { useState } from 'react'

export interface LogPreferences {
  readonly timestamps: boolean
  readonly wrap: boolean
}

const KEY = 'pipewright.logs'

export function useLogPreferences(): readonly [LogPreferences, (change: Partial<LogPreferences>) => void] {
  const [preferences, set] = useState(load)
  const change = (changed: Partial<LogPreferences>): void => {
    const next = { ...preferences, ...changed }
    localStorage.setItem(KEY, JSON.stringify(next))
    set(next)
  }
  return [preferences, change]
}

function load(): LogPreferences {
  const defaults = { timestamps: false, wrap: true }
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Record<keyof LogPreferences, unknown>> | null
    return { timestamps: kept?.timestamps === true, wrap: kept?.wrap !== false }
  } catch {
    return defaults
  }
}
