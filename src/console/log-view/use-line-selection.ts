import { useRef, type KeyboardEvent } from 'react'
import type { LogFeed } from './feed.ts'
import { select, type Selection } from './selection.ts'
import type { Log } from './use-log.ts'

/**
 * Selecting lines by mouse and by keyboard. In the log Enter selects the first line in view, the arrows go on from there, with shift
 * they select more, Escape ends it.
 */
export function useLineSelection(
  { model, viewport }: Log,
  feeds: readonly LogFeed[],
  selection: Selection | undefined,
  onSelect: (selection: Selection | undefined) => void,
): { readonly click: (place: number, shift: boolean) => void; readonly press: (event: KeyboardEvent) => void } {
  const anchor = useRef<number | undefined>(undefined)
  const { document } = model
  const isMerged = feeds.length > 1

  const choose = (from: Selection | undefined, line: number, shift: boolean, log: string | undefined): void => {
    if (!shift) anchor.current = line
    onSelect(select(from, anchor.current, { line, shift, ...(log !== undefined && { log }) }))
  }
  const click = (place: number, shift: boolean): void => {
    const { log, line } = document.at(place)
    choose(selection, line + 1, shift, isMerged ? feeds[log]?.name : undefined)
  }
  const press = (event: KeyboardEvent): void => {
    const { key, shiftKey } = event
    if (key === 'Escape' && selection !== undefined) return onSelect(undefined)
    const step = { ArrowDown: 1, ArrowUp: -1 }[key]
    if (key === 'Enter' && document.count > 0) {
      event.preventDefault()
      const { log, line } = document.at(viewport.top)
      choose(undefined, line + 1, false, isMerged ? feeds[log]?.name : undefined)
    } else if (step !== undefined && selection !== undefined) {
      event.preventDefault()
      const index = isMerged ? feeds.findIndex(({ name }) => name === selection.log) : 0
      const line = step > 0 ? selection.to + 1 : selection.from - 1
      if (line < 1 || line > (feeds[index]?.buffer.count ?? 0)) return
      choose(shiftKey ? selection : undefined, line, shiftKey, selection.log)
      const place = document.placeOf(index, line - 1)
      if (!viewport.sees(place)) viewport.show(place)
    }
  }
  return { click, press }
}
