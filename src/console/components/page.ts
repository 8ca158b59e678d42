/** What a page tells the frame about itself: its name, the way back, and the commands that do the same. */
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react'

export interface Page {
  readonly title: string
  /** from the fleet down, without the page itself */
  readonly crumbs?: readonly { readonly text: string; readonly href: string }[]
  /** the calls behind this page, ready to paste */
  readonly commands?: PageCommands
}

export interface PageCommands {
  readonly aws?: readonly string[]
  readonly pipewright?: readonly string[]
  /** what the calls answered, for "export JSON" */
  readonly json?: () => unknown
}

const listeners = new Set<() => void>()
let current: Page & { readonly signature: string } = { title: '', signature: '' }

export function usePage(page: Page): void {
  const tell = useEffectEvent((signature: string) => {
    current = { ...page, signature }
    document.title = page.title === '' ? 'Pipewright' : `${page.title} · Pipewright`
    for (const listener of listeners) listener()
  })
  const signature = JSON.stringify([page.title, page.crumbs, page.commands])
  useEffect(() => tell(signature), [signature])
}

export const useCurrentPage = (): Page =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => current,
  )
