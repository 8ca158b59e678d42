/** The log view's models, tied to React: made once for the feeds, told of what arrives, looked at again after every change. */
import { useEffect, useReducer, useState } from 'react'
import type { LogFeed } from './feed.ts'
import { createLogModel, type LogModel } from './model.ts'
import { compileQuery, type Pattern, type Query } from './pattern.ts'
import { createSearch, type Search } from './search.ts'
import { createViewport, type Anchor, type Viewport } from './viewport.ts'

export interface Log {
  readonly model: LogModel
  readonly viewport: Viewport
}

/**
 * @param feeds when one is added later, the reader stays where they are
 * @param isFollowing does one begin at the end?
 */
export function useLog(feeds: readonly LogFeed[], isFollowing: boolean): Log {
  const [, look] = useReducer((count: number) => count + 1, 0)
  const [kept, keep] = useState<{ feeds: readonly LogFeed[]; log: Log }>(() => ({
    feeds,
    log: openLog(feeds, isFollowing, look),
  }))
  let { log } = kept
  if (kept.feeds !== feeds) {
    const { anchor, isFollowing } = log.viewport
    const index = feeds.findIndex((feed) => feed === kept.feeds[anchor.log])
    log = openLog(feeds, isFollowing, look, { ...anchor, log: Math.max(0, index) })
    keep({ feeds, log })
  }
  useEffect(() => {
    const { model, viewport } = log
    const stops = [
      model.subscribe(() => viewport.refresh()),
      ...feeds.map((feed) => feed.subscribe(() => model.update())),
    ]
    model.update()
    return () => {
      for (const stop of stops) stop()
    }
  }, [log, feeds])
  return log
}

function openLog(feeds: readonly LogFeed[], isFollowing: boolean, look: () => void, anchor?: Anchor): Log {
  const opened: { viewport?: Viewport } = {}
  const model = createLogModel(feeds, ({ start, end = Infinity }) => {
    const { viewport } = opened
    if (viewport === undefined || viewport.isFollowing) return true
    const { from, to } = viewport.rows()
    return model.rows.row(start) > to || model.rows.row(end) < from
  })
  model.update()
  const viewport = createViewport(model, isFollowing, look, anchor)
  opened.viewport = viewport
  return { model, viewport }
}

export interface LiveSearch {
  readonly pattern: Pattern | undefined
  /** what is wrong with the expression */
  readonly problem: string | undefined
  /** for each feed */
  readonly searches: readonly Search[]
  readonly isBusy: boolean
}

const NOTHING: LiveSearch = { pattern: undefined, problem: undefined, searches: [], isBusy: false }
/** so long a step may take that the page still answers at once */
const STEP_MS = 10
/** and so often it is told how far the search is */
const TELL_MS = 120

/** Searches while one types and while the log grows. */
export function useLogSearch({ model }: Log, feeds: readonly LogFeed[], query: Query): LiveSearch {
  const [state, setState] = useState(NOTHING)
  const { text, regex, caseSensitive } = query
  useEffect(() => {
    let isOver = false
    let timer: ReturnType<typeof setTimeout> | undefined
    let stop: (() => void) | undefined
    const begin = (pattern: Pattern | undefined): void => {
      if (isOver) return
      if (pattern === undefined) return setState(NOTHING)
      const searches = feeds.map(({ buffer }) => createSearch(buffer, pattern))
      let told = -Infinity
      const step = (): void => {
        timer = undefined
        const now = performance.now()
        const isTimeUp = (): boolean => performance.now() > now + STEP_MS
        // every search gets its step, or a long log would keep the others waiting
        const isBusy = searches.map((search) => search.step(isTimeUp)).includes(true)
        if (!isBusy || now - told > TELL_MS) {
          told = now
          setState({ pattern, problem: undefined, searches, isBusy })
        }
        if (isBusy) timer = setTimeout(step)
      }
      step()
      stop = model.subscribe(() => (timer ??= setTimeout(step)))
    }
    compileQuery({ text, regex, caseSensitive }).then(begin, (error: unknown) => {
      if (!isOver) setState({ ...NOTHING, problem: error instanceof Error ? error.message : String(error) })
    })
    return () => {
      isOver = true
      clearTimeout(timer)
      stop?.()
    }
  }, [model, feeds, text, regex, caseSensitive])
  return state
}
