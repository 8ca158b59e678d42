/**
 * What of a log can be folded away: the phases of a build (`[Container] … Entering phase BUILD` to `Phase complete: BUILD …`) and the
 * groups a script opens with lines that begin with `--- ` or `+++ `. Groups lie inside phases; neither overlaps another.
 */
import { stripAnsi } from './ansi.ts'
import { lastAtMost } from './buffer.ts'

export interface Fold {
  /** the line that stays when the rest is folded away */
  readonly start: number
  /** one past its last line; undefined while it goes on */
  end: number | undefined
  readonly kind: 'phase' | 'group'
  readonly title: string
  /** `--- `: folded unless somebody opens it, or something in it looks like a failure */
  readonly quiet: boolean
  /** what the build service said of a phase when it was over: `SUCCEEDED`, `FAILED`… */
  status: string | undefined
  /** lines in it that look like failures */
  failures: number
  startedAt: number
  endedAt: number | undefined
}

export interface Folds {
  readonly list: readonly Fold[]
  /** Lines must come in order, each once. */
  feed(line: number, text: string, timestamp: number, looksLikeFailure: boolean): void
}

export function createFolds(): Folds {
  const list: Fold[] = []
  let phase: Fold | undefined
  let group: Fold | undefined
  /** a `--- ` line: it is a group unless the next line makes a patch of it */
  let candidate: Fold | undefined

  const close = (fold: Fold | undefined, end: number, at: number): void => {
    if (fold === undefined) return
    fold.end = end
    fold.endedAt = at
  }
  const open = (fold: Fold): Fold => {
    list.push(fold)
    return fold
  }

  return {
    list,
    feed(line, raw, timestamp, looksLikeFailure) {
      const first = raw.charCodeAt(0)
      // most lines begin with neither a marker nor a code
      const text = MARKERS.has(first) ? stripAnsi(raw.slice(0, MAX_MARKER)) : ''
      if (candidate !== undefined) {
        if (!isPatch(candidate.title, text)) {
          close(group, candidate.start, candidate.startedAt)
          group = open(candidate)
          candidate = undefined
        } else {
          candidate = undefined
          return
        }
      }
      const step = text === '' ? undefined : stepOf(text)
      if (step?.type === 'enter') {
        close(group, line, timestamp)
        close(phase, line, timestamp)
        group = undefined
        phase = open(fold(line, 'phase', step.title, false, timestamp))
      } else if (step?.type === 'complete') {
        close(group, line, timestamp)
        group = undefined
        if (phase !== undefined && phase.title === step.title) {
          phase.status = step.status
          // what the phase's end says belongs to it
          close(phase, line + 1, timestamp)
          phase = undefined
        }
      } else if (step?.type === 'group') {
        if (step.quiet) {
          candidate = fold(line, 'group', step.title, true, timestamp)
          return
        }
        close(group, line, timestamp)
        group = open(fold(line, 'group', step.title, false, timestamp))
      } else if (looksLikeFailure) {
        if (group !== undefined) group.failures += 1
        if (phase !== undefined) phase.failures += 1
      }
    },
  }
}

const fold = (start: number, kind: Fold['kind'], title: string, quiet: boolean, startedAt: number): Fold => ({
  start,
  end: undefined,
  kind,
  title,
  quiet,
  status: undefined,
  failures: 0,
  startedAt,
  endedAt: undefined,
})

const MAX_MARKER = 400
/** `-`, `+`, `[`, ESC: how a line begins that may open or close something */
const MARKERS = new Set([0x2d, 0x2b, 0x5b, 0x1b])

type Step =
  | { readonly type: 'enter'; readonly title: string }
  | { readonly type: 'complete'; readonly title: string; readonly status: string }
  | { readonly type: 'group'; readonly title: string; readonly quiet: boolean }

/** What a line of the build service or of a script's marker means. */
function stepOf(text: string): Step | undefined {
  const said = /^\[Container\] \S{1,20} \S{1,20} (?<said>.*)$/.exec(text)?.groups?.['said']
  if (said !== undefined) {
    const entered = /^Entering phase (\w+)/.exec(said)
    if (entered) return { type: 'enter', title: entered[1] ?? '' }
    const complete = /^Phase complete: (\w+) State: (\w+)/.exec(said)
    return complete ? { type: 'complete', title: complete[1] ?? '', status: complete[2] ?? '' } : undefined
  }
  const marked = /^(---|\+\+\+) (?<title>\S.*)$/.exec(text)
  // what `go test` says of each test looks like a group and is none
  if (!marked || /^--- (PASS|FAIL|SKIP|BENCH): /.test(text)) return undefined
  return { type: 'group', title: (marked.groups?.['title'] ?? '').trim(), quiet: marked[1] === '---' }
}

/** `--- a/file` followed by `+++ b/file` is the head of a patch. */
const isPatch = (title: string, next: string): boolean =>
  next.startsWith('+++ ') &&
  (/^(a\/|\/dev\/null)/.test(title) || /^\+\+\+ (b\/|\/dev\/null)/.test(next) || title.includes('\t'))

/** Is it folded as long as nobody said otherwise? A group that goes on, or with failures in it, is open. */
export const isFoldedAtFirst = ({ quiet, end, failures }: Fold): boolean => quiet && end !== undefined && failures === 0

/** The innermost fold around a line; its own start counts. */
export function foldAround(folds: readonly Fold[], line: number): Fold | undefined {
  for (let index = lastAtMost(folds, line, ({ start }) => start); index >= 0; index -= 1) {
    const fold = folds[index]
    if (fold && (fold.end === undefined || line < fold.end)) return fold
    // groups lie inside phases: beyond the next phase nothing can be around the line
    if (fold?.kind === 'phase') return undefined
  }
  return undefined
}

/** Which lines are on screen: rows are what is left when the folded lines are taken out. */
export interface RowMap {
  readonly rows: number
  line(row: number): number
  /** the row of a line; of a folded one: the row of the fold that holds it */
  row(line: number): number
  isHidden(line: number): boolean
}

/**
 * @param folded in order of their starts; one inside another is allowed
 * @param lines how many lines there are
 */
export function createRowMap(folded: readonly Pick<Fold, 'start' | 'end'>[], lines: number): RowMap {
  /** hidden ranges, and how many lines are hidden before each */
  const hidden: { readonly from: number; readonly to: number; readonly before: number }[] = []
  let total = 0
  for (const { start, end = lines } of folded) {
    const from = Math.max(start + 1, hidden.at(-1)?.to ?? 0)
    const to = Math.min(end, lines)
    // a fold inside a folded one hides nothing more
    if (from >= to || start < (hidden.at(-1)?.to ?? 0)) continue
    hidden.push({ from, to, before: total })
    total += to - from
  }
  const rangeAt = (line: number) => hidden[lastAtMost(hidden, line, ({ from }) => from)]
  return {
    rows: lines - total,
    line(row) {
      const range = hidden[lastAtMost(hidden, row, ({ from, before }) => from - before)]
      return range === undefined ? row : row + range.before + range.to - range.from
    },
    row(line) {
      const range = rangeAt(line)
      if (range === undefined) return line
      return line < range.to ? range.from - 1 - range.before : line - range.before - (range.to - range.from)
    },
    isHidden(line) {
      const range = rangeAt(line)
      return range !== undefined && line < range.to
    },
  }
}
