import Button from '@cloudscape-design/components/button'
import Input from '@cloudscape-design/components/input'
import ToggleButton from '@cloudscape-design/components/toggle-button'
import type { RefObject } from 'react'
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
        <ToggleButton
          pressed={query.regex}
          ariaLabel="Regular expression"
          onChange={({ detail }) => onQuery({ ...query, regex: detail.pressed })}
        >
          .*
        </ToggleButton>
        <ToggleButton
          pressed={query.caseSensitive}
          ariaLabel="Match case"
          onChange={({ detail }) => onQuery({ ...query, caseSensitive: detail.pressed })}
        >
          Aa
        </ToggleButton>
        <span className="log-found" role="status">
          {problem ?? (found === undefined ? '' : countOf(found))}
        </span>
        <Button
          iconName="angle-up"
          variant="icon"
          ariaLabel="Previous match"
          disabled={found === undefined || found.count === 0}
          onClick={() => onStep(-1)}
        />
        <Button
          iconName="angle-down"
          variant="icon"
          ariaLabel="Next match"
          disabled={found === undefined || found.count === 0}
          onClick={() => onStep(1)}
        />
      </div>
      <div className="log-tools">
        {failures > 0 && (
          <Button iconName="status-negative" onClick={props.onFailure}>
            {failures === 1 ? '1 failure' : `${failures.toLocaleString('en')} failures`}
          </Button>
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
        <ToggleButton
          pressed={preferences.timestamps}
          onChange={({ detail }) => onPreferences({ timestamps: detail.pressed })}
        >
          Times
        </ToggleButton>
        <ToggleButton pressed={preferences.wrap} onChange={({ detail }) => onPreferences({ wrap: detail.pressed })}>
          Wrap
        </ToggleButton>
        <ToggleButton pressed={props.isFollowing} disabled={!props.isLive} onChange={props.onFollow}>
          Follow
        </ToggleButton>
        <Button iconName="download" ariaLabel="Download the log" onClick={props.onDownload} />
      </div>
    </div>
  )
}

function countOf({ count, current, isBusy }: NonNullable<LogToolbarProps['found']>): string {
  const more = isBusy ? '…' : ''
  if (count === 0) return isBusy ? 'Searching…' : 'Nothing found'
  return current === undefined || current === 0
    ? `${count.toLocaleString('en')}${more}`
    : `${current.toLocaleString('en')} of ${count.toLocaleString('en')}${more}`
}
