/** One log, or several in the order of time: up to a million lines, read while they come. */
import './log-view.css'
import type { InputProps } from '@cloudscape-design/components/input'
import { useRef, useState, type CSSProperties } from 'react'
import { useKeys } from '../components/keys.ts'
import { countUpTo, nextPlace } from './document.ts'
import { downloadLog } from './download.ts'
import type { LogFeed } from './feed.ts'
import { firstFailure } from './first-error.ts'
import { LogLines } from './LogLines.tsx'
import { LogRuler } from './LogRuler.tsx'
import { LogToolbar } from './LogToolbar.tsx'
import { createNumbers, type Numbers } from './numbers.ts'
import type { Query } from './pattern.ts'
import { useLogPreferences } from './preferences.ts'
import type { Selection } from './selection.ts'
import { useFirstLook } from './use-first-look.ts'
import { useLog, useLogSearch } from './use-log.ts'

export interface LogViewProps {
  /** the same list as long as the same logs are meant (`useFeeds`) */
  readonly feeds: readonly LogFeed[]
  readonly label: string
  /** selected lines; where several logs are shown it says of which */
  readonly selection: Selection | undefined
  readonly onSelect: (selection: Selection | undefined) => void
  /** name of the file without its ending */
  readonly fileName: string
  /** the work was over when one began to look: begin with what failed instead of with the end */
  readonly isOver: boolean
  /** names of those logs whose work failed: what went wrong is looked for there first */
  readonly failed?: readonly string[]
  /** does it take the keys of the page? Not where the page has more to do than to show it */
  readonly hasKeys?: boolean
  /** what is said while there is nothing to show */
  readonly empty?: string
}

const NO_NAMES: readonly string[] = []
const NO_NUMBERS = createNumbers()
const NO_QUERY: Query = { text: '', regex: false, caseSensitive: false }

export function LogView(props: LogViewProps) {
  const {
    feeds,
    label,
    selection,
    onSelect,
    isOver,
    fileName,
    hasKeys = true,
    failed = NO_NAMES,
    empty = 'Nothing was said yet.',
  } = props
  const isLive = feeds.some(({ status }) => status !== 'complete')
  const log = useLog(feeds, !isOver && selection === undefined)
  const { model, viewport } = log
  const { document: doc } = model
  const [preferences, prefer] = useLogPreferences()
  const [query, setQuery] = useState(NO_QUERY)
  const search = useLogSearch(log, feeds, query)
  const [current, setCurrent] = useState<{ readonly log: number; readonly line: number }>()
  const field = useRef<InputProps.Ref>(null)

  const founds = search.searches.map(({ found }) => found)
  const failures = feeds.map((feed) => feed.failures)
  const stands = current === undefined ? -1 : doc.placeOf(current.log, current.line)
  const place = stands < 0 ? undefined : stands

  const go = (to: number | undefined): void => {
    if (to === undefined) return
    setCurrent(doc.at(to))
    viewport.show(to)
  }
  const step = (direction: 1 | -1): void => go(nextPlace(doc, founds, place ?? viewport.top - 1, direction))
  const nextFailure = (): void => {
    if (place !== undefined) return go(nextPlace(doc, failures, place, 1))
    const [only] = failures
    const phase = model.folds.find(({ kind, status }) => kind === 'phase' && status === 'FAILED')
    const first =
      failures.length === 1 && only !== undefined
        ? firstFailure(only, phase?.start)
        : nextPlace(doc, failuresOf(feeds, failed), undefined, 1)
    go(first ?? nextPlace(doc, failures, undefined, 1))
  }
  const follow = (): void => viewport.follow(!viewport.isFollowing)

  useFirstLook({ log, selection, isOver, nextFailure })
  const keys = [
    { keys: 's', does: 'Search the log', run: () => field.current?.focus() },
    { keys: 'j', does: 'Follow the end of the log', run: follow },
    { keys: 'f', does: 'Next failure', run: nextFailure },
    { keys: 'n', does: 'Next match', run: () => step(1) },
    { keys: 'N', does: 'Previous match', run: () => step(-1) },
    { keys: 't', does: 'Show times', run: () => prefer({ timestamps: !preferences.timestamps }) },
    { keys: 'w', does: 'Wrap lines', run: () => prefer({ wrap: !preferences.wrap }) },
  ]
  useKeys(hasKeys ? keys : [])

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
            count: sizeOf(founds),
            current: place === undefined ? undefined : countUpTo(doc, founds, place),
            isBusy: search.isBusy,
          }
        }
        onStep={step}
        failures={sizeOf(failures)}
        onFailure={nextFailure}
        hasFolds={model.folds.length > 0}
        onFoldAll={(folded) => model.foldAll(folded)}
        preferences={preferences}
        onPreferences={prefer}
        isFollowing={isLive && viewport.isFollowing}
        isLive={isLive}
        onFollow={follow}
        onDownload={() => downloadLog(doc, fileName)}
      />
      <div
        className="log-frame"
        data-wrap={preferences.wrap}
        data-times={preferences.timestamps}
        data-merged={feeds.length > 1}
        style={gutterOf(feeds)}
      >
        <LogLines
          log={log}
          feeds={feeds}
          label={label}
          preferences={preferences}
          pattern={search.pattern}
          current={place}
          selection={selection}
          onSelect={onSelect}
          empty={empty}
        />
        <LogRuler model={model} failures={failures} found={founds} version={model.version + sizeOf(founds)} />
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

const sizeOf = (lists: readonly Numbers[]): number => lists.reduce((sum, { length }) => sum + length, 0)

const failuresOf = (feeds: readonly LogFeed[], names: readonly string[]): readonly Numbers[] =>
  feeds.map(({ name, failures }) => (names.includes(name) ? failures : NO_NUMBERS))

/** Room for the longest number of a line, and the longest name of a log. */
const gutterOf = (feeds: readonly LogFeed[]): CSSProperties =>
  ({
    '--digits': String(Math.max(100, ...feeds.map(({ buffer }) => buffer.count))).length,
    '--longest': Math.max(...feeds.map(({ name }) => name.length)),
  }) as CSSProperties
