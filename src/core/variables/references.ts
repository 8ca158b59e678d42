/**
 * Finds `#{namespace.key}` references. There is no nesting, no default syntax and no escape; text that merely looks
 * like the start of a reference stays literal.
 *
 * Source: CodePipeline user guide, "Variables"; specification, "Variables", kinds and limits.
 */
export interface Reference {
  readonly namespace: string
  readonly key: string
  /** position of `#` */
  readonly start: number
  /** position after `}` */
  readonly end: number
}

/** In order of appearance; one pass over the text, so linear in its length. */
export function parseReferences(text: string): readonly Reference[] {
  const references: Reference[] = []
  let start = text.indexOf('#{')
  while (start !== -1) {
    const dot = skip(text, start + 2, inNamespace)
    const end = text[dot] === '.' ? skip(text, dot + 1, inKey) : dot
    const complete = text[end] === '}' && dot > start + 2 && end > dot + 1
    if (complete)
      references.push({ namespace: text.slice(start + 2, dot), key: text.slice(dot + 1, end), start, end: end + 1 })
    start = text.indexOf('#{', end)
  }
  return references
}

/** As it stands in the text: `#{namespace.key}`. */
export const printReference = ({ namespace, key }: Pick<Reference, 'namespace' | 'key'>): string =>
  `#{${namespace}.${key}}`

const NAMESPACE_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@-_'

/** Built-in producers may use a few characters more than the API lets callers use. */
const KEY_CHARACTERS = `${NAMESPACE_CHARACTERS}^[]*$`

const inNamespace: ReadonlySet<string> = new Set(NAMESPACE_CHARACTERS)
const inKey: ReadonlySet<string> = new Set(KEY_CHARACTERS)

function skip(text: string, from: number, characters: ReadonlySet<string>): number {
  let position = from
  while (position < text.length && characters.has(text.charAt(position))) position += 1
  return position
}
