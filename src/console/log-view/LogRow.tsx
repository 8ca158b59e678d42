import { memo } from 'react'
import { duration } from '../ui/time.ts'
import { parseAnsi, type Span, type Style } from './ansi.ts'
import { highlight, type Stretch } from './highlight.ts'
import { lookOf } from './look.ts'
import type { Pattern, Range } from './pattern.ts'

/** Nothing but values: a row that says the same is not drawn again. What is clicked in it the list of rows finds out. */
export interface LogRowProps {
  /** from 1 */
  readonly number: number
  readonly text: string
  readonly start: Style
  /** characters that are not shown */
  readonly cut: number
  readonly time: string | undefined
  /** whose line it is, where several logs are shown */
  readonly source: string | undefined
  readonly lane: number
  /** the line above is of another log */
  readonly isFirstOfSource: boolean
  /** of the fold that begins here */
  readonly foldTitle: string | undefined
  readonly foldStatus: string | undefined
  readonly foldFailures: number
  /** ms */
  readonly foldTook: number | undefined
  /** 0: it is open */
  readonly foldedLines: number
  readonly pattern: Pattern | undefined
  readonly link: string
}

/** a line with more matches is bright enough */
const MOST_MATCHES = 200
/** colours there are to tell logs apart */
const LANES = 8

/** One line: its number, when, whose, and what it says. Whatever it says is only ever text. */
export const LogRow = memo((props: LogRowProps) => {
  const { number, text, start, cut, time, source, lane, isFirstOfSource, foldTitle, foldedLines, pattern, link } = props
  const { spans } = parseAnsi(text, start)
  const { prefix, kind } = anatomyOf(spans)
  const ranges: readonly Range[] = pattern?.ranges(spans.map((span) => span.text).join(''), MOST_MATCHES) ?? []
  return (
    <>
      <span className="log-gutter">
        <a className="log-number" href={link} tabIndex={-1} aria-label={`Line ${number}`}>
          {number}
        </a>
        {foldTitle === undefined ? (
          <span className="log-fold" />
        ) : (
          <button
            type="button"
            className="log-fold"
            aria-expanded={foldedLines === 0}
            aria-label={`${foldedLines === 0 ? 'Fold' : 'Unfold'} ${foldTitle}`}
          >
            {foldedLines === 0 ? '▾' : '▸'}
          </button>
        )}
        {time !== undefined && <span className="log-time">{time}</span>}
        {source !== undefined && (
          <span className="log-source" data-lane={lane % LANES} title={source}>
            {isFirstOfSource ? source : ''}
          </span>
        )}
      </span>
      <span className="log-text" data-kind={foldTitle === undefined ? kind : 'fold'}>
        {highlight(spans, ranges).map((stretch) => (
          <Words key={stretch.from} stretch={stretch} quiet={prefix - stretch.from} />
        ))}
        {cut > 0 && (
          <button type="button" className="log-more">
            Show all of it: {cut.toLocaleString('en')} more characters
          </button>
        )}
        {foldTitle !== undefined && <FoldNote {...props} />}
      </span>
    </>
  )
})

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

function FoldNote({ foldStatus, foldFailures, foldTook, foldedLines }: LogRowProps) {
  return (
    <span className="log-note">
      {foldStatus !== undefined && foldStatus !== 'SUCCEEDED' && <span className="log-note-bad">{foldStatus}</span>}
      {foldFailures > 0 && (
        <span className="log-note-bad">
          {foldFailures} {foldFailures === 1 ? 'failure' : 'failures'}
        </span>
      )}
      {foldedLines > 0 && <span>{foldedLines.toLocaleString('en')} lines</span>}
      {foldTook !== undefined && <span>{duration(foldTook)}</span>}
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
