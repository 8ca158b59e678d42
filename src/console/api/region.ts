/** The region the page looks at. It is part of the address, and remembered for the next visit. */
import { useSyncExternalStore } from 'react'
import { session } from './session.ts'

const KEY = 'pipewright.region'
const listeners = new Set<() => void>()
const SHAPE = /^[a-z]{2}(?:-[a-z]+)+-\d$/

let chosen = fromAddress() ?? stored()

export const region = (): string => chosen ?? session()?.region ?? 'us-east-1'

export function chooseRegion(name: string): void {
  if (!SHAPE.test(name)) return
  chosen = name
  localStorage.setItem(KEY, name)
  for (const listener of listeners) listener()
}

export const onRegionChange = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useRegion = (): string => useSyncExternalStore(onRegionChange, region)

function fromAddress(): string | undefined {
  const named = new URLSearchParams(globalThis.location.search).get('region')
  return named !== null && SHAPE.test(named) ? named : undefined
}

function stored(): string | undefined {
  const kept = localStorage.getItem(KEY)
  return kept !== null && SHAPE.test(kept) ? kept : undefined
}
