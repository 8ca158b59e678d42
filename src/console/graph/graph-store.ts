/**
 * What the reader does with the picture: level of detail, what is chosen, where the keyboard is, which thread is lit. Kept outside of
 * React's tree of properties, so that choosing one action of 2,500 draws two of them again.
 */
import { createContext, useContext, useSyncExternalStore } from 'react'
import type { Level } from './layout.ts'
import type { Instant } from './model.ts'
import type { BoxKey } from './neighbour.ts'
import type { Thread } from './thread.ts'

export interface View {
  readonly level: Level
  /** `action:Build/Compile`, `token:<id>`… */
  readonly selected: string | undefined
  /** the one box that Tab leads to */
  readonly focus: BoxKey | undefined
  readonly thread: Thread | undefined
  /** the instant that is shown; absent: now */
  readonly at: Instant | undefined
}

export interface GraphStore {
  readonly get: () => View
  readonly set: (change: Partial<View>) => void
  readonly subscribe: (listener: () => void) => () => void
}

export function createGraphStore(first: Partial<View> = {}): GraphStore {
  const listeners = new Set<() => void>()
  let view: View = { level: 'near', selected: undefined, focus: undefined, thread: undefined, at: undefined, ...first }
  return {
    get: () => view,
    set(change) {
      const entries = Object.entries(change) as [keyof View, unknown][]
      if (entries.every(([key, value]) => view[key] === value)) return
      view = { ...view, ...change }
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** What boxes may ask of the graph around them. */
export interface GraphHandles {
  readonly store: GraphStore
  readonly select: (key: string) => void
  readonly hover: (executionId: string | undefined) => void
}

export const GraphContext = createContext<GraphHandles | undefined>(undefined)

export function useGraph(): GraphHandles {
  const handles = useContext(GraphContext)
  if (handles === undefined) throw new Error('A box of the picture is drawn outside of it.')
  return handles
}

/** A part of the view; draws again only when that part changes. */
export function useView<Part>(part: (view: View) => Part): Part {
  const { store } = useGraph()
  return useSyncExternalStore(store.subscribe, () => part(store.get()))
}
