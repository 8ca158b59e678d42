/** The lines that are in view, and the scrolling. What is above and below is nothing but height. */
import { useEffect, useLayoutEffect, useRef, useState, type MouseEvent } from 'react'
import { usePreferences } from '../api/preferences.ts'
import type { LogFeed } from './feed.ts'
import { LogRow } from './LogRow.tsx'
import { LINE_HEIGHT, MOST_CHARACTERS, SHOWN_CHARACTERS } from './model.ts'
import type { Pattern } from './pattern.ts'
import type { LogPreferences } from './preferences.ts'
import { domHeight } from './scroll-scale.ts'
import { isSelected, printSelection, type Selection } from './selection.ts'
import { timeOfLine } from './time-of-line.ts'
import { useLineSelection } from './use-line-selection.ts'
import type { Log } from './use-log.ts'
import { useSize } from './use-size.ts'

export interface LogLinesProps {
  readonly log: Log
  readonly feeds: readonly LogFeed[]
  readonly label: string
  readonly preferences: LogPreferences
  readonly pattern: Pattern | undefined
  /** place of the match or failure one went to */
  readonly current: number | undefined
  readonly selection: Selection | undefined
  readonly onSelect: (selection: Selection | undefined) => void
  readonly empty: string
}

export function LogLines(props: LogLinesProps) {
  const { log, feeds, label, preferences, pattern, current, selection, onSelect, empty } = props
  const { model, viewport } = log
  const { document: doc, heights, rows } = model
  const isMerged = feeds.length > 1
  const { timeZone } = usePreferences()
  const scroller = useRef<HTMLDivElement>(null)
  const probe = useRef<HTMLSpanElement>(null)
  const gutter = useRef<HTMLSpanElement>(null)
  const [columns, setColumns] = useState<number>()
  const { click, press } = useLineSelection(log, feeds, selection, onSelect)

  useSize(scroller, probe, gutter, (height, fitting) => {
    setColumns(fitting)
    viewport.resize(height)
  })
  useEffect(() => model.setColumns(preferences.wrap ? columns : undefined), [model, preferences.wrap, columns])

  // the browser is told where it is after every change of ours, and heights that were guessed are measured
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    if (viewport.isMoved) {
      element.scrollTop = viewport.place.scrollTop
      viewport.shown(element.scrollTop)
    }
    if (!preferences.wrap) return
    for (const row of element.querySelectorAll<HTMLElement>('.log-row')) {
      const lines = Math.max(1, Math.round(row.offsetHeight / LINE_HEIGHT))
      viewport.measured(Number(row.dataset['row']), lines * LINE_HEIGHT)
    }
  })

  /** One listener for all rows: they come and go with every turn of the wheel. */
  const onClick = (event: MouseEvent): void => {
    const target = event.target as Element
    const row = target.closest<HTMLElement>('.log-row')?.dataset['row']
    if (row === undefined) return
    const place = rows.line(Number(row))
    if (target.closest('.log-number') !== null) {
      event.preventDefault()
      click(place, event.shiftKey)
    } else if (target.closest('button.log-fold') !== null) {
      const fold = model.foldAt(place)
      if (fold !== undefined) model.setFolded(fold, !model.isFolded(fold))
    } else if (target.closest('.log-more') !== null) {
      model.expand(place)
    }
  }

  const { from, to } = viewport.rows()
  const shown = Array.from({ length: Math.max(0, to - from) }, (_, index) => {
    const row = from + index
    const place = rows.line(row)
    return { row, place, ...doc.at(place) }
  })
  const longest = shown.map(({ log, line }) => Math.min(feeds[log]?.buffer.size(line) ?? 0, SHOWN_CHARACTERS))
  const width = useGreatest(preferences.wrap ? 0 : Math.max(0, ...longest))

  return (
    // oxlint-disable jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events -- what scrolls must be reachable, and lines selectable, by keyboard
    <div
      ref={scroller}
      className="log-scroller"
      role="log"
      aria-live="off"
      aria-label={label}
      tabIndex={0}
      onScroll={(event) => {
        const { scrollTop } = event.currentTarget
        const wanted = viewport.scrolled(scrollTop)
        if (wanted !== scrollTop) event.currentTarget.scrollTop = wanted
      }}
      onClick={onClick}
      onKeyDown={(event) => {
        if (event.target === event.currentTarget) press(event)
      }}
    >
      <span ref={probe} className="log-probe" aria-hidden="true">
        {'0'.repeat(100)}
      </span>
      <span ref={gutter} className="log-gutter-probe" aria-hidden="true" />
      <div
        className="log-content"
        style={{ height: domHeight(heights.total), minWidth: `calc(${width}ch + var(--gutter))` }}
      >
        {shown.map(({ row, place, log, line }, index) => {
          const feed = feeds[log] as LogFeed
          const fold = isMerged ? undefined : model.foldAt(line)
          const size = feed.buffer.size(line)
          const isExpanded = model.isExpanded(place)
          const most = isExpanded ? MOST_CHARACTERS : SHOWN_CHARACTERS
          const text = feed.buffer.text(line)
          const source = isMerged ? feed.name : undefined
          const chosen = isSelected(selection, line + 1, source)
          return (
            <div
              key={`${log}:${line}`}
              className="log-row"
              data-row={row}
              data-selected={chosen || undefined}
              data-current={place === current || undefined}
              data-failure={feed.failures.has(line) || undefined}
              style={{ top: heights.top(row) - viewport.place.offset }}
            >
              <LogRow
                number={line + 1}
                text={size > most ? text.slice(0, most) : text}
                start={feed.buffer.styleAt(line)}
                cut={isExpanded ? 0 : Math.max(0, size - most)}
                time={preferences.timestamps ? timeOfLine(feed.buffer.timestamp(line), timeZone) : undefined}
                source={source}
                lane={log}
                isFirstOfSource={place === viewport.top || shown[index - 1]?.log !== log}
                foldTitle={fold?.title}
                foldStatus={fold?.status}
                foldFailures={fold?.failures ?? 0}
                foldTook={fold?.endedAt === undefined ? undefined : fold.endedAt - fold.startedAt}
                foldedLines={fold !== undefined && model.isFolded(fold) ? (fold.end ?? doc.count) - fold.start - 1 : 0}
                pattern={pattern}
                link={printSelection({ from: line + 1, to: line + 1, ...(source !== undefined && { log: source }) })}
              />
            </div>
          )
        })}
      </div>
      {doc.count === 0 && <p className="log-empty">{empty}</p>}
    </div>
  )
}

/** The view does not get narrower again because a long line was scrolled out of it. */
function useGreatest(value: number): number {
  const [greatest, set] = useState(value)
  if (value > greatest) set(value)
  return Math.max(value, greatest)
}
