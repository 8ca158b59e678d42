/**
 * What a terminal would show of a line of output: text with its look. Colours and weights are kept; every other escape code
 * (cursor movement, titles, links, device control) is dropped, and so are the remaining control characters. Input is hostile:
 * nothing here can hide text for good (concealment is ignored, an unfinished code is text), and bidirectional overrides become `�`.
 *
 * One pass over the text, so linear in its length.
 */

/** 0..15: the theme's palette; a string: `#rrggbb` */
export type Color = number | string

export interface Style {
  readonly fg?: Color
  readonly bg?: Color
  readonly bold?: true
  readonly dim?: true
  readonly italic?: true
  readonly underline?: true
  readonly strike?: true
  readonly inverse?: true
}

export interface Span {
  readonly text: string
  readonly style: Style
}

export interface StyledLine {
  readonly spans: readonly Span[]
  /** how the next line begins: a terminal's colours last until they are reset */
  readonly end: Style
}

export const PLAIN: Style = Object.freeze({})

/**
 * @param text one line, without its line feed
 * @param start how the line before ended
 */
export function parseAnsi(text: string, start: Style = PLAIN): StyledLine {
  if (!hasControls(text)) return { spans: text === '' ? [] : [{ text, style: start }], end: start }
  const spans: Span[] = []
  let style = start
  let plain = ''
  const flush = (): void => {
    if (plain !== '') spans.push({ text: plain, style })
    plain = ''
  }
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at)
    if (code === ESC || code === CSI) {
      const escape = readEscape(text, at)
      if (escape.sgr !== undefined) {
        const next = applySgr(style, escape.sgr)
        if (next !== style) flush()
        style = next
      }
      at = escape.end
    } else if (code === CR) {
      // a progress line: what comes after the last carriage return stands, unless nothing does
      at += 1
      if (showsSomething(text, at)) {
        spans.length = 0
        plain = ''
      }
    } else if (code === BACKSPACE) {
      plain = plain.slice(0, -1)
      at += 1
    } else {
      const end = plainEnd(text, at)
      if (end === at) {
        if (isDirection(code)) plain += '\uFFFD'
        at += 1
      } else {
        plain += text.slice(at, end)
        at = end
      }
    }
  }
  flush()
  return { spans, end: style }
}

/** The text that is seen, without its look: what searching and comparing work on. */
export function stripAnsi(text: string): string {
  if (!hasControls(text)) return text
  let seen = ''
  for (const span of parseAnsi(text).spans) seen += span.text
  return seen
}

/** Is there anything but plain text? */
export const hasControls = (text: string): boolean => CONTROLS.test(text)

/** Everything but tabs that a terminal would not print; bidirectional controls too, which print nothing and turn text around. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROLS = /[\u0000-\u0008\u000A-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/
const ESC = 0x1b
const CSI = 0x9b
const CR = 0x0d
const BACKSPACE = 0x08

const isDirection = (code: number): boolean =>
  (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code === 0x200e || code === 0x200f

const isControl = (code: number): boolean =>
  (code < 0x20 && code !== 0x09) || (code >= 0x7f && code <= 0x9f) || isDirection(code)

function plainEnd(text: string, from: number): number {
  let end = from
  while (end < text.length && !isControl(text.charCodeAt(end))) end += 1
  return end
}

/** Is anything printed between here and the next carriage return? */
function showsSomething(text: string, from: number): boolean {
  for (let at = from; at < text.length;) {
    const code = text.charCodeAt(at)
    if (code === CR) return false
    if (code === ESC || code === CSI) at = readEscape(text, at).end
    else if (isControl(code)) at += 1
    else return true
  }
  return false
}

/** What a string sequence (a title, a link) may be long; a longer one is taken for text that lost its end. */
const MAX_STRING = 4096
const MAX_PARAMETERS = 256

/** One escape code from `at`; `sgr`: the parameters of one about looks. */
function readEscape(text: string, at: number): { readonly end: number; readonly sgr?: string } {
  const isShort = text.charCodeAt(at) === CSI
  const kind = isShort ? '[' : text.charAt(at + 1)
  const body = at + (isShort ? 1 : 2)
  if (kind === '[') return readControlSequence(text, body)
  if (kind !== '' && ']PX^_'.includes(kind)) return { end: stringEnd(text, body) }
  let end = at + 1
  while (end < text.length && isBetween(text.charCodeAt(end), 0x20, 0x2f)) end += 1
  return { end: end < text.length && isBetween(text.charCodeAt(end), 0x30, 0x7e) ? end + 1 : end }
}

function readControlSequence(text: string, body: number): { readonly end: number; readonly sgr?: string } {
  let end = body
  while (end < text.length && end - body < MAX_PARAMETERS && isBetween(text.charCodeAt(end), 0x20, 0x3f)) end += 1
  if (end === text.length || !isBetween(text.charCodeAt(end), 0x40, 0x7e)) return { end: body }
  const parameters = text.slice(body, end)
  return text.charAt(end) === 'm' && /^[\d;:]*$/.test(parameters) ? { end: end + 1, sgr: parameters } : { end: end + 1 }
}

/** Past BEL or ESC \; without an end in sight only the introducer is dropped. */
function stringEnd(text: string, body: number): number {
  for (let at = body; at < text.length && at - body < MAX_STRING; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 0x07 || code === 0x9c) return at + 1
    if (code === ESC) return text.charAt(at + 1) === '\\' ? at + 2 : at
  }
  return body
}

const isBetween = (code: number, from: number, to: number): boolean => code >= from && code <= to

/** Select Graphic Rendition: `31`, `1;38;5;208`, `38:2::255:0:0`; empty means reset. */
function applySgr(style: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map((part) => (part === '' ? 0 : Number(part)))
  let next: Style = style
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0
    if (code === 38 || code === 48) {
      const { color, used } = extendedColor(codes, at + 1, parameters.includes('::'))
      if (color !== undefined) next = code === 38 ? { ...next, fg: color } : { ...next, bg: color }
      at += used
    } else {
      next = applyCode(next, code)
    }
  }
  return Object.keys(next).length === 0 ? PLAIN : next
}

const ON: Readonly<Record<number, Style>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
  21: { underline: true },
}

const OFF: Readonly<Record<number, readonly (keyof Style)[]>> = {
  22: ['bold', 'dim'],
  23: ['italic'],
  24: ['underline'],
  27: ['inverse'],
  29: ['strike'],
  39: ['fg'],
  49: ['bg'],
}

function applyCode(style: Style, code: number): Style {
  if (code === 0) return PLAIN
  if (isBetween(code, 30, 37)) return { ...style, fg: code - 30 }
  if (isBetween(code, 90, 97)) return { ...style, fg: code - 82 }
  if (isBetween(code, 40, 47)) return { ...style, bg: code - 40 }
  if (isBetween(code, 100, 107)) return { ...style, bg: code - 92 }
  const off = OFF[code]
  if (off === undefined) return { ...style, ...ON[code] }
  return Object.fromEntries(Object.entries(style).filter(([key]) => !off.includes(key as keyof Style)))
}

/** `5;n` or `2;r;g;b`; with colons an (empty) colour space may stand before the red. */
function extendedColor(
  codes: readonly number[],
  at: number,
  withSpace: boolean,
): { readonly color?: Color; readonly used: number } {
  if (codes[at] === 5) {
    const index = codes[at + 1]
    return index !== undefined && index <= 255 ? { color: indexedColor(index), used: 2 } : { used: 2 }
  }
  if (codes[at] !== 2) return { used: 1 }
  const first = at + (withSpace ? 2 : 1)
  const rgb = codes.slice(first, first + 3)
  const used = first + 3 - at
  return rgb.length === 3 && rgb.every((part) => part <= 255) ? { color: hex(rgb), used } : { used }
}

/** 0..15 palette, 16..231 a cube of 6×6×6, 232..255 greys. */
function indexedColor(index: number): Color {
  if (index < 16) return index
  if (index >= 232) return hex(Array<number>(3).fill(8 + (index - 232) * 10))
  const cube = index - 16
  return hex(
    [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((part) => (part === 0 ? 0 : 55 + part * 40)),
  )
}

const hex = (rgb: readonly number[]): string => `#${rgb.map((part) => part.toString(16).padStart(2, '0')).join('')}`
