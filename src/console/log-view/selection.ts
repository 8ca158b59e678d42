/** Selected lines, as they stand in a link: `#L10`, `#L10-L20`, and with the log's name where several are shown: `#Test/Unit:L10-L20`. */

export interface Selection {
  /** lines count from 1 here, as on the screen */
  readonly from: number
  readonly to: number
  /** absent where only one log is shown */
  readonly log?: string
}

/** @param hash with or without its `#`; anything else than a selection is none */
export function parseSelection(hash: string): Selection | undefined {
  const match = /^#?(?:(?<log>.+):)?L(?<from>\d{1,9})(?:-L?(?<to>\d{1,9}))?$/.exec(hash)
  if (!match?.groups) return undefined
  const log = decoded(match.groups['log'])
  const one = Number(match.groups['from'])
  const other = Number(match.groups['to'] ?? one)
  if (one === 0 || other === 0 || log === null) return undefined
  return { from: Math.min(one, other), to: Math.max(one, other), ...(log !== undefined && { log }) }
}

export const printSelection = ({ from, to, log }: Selection): string =>
  `#${log === undefined ? '' : `${log.split('/').map(encodeURIComponent).join('/')}:`}L${from}${to === from ? '' : `-L${to}`}`

/**
 * What a click on a line's number selects. With the shift key it reaches from where the selection began to there; a second click on
 * the only selected line selects nothing.
 * @param anchor the line that was clicked first
 */
export function select(
  current: Selection | undefined,
  anchor: number | undefined,
  { line, shift, log }: { readonly line: number; readonly shift: boolean; readonly log?: string },
): Selection | undefined {
  const place = log === undefined ? {} : { log }
  if (shift && current !== undefined && current.log === log) {
    const start = anchor ?? current.from
    return { from: Math.min(start, line), to: Math.max(start, line), ...place }
  }
  const isOnly = current?.from === line && current.to === line && current.log === log
  return isOnly ? undefined : { from: line, to: line, ...place }
}

export const isSelected = (selection: Selection | undefined, line: number, log?: string): boolean =>
  selection !== undefined && selection.log === log && line >= selection.from && line <= selection.to

function decoded(text: string | undefined): string | undefined | null {
  if (text === undefined) return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
