import Button from '@cloudscape-design/components/button'
import Input from '@cloudscape-design/components/input'
import type { ReactNode, RefObject } from 'react'
import type { InputProps } from '@cloudscape-design/components/input'
import type { LogPreferences } from './preferences.ts'
import type { Query } from './pattern.ts'

export interface LogToolbarProps {
  readonly query: Query
  readonly onQuery: (query: Query) => void
  readonly field: RefObject<InputProps.Ref | null>
  readonly problem: string | undefined
  /** matches in all, and which of them one looks at */
  readonly found: { readonly count: number; readonly current: number | undefined; readonly isBusy: boolean } | undefined
  readonly onStep: (direction: 1 | -1) => void
  readonly failures: number
  readonly onFailure: () => void
  readonly hasFolds: boolean
  readonly onFoldAll: (folded: boolean) => void
  readonly preferences: LogPreferences
  readonly onPreferences: (change: Partial<LogPreferences>) => void
  readonly isFollowing: boolean
  readonly isLive: boolean
  readonly onFollow: () => void
  readonly onDownload: () => void
}

/** Search, what is shown of a line, and where to go. */
export function LogToolbar(props: LogToolbarProps) {
  const { query, onQuery, found, problem, failures, preferences, onPreferences, field, onStep, onFoldAll } = props
  return (
    <div className="log-toolbar" role="toolbar" aria-label="Log">
      <div className="log-search" role="search">
        <Input
          ref={field}
          type="search"
          value={query.text}
          placeholder={query.regex ? 'Search by expression' : 'Search'}
          ariaLabel="Search the log"
          invalid={problem !== undefined}
          onChange={({ detail }) => onQuery({ ...query, text: detail.value })}
          onKeyDown={({ detail }) => {
            if (detail.key === 'Enter') onStep(detail.shiftKey ? -1 : 1)
            if (detail.key === 'Escape') onQuery({ ...query, text: '' })
          }}
        />
        <Toggle label="Regular expression" isOn={query.regex} onChange={(regex) => onQuery({ ...query, regex })}>
          .*
        </Toggle>
        <Toggle
          label="Match case"
          isOn={query.caseSensitive}
          onChange={(caseSensitive) => onQuery({ ...query, caseSensitive })}
        >
          Aa
        </Toggle>
        <span className="log-found" role="status">
          {problem ?? (found === undefined ? '' : countOf(found))}
        </span>
        {found !== undefined && found.count > 0 && (
          <>
            <Button iconName="angle-up" variant="icon" ariaLabel="Previous match" onClick={() => onStep(-1)} />
            <Button iconName="angle-down" variant="icon" ariaLabel="Next match" onClick={() => onStep(1)} />
          </>
        )}
      </div>
      <div className="log-tools">
        {failures > 0 && (
          <button type="button" className="log-tool" data-kind="bad" onClick={props.onFailure}>
            {failures === 1 ? '1 failure' : `${failures.toLocaleString('en')} failures`}
          </button>
        )}
        <Toggle isOn={preferences.timestamps} onChange={(timestamps) => onPreferences({ timestamps })}>
          Times
        </Toggle>
        <Toggle isOn={preferences.wrap} onChange={(wrap) => onPreferences({ wrap })}>
          Wrap
        </Toggle>
        {props.isLive && (
          <Toggle isOn={props.isFollowing} onChange={props.onFollow}>
            Follow
          </Toggle>
        )}
        {props.hasFolds && (
          <>
            <Button
              variant="icon"
              iconName="treeview-collapse"
              ariaLabel="Fold everything"
              onClick={() => onFoldAll(true)}
            />
            <Button
              variant="icon"
              iconName="treeview-expand"
              ariaLabel="Unfold everything"
              onClick={() => onFoldAll(false)}
            />
          </>
        )}
        <Button variant="icon" iconName="download" ariaLabel="Download the log" onClick={props.onDownload} />
      </div>
    </div>
  )
}

function Toggle(props: {
  /** where the text on the button is not enough */
  label?: string
  isOn: boolean
  onChange: (on: boolean) => void
  children: ReactNode
}) {
  const { label, isOn, onChange, children } = props
  return (
    <button
      type="button"
      className="log-tool"
      aria-pressed={isOn}
      aria-label={label}
      title={label}
      onClick={() => onChange(!isOn)}
    >
      {children}
    </button>
  )
}

function countOf({ count, current, isBusy }: NonNullable<LogToolbarProps['found']>): string {
  const more = isBusy ? '…' : ''
  if (count === 0) return isBusy ? 'Searching…' : 'Nothing found'
  return current === undefined || current === 0
    ? `${count.toLocaleString('en')}${more}`
    : `${current.toLocaleString('en')} of ${count.toLocaleString('en')}${more}`
}
