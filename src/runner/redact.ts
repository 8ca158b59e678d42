/** Masks secrets by value in text and in streams, whole or split over chunks, plain or in the encodings that logs show. */

export const MASK = '***'

/** Shorter values would turn a log into confetti ("1", "dev") and protect nothing. */
const MIN_LENGTH = 4
/** From this many bytes on, the characters of a Base64 text that depend on the secret alone identify it. */
const MIN_EMBEDDED_BASE64 = 8
const MIN_LINE = 8
/** A terminal colour sequence that is longer than this is something else. */
const MAX_ANSI = 32

export interface Redactor {
  /** of one complete text */
  text(text: string): string
  /** of a byte stream; a redactor may serve several streams */
  stream(): RedactingStream
  /** from now on these are secrets too; streams already open learn it as well */
  add(secrets: readonly string[]): void
}

/** Takes and gives bytes as `latin1` strings, so that a chunk border inside a character does no harm. */
export interface RedactingStream {
  /** @returns what can be shown already; the beginning of a possible secret is held back */
  push(bytes: string): string
  /** @returns what was held back, for when nothing more comes soon */
  flush(): string
}

export function createRedactor(secrets: readonly string[]): Redactor {
  const known = new Set<string>()
  let matcher = createMatcher([])
  const add = (more: readonly string[]): void => {
    for (const secret of more) for (const form of formsOf(secret)) known.add(form)
    matcher = createMatcher([...known])
  }
  add(secrets)
  return {
    add,
    text: (text) => fromBytes(matcher.mask(toBytes(text), true).shown),
    stream: () => {
      let held = ''
      return {
        push(bytes) {
          const { shown, rest } = matcher.mask(held + bytes, false)
          held = rest
          return shown
        },
        flush() {
          const { shown } = matcher.mask(held, true)
          held = ''
          return shown
        },
      }
    },
  }
}

export const toBytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')
export const fromBytes = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8')

/** A secret as it may show up: as it is, line by line, and Base64, URL, JSON or shell encoded. In bytes. */
function formsOf(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/).filter((line, _index, all) => all.length > 1 && line.length >= MIN_LINE)
  return [secret, ...lines]
    .flatMap((value) => [
      value,
      encodeURIComponent(value.toWellFormed()),
      encodeURIComponent(value.toWellFormed()).replaceAll('%20', '+'),
      encodeURIComponent(value.toWellFormed()).replaceAll(/%../g, (code) => code.toLowerCase()),
      JSON.stringify(value).slice(1, -1),
      JSON.stringify(value).slice(1, -1).replaceAll('/', '\\/'),
      value.replaceAll("'", "'\\''"),
      ...base64Forms(Buffer.from(value, 'utf8')),
    ])
    .map(toBytes)
    .filter((form) => form.length >= MIN_LENGTH)
}

/** On its own, and inside of a longer encoded text, where it may begin at any of three places in a group of three bytes. */
function base64Forms(bytes: Buffer): readonly string[] {
  const alone = bytes.toString('base64').replaceAll('=', '')
  const forms = [alone]
  if (bytes.length >= MIN_EMBEDDED_BASE64)
    for (const before of [0, 1, 2]) {
      const encoded = Buffer.concat([Buffer.alloc(before), bytes])
        .toString('base64')
        .replaceAll('=', '')
      const ownStart = Math.ceil((before * 4) / 3)
      const ownEnd = Math.floor(((before + bytes.length) * 4) / 3)
      forms.push(encoded.slice(ownStart, ownEnd))
    }
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
}

const escaped = (bytes: string): string =>
  bytes.replaceAll(/[^A-Za-z0-9]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)

interface Matcher {
  /** @param isEnd nothing follows: then nothing is held back in `rest` */
  mask(bytes: string, isEnd: boolean): { readonly shown: string; readonly rest: string }
}

function createMatcher(forms: readonly string[]): Matcher {
  if (forms.length === 0) return { mask: (bytes) => ({ shown: bytes, rest: '' }) }
  const longestFirst = forms.toSorted((a, b) => b.length - a.length)
  const pattern = new RegExp(longestFirst.map(escaped).join('|'), 'g')
  const byFirst = Map.groupBy(forms, (form) => form[0])
  const longest = longestFirst[0]?.length ?? 0

  /** where the first suffix starts that may become a secret with what follows */
  const undecidedFrom = (plain: string, from: number): number => {
    for (let at = Math.max(from, plain.length - longest + 1); at < plain.length; at++) {
      const length = plain.length - at
      const candidates = byFirst.get(plain[at])
      if (candidates?.some((form) => form.length > length && form.startsWith(plain.slice(at)))) return at
    }
    return plain.length
  }

  return {
    mask(bytes, isEnd) {
      const { plain, at, rest: escape } = withoutAnsi(bytes, isEnd)
      let shown = ''
      let position = 0
      for (;;) {
        const undecided = isEnd ? plain.length : undecidedFrom(plain, position)
        pattern.lastIndex = position
        const match = pattern.exec(plain)
        if (match === null || (match.index >= undecided && !isEnd)) {
          const end = undecided === plain.length ? bytes.length - escape.length : at(undecided)
          return { shown: shown + bytes.slice(at(position), end), rest: bytes.slice(end) }
        }
        shown += bytes.slice(at(position), at(match.index)) + MASK
        position = match.index + match[0].length
      }
    },
  }
}

// the escape character cannot stand in a regular expression's literal without looking like a mistake
const ANSI = new RegExp(String.raw`\u001b\[[0-9;?]*[A-Za-z]`, 'g')
const OPEN_ANSI = new RegExp(String.raw`\u001b(?:\[[0-9;?]*)?$`)

/** Colours inside of a secret must not hide it: match on the text without them, remembering where each byte came from. */
function withoutAnsi(bytes: string, isEnd: boolean) {
  if (!bytes.includes('\x1b')) return { plain: bytes, at: (index: number) => index, rest: '' }
  // an unfinished sequence at the end is held back whole
  const open = isEnd ? null : OPEN_ANSI.exec(bytes.slice(-MAX_ANSI))
  const rest = open === null ? '' : open[0]
  const complete = bytes.slice(0, bytes.length - rest.length)
  const origin: number[] = []
  let plain = ''
  let last = 0
  const keep = (from: number, to: number): void => {
    plain += complete.slice(from, to)
    for (let index = from; index < to; index++) origin.push(index)
  }
  for (const sequence of complete.matchAll(ANSI)) {
    keep(last, sequence.index)
    last = sequence.index + sequence[0].length
  }
  keep(last, complete.length)
  const at = (index: number): number => {
    if (index === 0) return 0
    const before = origin[index - 1]
    return before === undefined ? complete.length : before + 1 // colours stand with what follows them
  }
  return { plain, at, rest }
}
