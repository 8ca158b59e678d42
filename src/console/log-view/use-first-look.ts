import { useEffect, useEffectEvent, useRef } from 'react'
import type { LogDocument } from './document.ts'
import type { Selection } from './selection.ts'
import type { Log } from './use-log.ts'

/**
 * Where one begins to look: at the lines the link names; in a log that was over before, at what failed; else where one is. Once, and
 * never after the reader went somewhere themselves.
 */
export function useFirstLook({
  log: { model, viewport },
  selection,
  isOver,
  nextFailure,
}: {
  readonly log: Log
  readonly selection: Selection | undefined
  readonly isOver: boolean
  readonly nextFailure: () => void
}): void {
  const isDone = useRef(false)
  const look = useEffectEvent(() => {
    if (isDone.current) return
    const place = selection === undefined ? -1 : placeIn(model.document, selection)
    if (place >= 0) {
      isDone.current = true
      viewport.show(place)
    } else if (selection === undefined && model.document.feeds.every(({ status }) => status === 'complete')) {
      isDone.current = true
      if (isOver && viewport.top === 0) nextFailure()
    }
  })
  useEffect(() => {
    look()
    return model.subscribe(() => look())
  }, [model])
}

function placeIn(document: LogDocument, { log, from }: Selection): number {
  const index = log === undefined ? 0 : document.feeds.findIndex(({ name }) => name === log)
  return index < 0 ? -1 : document.placeOf(index, from - 1)
}
