/**
 * Where the texts that begin with a prefix end, in UTF-8 byte order: `prefix <= text < prefixEnd(prefix)` is a range that an index
 * can answer.
 * @returns undefined when nothing sorts behind the prefix (it is empty or made of the last code point only)
 */
export function prefixEnd(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0)
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last < LAST_CODE_POINT)
      return String.fromCodePoint(...points, last === BEFORE_SURROGATES ? AFTER_SURROGATES : last + 1)
  }
  return undefined
}

const LAST_CODE_POINT = 0x10ffff
/** surrogates are halves of characters and have no UTF-8 form */
const BEFORE_SURROGATES = 0xd7ff
const AFTER_SURROGATES = 0xe000
