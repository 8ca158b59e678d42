import { memo, type MouseEvent } from 'react'
import { duration } from '../ui/time.ts'
import { parseAnsi, type Span, type Style } from './ansi.ts'
import type { Fold } from './fold.ts'
import { highlight, type Stretch } from './highlight.ts'
import { lookOf } from './look.ts'
import type { Pattern, Range } from './pattern.ts'

export interface LogRowProps {
  /** from 1 */
  readonly number: number
  readonly text: string
  readonly start: Style
  /** characters that are not shown */
  readonly cut: number
  readonly time: string | undefined
  /** whose line it is, where several logs are shown; '' where the line above is of the same */
  readonly source: { readonly name: string; readonly index: number; readonly isFirst: boolean } | undefined
  readonly fold: Fold | undefined
  readonly foldedLines: number
  readonly pattern: Pattern | undefined
  readonly isCurrent: boolean
  readonly isSelected: boolean
  readonly isFailure: boolean
  readonly link: string
  readonly onNumber: (event: MouseEvent) => void
  readonly onFold: () => void
  readonly onExpand: () => void
}

/** a line with more matches is bright enough */
const MOST_MATCHES = 200

/** One line: its number, when, whose, and what it says. Whatever it says is only ever text. */
export const LogRow = memo(
  (props: LogRowProps) => {
    const { number, text, start, cut, time, source, fold, pattern, link } = props
    const spans = parseAnsi(text, start).spans
    const { prefix, kind } = anatomyOf(spans)
    const plain = spans.map((span) => span.text).join('')
    const ranges: readonly Range[] = pattern?.ranges(plain, MOST_MATCHES) ?? []
    return (
      <>
        <span className="log-gutter">
          <a
            className="log-number"
            href={link}
            tabIndex={-1}
            aria-label={`Line ${number}`}
            onClick={(event) => {
              event.preventDefault()
              props.onNumber(event)
            }}
          >
            {number}
          </a>
          {fold === undefined ? (
            <span className="log-fold" />
          ) : (
            <button
              type="button"
              className="log-fold"
              aria-expanded={props.foldedLines === 0}
              aria-label={`${props.foldedLines === 0 ? 'Fold' : 'Unfold'} ${fold.title}`}
              onClick={props.onFold}
            >
              {props.foldedLines === 0 ? '▾' : '▸'}
            </button>
          )}
          {time !== undefined && <span className="log-time">{time}</span>}
          {source !== undefined && (
            <span className="log-source" data-lane={source.index % LANES} title={source.name}>
              {source.isFirst ? source.name : ''}
            </span>
          )}
        </span>
        <span className="log-text" data-kind={fold === undefined ? kind : 'fold'}>
          {highlight(spans, ranges).map((stretch) => (
            <Words key={stretch.from} stretch={stretch} quiet={prefix - stretch.from} />
          ))}
          {cut > 0 && (
            <button type="button" className="log-more" onClick={props.onExpand}>
              Show all of it: {cut.toLocaleString('en')} more characters
            </button>
          )}
          {fold !== undefined && <FoldNote fold={fold} lines={props.foldedLines} />}
        </span>
      </>
    )
  },
  (a, b) => COMPARED.every((key) => Object.is(a[key], b[key])) && a.source?.isFirst === b.source?.isFirst,
)

/** what a row looks like; its handlers are made anew every time and do the same */
const COMPARED = [
  'number',
  'text',
  'start',
  'cut',
  'time',
  'fold',
  'foldedLines',
  'pattern',
  'isCurrent',
  'isSelected',
  'isFailure',
  'link',
] as const

export const LANES = 8

/** @param quiet how many of its characters are the build service's own preamble */
function Words({ stretch: { text, style, isMatch }, quiet }: { stretch: Stretch; quiet: number }) {
  const look = lookOf(style, isMatch)
  if (quiet <= 0 || look.className !== undefined) {
    return (
      <span className={look.className} style={look.style}>
        {text}
      </span>
    )
  }
  return (
    <>
      <span className="log-prefix">{text.slice(0, quiet)}</span>
      {text.slice(quiet)}
    </>
  )
}

function FoldNote({ fold, lines }: { fold: Fold; lines: number }) {
  const { status, failures, startedAt, endedAt } = fold
  return (
    <span className="log-note">
      {status !== undefined && status !== 'SUCCEEDED' && <span className="log-note-bad">{status}</span>}
      {failures > 0 && (
        <span className="log-note-bad">
          {failures} {failures === 1 ? 'failure' : 'failures'}
        </span>
      )}
      {lines > 0 && <span>{lines.toLocaleString('en')} lines</span>}
      {endedAt !== undefined && <span>{duration(endedAt - startedAt)}</span>}
    </span>
  )
}

/** What a line of the build service is: how long its own part is, and whether it is a command. */
function anatomyOf(spans: readonly Span[]): {
  readonly prefix: number
  readonly kind: 'command' | 'service' | 'output'
} {
  const said = spans[0]?.text ?? ''
  const match = said.startsWith('[Container] ')
    ? /^\[Container\] \S{1,20} \S{1,20} (?<command>Running command )?/.exec(said)
    : null
  if (!match) return { prefix: 0, kind: 'output' }
  return { prefix: match[0].length, kind: match.groups?.['command'] === undefined ? 'service' : 'command' }
}
