/**
 * Looks through a log in small steps, so that a million lines are searched without the page standing still, and goes on with what
 * arrives later.
 */
import { stripAnsi } from './ansi.ts'
import type { LogBuffer, LogPiece } from './buffer.ts'
import { createNumbers, type Numbers } from './numbers.ts'
import type { Pattern } from './pattern.ts'

export interface Search {
  /** lines that match, in order, of those looked through so far */
  readonly found: Numbers
  /** lines looked through */
  readonly searched: number
  /**
   * Looks through more of the log until nothing is left or time is up.
   * @param isTimeUp asked every few thousand lines at most
   * @returns is there more to look through?
   */
  step(isTimeUp: () => boolean): boolean
}

/** Of a longer line only the beginning is looked through: no single line may take all the time there is. */
export const SEARCHED_CHARACTERS = 1 << 18
const STEP_LINES = 512

export function createSearch(buffer: LogBuffer, pattern: Pattern): Search {
  const found = createNumbers()
  let searched = 0
  return {
    found,
    get searched() {
      return searched
    },
    step(isTimeUp) {
      while (searched < buffer.count) {
        for (const piece of buffer.pieces(searched, Math.min(buffer.count, searched + STEP_LINES))) {
          if (piece.plain && pattern.everywhere) searchText(piece, pattern.everywhere, found)
          else searchLines(piece, pattern, found)
          searched = piece.first + piece.count
        }
        if (isTimeUp()) return searched < buffer.count
      }
      return false
    },
  }
}

/** Plain text for a plain text: all lines of the piece at once. */
function searchText(piece: LogPiece, expression: RegExp, found: Numbers): void {
  expression.lastIndex = 0
  let nth = 0
  for (let match = expression.exec(piece.text); match; match = expression.exec(piece.text)) {
    while (nth + 1 < piece.count && piece.start(nth + 1) <= match.index) nth += 1
    found.push(piece.first + nth)
    // one match a line is enough
    expression.lastIndex = Math.max(piece.start(nth + 1), match.index + 1)
  }
}

function searchLines(piece: LogPiece, pattern: Pattern, found: Numbers): void {
  for (let nth = 0; nth < piece.count; nth += 1) {
    const from = piece.start(nth)
    const line = piece.text.slice(from, Math.min(piece.start(nth + 1) - 1, from + SEARCHED_CHARACTERS))
    if (pattern.test(piece.plain ? line : stripAnsi(line))) found.push(piece.first + nth)
  }
}
