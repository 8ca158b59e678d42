/** What is on the screen of the log view, without the screen: which lines are rows, where each row stands, what is folded. */
import { createDocument, type LogDocument } from './document.ts'
import type { LogFeed } from './feed.ts'
import { createRowMap, isFoldedAtFirst, type Fold, type RowMap } from './fold.ts'
import { createHeights, type Heights } from './heights.ts'

export interface LogModel {
  readonly document: LogDocument
  readonly heights: Heights
  readonly rows: RowMap
  /** counts every change of what is to be seen */
  readonly version: number
  /** of a single log; several in one have none */
  readonly folds: readonly Fold[]
  /** the fold that begins at a line */
  foldAt(line: number): Fold | undefined
  isFolded(fold: Fold): boolean
  setFolded(fold: Fold, folded: boolean): void
  foldAll(folded: boolean): void
  /** opens what hides a line */
  reveal(line: number): void
  /** characters that fit beside each other; undefined: lines are not wrapped */
  setColumns(columns: number | undefined): void
  /** a long line is shown whole from now on */
  expand(line: number): void
  isExpanded(line: number): boolean
  /** takes in what the feeds got */
  update(): void
  subscribe(listener: () => void): () => void
}

export const LINE_HEIGHT = 20
/** a longer line is cut until one asks for the rest */
export const SHOWN_CHARACTERS = 4000
/** and even then not more than a browser can lay out; the download has all of it */
export const MOST_CHARACTERS = 500_000

/** @param mayFold asked when a group ends that is folded at first: nobody wants the line they read to vanish */
export function createLogModel(feeds: readonly LogFeed[], mayFold: (fold: Fold) => boolean = () => true): LogModel {
  const document = createDocument(feeds)
  const heights = createHeights(LINE_HEIGHT)
  const folds = feeds.length === 1 ? (feeds[0]?.folds.list ?? []) : []
  const listeners = new Set<() => void>()
  const folded = new Set<Fold>()
  const expanded = new Set<number>()
  /** folds that were looked at after their end */
  let settled = 0
  let columns: number | undefined
  let rows = createRowMap([], 0)
  let version = 0

  const tell = (): void => {
    version += 1
    for (const listener of listeners) listener()
  }
  const heightOf = (row: number): number => {
    if (columns === undefined) return LINE_HEIGHT
    const { log, line } = document.at(rows.line(row))
    const size = document.feeds[log]?.buffer.size(line) ?? 0
    const shown = Math.min(size, expanded.has(line) ? MOST_CHARACTERS : SHOWN_CHARACTERS)
    return Math.max(1, Math.ceil(shown / columns)) * LINE_HEIGHT
  }
  const layOut = (from: number): void => {
    const list = folds.filter((fold) => folded.has(fold))
    rows = createRowMap(list, document.count)
    const first = from < document.count ? Math.min(rows.row(from), rows.rows) : rows.rows
    heights.resize(first, rows.rows, columns === undefined ? undefined : heightOf)
  }
  /** Folds what ended since the last look and is folded at first. @returns was anything folded? */
  const settle = (): boolean => {
    let changed = false
    let open: number | undefined
    for (let index = settled; index < folds.length; index += 1) {
      const fold = folds[index]
      if (fold === undefined || fold.end === undefined || fold.end > document.count) {
        open ??= index
      } else if (!seen.has(fold)) {
        seen.add(fold)
        if (!isFoldedAtFirst(fold) || !mayFold(fold)) continue
        folded.add(fold)
        changed = true
      }
    }
    settled = open ?? folds.length
    return changed
  }
  const seen = new WeakSet<Fold>()

  return {
    document,
    heights,
    get rows() {
      return rows
    },
    get version() {
      return version
    },
    folds,
    foldAt(line) {
      const index = folds.length === 0 ? -1 : binaryFind(folds, line)
      return folds[index]
    },
    isFolded: (fold) => folded.has(fold),
    setFolded(fold, value) {
      if (value) folded.add(fold)
      else folded.delete(fold)
      layOut(0)
      tell()
    },
    foldAll(value) {
      folded.clear()
      if (value) for (const fold of folds) folded.add(fold)
      layOut(0)
      tell()
    },
    reveal(line) {
      if (!rows.isHidden(line)) return
      for (const fold of folds) {
        if (fold.start > line) break
        if (fold.start < line && line < (fold.end ?? Infinity)) folded.delete(fold)
      }
      layOut(0)
      tell()
    },
    setColumns(value) {
      if (value === columns) return
      columns = value
      layOut(0)
      tell()
    },
    expand(line) {
      expanded.add(line)
      layOut(line)
      tell()
    },
    isExpanded: (line) => expanded.has(line),
    update() {
      const from = document.update()
      const isNew = document.count > rows.rows || from < document.count
      if (settle()) layOut(0)
      else if (isNew) layOut(from)
      tell()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function binaryFind(folds: readonly Fold[], line: number): number {
  let low = 0
  let high = folds.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((folds[middle]?.start ?? 0) < line) low = middle + 1
    else high = middle
  }
  return folds[low]?.start === line ? low : -1
}
