/** One log, or several in the order of time: up to a million lines, read while they come. */
import './log-view.css'
import type { InputProps } from '@cloudscape-design/components/input'
import { useEffect, useLayoutEffect, useRef, useState, type CSSProperties, type KeyboardEvent } from 'react'
import { usePreferences } from '../api/preferences.ts'
import { useKeys } from '../components/keys.ts'
import { countUpTo, nextPlace } from './document.ts'
import { downloadLog } from './download.ts'
import type { LogFeed } from './feed.ts'
import { firstFailure } from './first-error.ts'
import { LogRow } from './LogRow.tsx'
import { LogRuler } from './LogRuler.tsx'
import { LogToolbar } from './LogToolbar.tsx'
import { LINE_HEIGHT, MOST_CHARACTERS, SHOWN_CHARACTERS } from './model.ts'
import { useLogPreferences } from './preferences.ts'
import type { Query } from './pattern.ts'
import { isSelected, printSelection, select, type Selection } from './selection.ts'
import { domHeight } from './scroll-scale.ts'
import { timeOfLine } from './time-of-line.ts'
import { useFirstLook } from './use-first-look.ts'
import { useLog, useLogSearch } from './use-log.ts'
import { useSize } from './use-size.ts'

export interface LogViewProps {
  /** the same list as long as the same logs are meant */
  readonly feeds: readonly LogFeed[]
  readonly label: string
  /** selected lines; where several logs are shown it says of which */
  readonly selection: Selection | undefined
  readonly onSelect: (selection: Selection | undefined) => void
  /** name of the file without its ending */
  readonly fileName: string
  /** the work was over when one began to look: begin with what failed instead of with the end */
  readonly isOver: boolean
  /** what is said while there is nothing to show */
  readonly empty?: string
}

interface Spot {
  readonly log: number
  readonly line: number
}

export function LogView(props: LogViewProps) {
  const { feeds, label, selection, onSelect, isOver, fileName, empty = 'Nothing was said yet.' } = props
  const isLive = feeds.some(({ status }) => status !== 'complete')
  const log = useLog(feeds, !isOver && selection === undefined)
  const { model, viewport } = log
  const { document: doc, heights, rows } = model
  const isMerged = feeds.length > 1
  const [preferences, prefer] = useLogPreferences()
  const { timeZone } = usePreferences()
  const [query, setQuery] = useState<Query>({ text: '', regex: false, caseSensitive: false })
  const search = useLogSearch(log, feeds, query)
  const [current, setCurrent] = useState<Spot>()
  const field = useRef<InputProps.Ref>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const probe = useRef<HTMLSpanElement>(null)
  const gutter = useRef<HTMLSpanElement>(null)
  const [columns, setColumns] = useState<number>()
  const anchor = useRef<number | undefined>(undefined)

  const founds = search.searches.map(({ found }) => found)
  const failures = feeds.map((feed) => feed.failures)
  const failureCount = failures.reduce((sum, { length }) => sum + length, 0)
  const placeOf = (spot: Spot | undefined): number | undefined => {
    const place = spot === undefined ? -1 : doc.placeOf(spot.log, spot.line)
    return place < 0 ? undefined : place
  }
  const go = (place: number | undefined): void => {
    if (place === undefined) return
    setCurrent(doc.at(place))
    viewport.show(place)
  }
  const step = (direction: 1 | -1): void => go(nextPlace(doc, founds, placeOf(current) ?? viewport.top - 1, direction))
  const nextFailure = (): void => {
    const isFirst = placeOf(current) === undefined && !isMerged
    const failed = model.folds.find(({ kind, status }) => kind === 'phase' && status === 'FAILED')
    const first = isFirst ? failures[0] && firstFailure(failures[0], failed?.start) : undefined
    go(first ?? nextPlace(doc, failures, placeOf(current), 1))
  }

  useKeys([
    { keys: 's', does: 'Search the log', run: () => field.current?.focus() },
    { keys: 'j', does: 'Follow the end of the log', run: () => viewport.follow(!viewport.isFollowing) },
    { keys: 'f', does: 'Next failure', run: nextFailure },
    { keys: 'n', does: 'Next match', run: () => step(1) },
    { keys: 'N', does: 'Previous match', run: () => step(-1) },
    { keys: 't', does: 'Show times', run: () => prefer({ timestamps: !preferences.timestamps }) },
    { keys: 'w', does: 'Wrap lines', run: () => prefer({ wrap: !preferences.wrap }) },
  ])

  useSize(scroller, probe, gutter, (height, fitting) => {
    setColumns(fitting)
    viewport.resize(height)
  })
  useEffect(() => model.setColumns(preferences.wrap ? columns : undefined), [model, preferences.wrap, columns])
  useFirstLook({ log, selection, isOver, nextFailure })

  // the browser is told where it is after every change, and heights that were guessed are measured
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    if (Math.abs(element.scrollTop - viewport.place.scrollTop) >= 1) element.scrollTop = viewport.place.scrollTop
    viewport.shown(element.scrollTop)
    if (!preferences.wrap) return
    for (const row of element.querySelectorAll<HTMLElement>('.log-row')) {
      viewport.measured(
        Number(row.dataset['row']),
        Math.max(LINE_HEIGHT, Math.round(row.offsetHeight / LINE_HEIGHT) * LINE_HEIGHT),
      )
    }
  })

  const sourceOf = (index: number): string => feeds[index]?.name ?? ''
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== scroller.current) return
    if (event.key === 'Escape' && selection !== undefined) return onSelect(undefined)
    const moves = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.key === 'Enter' || (moves !== undefined && selection !== undefined)) {
      event.preventDefault()
      const at = doc.at(viewport.top)
      const line =
        moves === undefined ? at.line + 1 : moves + (moves > 0 ? (selection?.to ?? 0) : (selection?.from ?? 0))
      const name = selection?.log ?? (isMerged ? sourceOf(at.log) : undefined)
      const index = isMerged ? feeds.findIndex((feed) => feed.name === name) : 0
      if (line < 1 || line > (feeds[index]?.buffer.count ?? 0)) return
      if (!event.shiftKey) anchor.current = line
      onSelect(
        select(moves === undefined || !event.shiftKey ? undefined : selection, anchor.current, {
          line,
          shift: event.shiftKey,
          ...(name !== undefined && { log: name }),
        }),
      )
      const place = doc.placeOf(index, line - 1)
      const row = rows.row(place)
      if (heights.top(row) < heights.top(rows.row(viewport.top)) || row >= viewport.rows().to - 22) viewport.show(place)
    }
  }

  const { from, to } = viewport.rows()
  const digits = String(Math.max(100, ...feeds.map(({ buffer }) => buffer.count))).length
  const longest = Math.max(...feeds.map(({ name }) => name.length))
  const shown = Array.from({ length: Math.max(0, to - from) }, (_, index) => {
    const row = from + index
    const place = rows.line(row)
    return { row, place, ...doc.at(place) }
  })
  const widest = preferences.wrap
    ? 0
    : Math.max(0, ...shown.map(({ log, line }) => Math.min(feeds[log]?.buffer.size(line) ?? 0, SHOWN_CHARACTERS)))
  const width = useGreatest(widest)
  const currentPlace = placeOf(current)

  return (
    <section className="log-view" aria-label={label}>
      <LogToolbar
        query={query}
        onQuery={(next) => {
          setQuery(next)
          setCurrent(undefined)
        }}
        field={field}
        problem={search.problem}
        found={
          search.pattern && {
            count: founds.reduce((sum, { length }) => sum + length, 0),
            current: currentPlace === undefined ? undefined : countUpTo(doc, founds, currentPlace),
            isBusy: search.isBusy,
          }
        }
        onStep={step}
        failures={failureCount}
        onFailure={nextFailure}
        hasFolds={model.folds.length > 0}
        onFoldAll={(folded) => model.foldAll(folded)}
        preferences={preferences}
        onPreferences={prefer}
        isFollowing={isLive && viewport.isFollowing}
        isLive={isLive}
        onFollow={() => viewport.follow(!viewport.isFollowing)}
        onDownload={() => downloadLog(doc, fileName)}
      />
      <div
        className="log-frame"
        data-wrap={preferences.wrap}
        data-times={preferences.timestamps}
        data-merged={isMerged}
        style={{ '--digits': digits, '--longest': longest } as CSSProperties}
      >
        {/* oxlint-disable jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions -- what scrolls must be reachable, and lines selectable, by keyboard */}
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
          onKeyDown={onKeyDown}
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
              const foldedLines =
                fold !== undefined && model.isFolded(fold) ? (fold.end ?? doc.count) - fold.start - 1 : 0
              const size = feed.buffer.size(line)
              const most = model.isExpanded(place) ? MOST_CHARACTERS : SHOWN_CHARACTERS
              const text = feed.buffer.text(line)
              const source = isMerged ? feed.name : undefined
              const chosen = isSelected(selection, line + 1, source)
              const isFailure = feed.failures.has(line)
              return (
                <div
                  key={`${log}:${line}`}
                  className="log-row"
                  data-row={row}
                  data-selected={chosen || undefined}
                  data-current={place === currentPlace || undefined}
                  data-failure={isFailure || undefined}
                  style={{ top: heights.top(row) - viewport.place.offset }}
                >
                  <LogRow
                    number={line + 1}
                    text={size > most ? text.slice(0, most) : text}
                    start={feed.buffer.styleAt(line)}
                    cut={model.isExpanded(place) ? 0 : Math.max(0, size - most)}
                    time={preferences.timestamps ? timeOfLine(feed.buffer.timestamp(line), timeZone) : undefined}
                    source={
                      source === undefined
                        ? undefined
                        : { name: source, index: log, isFirst: index === 0 || shown[index - 1]?.log !== log }
                    }
                    fold={fold}
                    foldedLines={foldedLines}
                    pattern={search.pattern}
                    isCurrent={place === currentPlace}
                    isSelected={chosen}
                    isFailure={isFailure}
                    link={printSelection({
                      from: line + 1,
                      to: line + 1,
                      ...(source !== undefined && { log: source }),
                    })}
                    onNumber={({ shiftKey }) => {
                      if (!shiftKey) anchor.current = line + 1
                      onSelect(
                        select(selection, anchor.current, {
                          line: line + 1,
                          shift: shiftKey,
                          ...(source !== undefined && { log: source }),
                        }),
                      )
                    }}
                    onFold={() => fold && model.setFolded(fold, !model.isFolded(fold))}
                    onExpand={() => model.expand(place)}
                  />
                </div>
              )
            })}
          </div>
          {doc.count === 0 && <p className="log-empty">{empty}</p>}
        </div>
        <LogRuler
          model={model}
          failures={failures}
          found={founds}
          version={model.version + founds.reduce((sum, { length }) => sum + length, 0)}
        />
        {isLive && !viewport.isFollowing && viewport.unseen > 0 && (
          <button type="button" className="log-new" onClick={() => viewport.follow(true)}>
            {viewport.unseen.toLocaleString('en')} new {viewport.unseen === 1 ? 'line' : 'lines'} ↓
          </button>
        )}
        {feeds.some(({ status }) => status === 'lost') && (
          <div className="log-lost" role="status">
            The connection was lost; it comes back by itself.
          </div>
        )}
      </div>
    </section>
  )
}

/** The view does not get narrower again because a long line was scrolled out of it. */
function useGreatest(value: number): number {
  const [greatest, set] = useState(value)
  if (value > greatest) set(value)
  return Math.max(value, greatest)
}
