/**
 * Keyboard shortcuts. A page declares its keys while it is on the screen; the `?` sheet lists what is declared. A key typed into
 * a field is text, never a command.
 */
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react'

export interface Shortcut {
  /** as `KeyboardEvent.key`; "g a" is one after the other; "mod+k" is Ctrl or ⌘ with it */
  readonly keys: string
  readonly does: string
  /** runs in fields too, as Escape does */
  readonly everywhere?: boolean
  readonly run: () => void
}

const SEQUENCE_MS = 1200

const declared = new Set<Shortcut>()
const listeners = new Set<() => void>()
let listed: readonly Shortcut[] = []
let before: { key: string; at: number } | undefined

function changed(): void {
  listed = [...declared]
  for (const listener of listeners) listener()
}

/** Declares shortcuts for as long as the component is there. `keys` and `does` must not change; `run` may. */
export function useKeys(shortcuts: readonly Shortcut[]): void {
  const runNth = useEffectEvent((index: number) => shortcuts[index]?.run())
  const declare = useEffectEvent((signature: string) => {
    if (signature === '') return () => undefined
    const mine = shortcuts.map((shortcut, index) => ({ ...shortcut, run: () => runNth(index) }))
    for (const shortcut of mine) declared.add(shortcut)
    changed()
    return () => {
      for (const shortcut of mine) declared.delete(shortcut)
      changed()
    }
  })
  const signature = shortcuts.map(({ keys, does }) => `${keys}\t${does}`).join('\n')
  useEffect(() => declare(signature), [signature])
}

export const useDeclaredKeys = (): readonly Shortcut[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => listed,
  )

/** Listens to the whole page. @returns stop */
export function listenToKeys(target: Document): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.altKey) return
    const mod = event.ctrlKey || event.metaKey
    const key = mod ? `mod+${event.key.toLowerCase()}` : event.key
    const inField = isField(event.target)
    const at = event.timeStamp
    const sequence = before !== undefined && at - before.at < SEQUENCE_MS ? `${before.key} ${key}` : undefined
    // the page's own keys were declared last and win over those of the frame
    const candidates = [...declared].reverse().filter(({ everywhere }) => !inField || everywhere === true || mod)
    const found = candidates.find(({ keys }) => keys === sequence) ?? candidates.find(({ keys }) => keys === key)
    before = inField || mod ? undefined : { key, at }
    if (found === undefined) return
    event.preventDefault()
    before = undefined
    found.run()
  }
  target.addEventListener('keydown', onKey)
  return () => target.removeEventListener('keydown', onKey)
}

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
    target.closest('[role="dialog"]') !== null)
