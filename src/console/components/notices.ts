/** What just happened, told at the top of the page: the outcome of an act, kept until read. */
import { useSyncExternalStore } from 'react'
import { failureOf } from '../api/failure.ts'

export interface Notice {
  readonly id: string
  readonly type: 'success' | 'error' | 'info'
  readonly header?: string
  readonly content: string
  readonly dismiss: () => void
}

const MOST = 4

const listeners = new Set<() => void>()
let shown: readonly Notice[] = []
let count = 0

function change(next: readonly Notice[]): void {
  shown = next
  for (const listener of listeners) listener()
}

function add(notice: Omit<Notice, 'id' | 'dismiss'>): void {
  count += 1
  const id = `notice-${count}`
  const dismiss = (): void => change(shown.filter((other) => other.id !== id))
  change([...shown.slice(1 - MOST), { ...notice, id, dismiss }])
}

export const noticeSuccess = (content: string): void => add({ type: 'success', content })

/** Shows an error of the API with code, text and what to do. */
export function noticeFailure(what: string, error: unknown): void {
  const { code, message, advice } = failureOf(error)
  add({ type: 'error', header: `${what}: ${code}`, content: advice === '' ? message : `${message} ${advice}` })
}

export const useNotices = (): readonly Notice[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => shown,
  )
