import { applyDensity, applyMode, Density, Mode } from '@cloudscape-design/global-styles'
import { onPreferences, preferences } from '../api/preferences.ts'
import { setTimeZone } from '../ui/clock.ts'

const DARK = globalThis.matchMedia('(prefers-color-scheme: dark)')

/** Keeps colours, density and the zone of times as this person wants them, or as their system does. */
export function followTheme(): void {
  const apply = (): void => {
    const { theme, density, timeZone } = preferences()
    applyMode(theme === 'dark' || (theme === 'system' && DARK.matches) ? Mode.Dark : Mode.Light)
    applyDensity(density === 'compact' ? Density.Compact : Density.Comfortable)
    setTimeZone(timeZone)
  }
  apply()
  onPreferences(apply)
  DARK.addEventListener('change', apply)
}
