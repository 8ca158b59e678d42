/**
 * Puts values in the place of `#{namespace.key}` references, in one pass: an inserted value is never searched again.
 *
 * Source: specification, "Variables"; inserting into JSON with escapes is ours (the original inserts raw text and a
 * quote in a commit message breaks the document).
 */
import { QUOTAS } from '../catalog/quotas.ts'
import { parseReferences, printReference, type Reference } from './references.ts'
import { utf8Length } from './size.ts'

/** @returns the variable's value, or `undefined` when nothing has produced it */
export type Lookup = (namespace: string, key: string) => string | undefined

/** The first reference that has no value, as `#{namespace.key}`. */
export interface Unresolved {
  readonly unresolved: string
}

/** The result would be larger than one action's resolved configuration may be. */
export interface TooLarge {
  readonly tooLarge: true
}

export type ResolvedText = { readonly value: string } | Unresolved | TooLarge
export type ResolvedConfiguration = { readonly configuration: Readonly<Record<string, string>> } | Unresolved | TooLarge

/** Inserts values as they are: for commands and environment variables. */
export const resolveText = (text: string, lookup: Lookup): ResolvedText => insert(text, lookup, () => asItIs)

/** Resolves a configuration: a value that is JSON apart from its references stays JSON, whatever is inserted. */
export function resolveConfiguration(
  configuration: Readonly<Record<string, string>>,
  lookup: Lookup,
): ResolvedConfiguration {
  const resolved: [string, string][] = []
  let bytes = 0
  for (const [key, text] of Object.entries(configuration)) {
    const result = resolveConfigurationValue(text, lookup)
    if (!('value' in result)) return result
    bytes += utf8Length(key) + utf8Length(result.value)
    if (bytes > QUOTAS.resolvedConfigurationBytesPerAction) return { tooLarge: true }
    resolved.push([key, result.value])
  }
  return { configuration: Object.fromEntries(resolved) }
}

export const resolveConfigurationValue = (text: string, lookup: Lookup): ResolvedText =>
  insert(text, lookup, (references) => (isJsonAround(text, references) ? escapesInStrings(text) : asItIs))

/** The sentence an action fails with; error code `ConfigurationError`. */
export const unresolvedMessage = (reference: string): string =>
  `The variable reference ${reference} could not be resolved.`

export const tooLargeMessage = (): string =>
  `The resolved configuration of the action is larger than ${QUOTAS.resolvedConfigurationBytesPerAction} bytes.`

/** Decides, at a position that only ever grows, how a value is written there. */
type Writer = (value: string, position: number) => string

const asItIs: Writer = (value) => value

function insert(text: string, lookup: Lookup, writer: (references: readonly Reference[]) => Writer): ResolvedText {
  const references = parseReferences(text)
  if (references.length === 0) return { value: text }
  const write = writer(references)
  const parts: string[] = []
  let position = 0
  let length = 0
  for (const reference of references) {
    const value = lookup(reference.namespace, reference.key)
    if (value === undefined) return { unresolved: printReference(reference) }
    const written = write(value, reference.start)
    parts.push(text.slice(position, reference.start), written)
    position = reference.end
    length += written.length
    // Bytes are never fewer than UTF-16 units: stop before a short text grows into megabytes.
    if (length > QUOTAS.resolvedConfigurationBytesPerAction) return { tooLarge: true }
  }
  parts.push(text.slice(position))
  return { value: parts.join('') }
}

function isJsonAround(text: string, references: readonly Reference[]): boolean {
  let position = 0
  const parts: string[] = []
  for (const { start, end } of references) {
    // A digit is valid both inside a string and in the place of a whole value.
    parts.push(text.slice(position, start), '0')
    position = end
  }
  parts.push(text.slice(position))
  try {
    JSON.parse(parts.join(''))
    return true
  } catch {
    return false
  }
}

/** Inside a JSON string a value is escaped; in the place of a whole JSON value it is inserted as it is. */
function escapesInStrings(json: string): Writer {
  let scanned = 0
  let inString = false
  return (value, position) => {
    while (scanned < position) {
      const character = json.charAt(scanned)
      if (character === '"') inString = !inString
      scanned += character === '\\' ? 2 : 1
    }
    return inString ? JSON.stringify(value).slice(1, -1) : value
  }
}
