/** What is searched for: a text, or a regular expression that takes linear time whatever it is. */

export interface Query {
  readonly text: string
  readonly regex: boolean
  readonly caseSensitive: boolean
}

export interface Pattern {
  readonly query: Query
  /** at least one match in this line? */
  test(line: string): boolean
  /** where it matches in a line, in order, at most `limit`; empty matches are none */
  ranges(line: string, limit: number): readonly Range[]
  /** finds the text in many lines at once; absent where only single lines can be asked */
  readonly everywhere?: RegExp
}

export type Range = readonly [from: number, to: number]

/**
 * @returns undefined when there is nothing to search for
 * @throws Error whose message says what is wrong with the expression
 */
export async function compileQuery(query: Query): Promise<Pattern | undefined> {
  if (query.text === '') return undefined
  return query.regex ? await linearPattern(query) : textPattern(query)
}

function textPattern(query: Query): Pattern {
  const source = query.text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
  // a literal: nothing in it can make it slow
  const expression = (flags: string) => new RegExp(source, query.caseSensitive ? flags : `${flags}i`)
  const once = expression('')
  return {
    query,
    test: (line) => once.test(line),
    ranges: (line, limit) =>
      line
        .matchAll(expression('g'))
        .take(limit)
        .map(({ index, 0: found }): Range => [index, index + found.length])
        .toArray(),
    everywhere: expression('g'),
  }
}

/** 45 kB that are loaded with the first regular expression only. The browser's own engine could be made to run for hours. */
async function linearPattern(query: Query): Promise<Pattern> {
  const { RE2JS, RE2JSException } = await import('re2js')
  const flags = query.caseSensitive ? 0 : RE2JS.CASE_INSENSITIVE
  const expression = compile()
  return {
    query,
    test: (line) => expression.test(line),
    ranges(line, limit) {
      const matcher = expression.matcher(line)
      const found: Range[] = []
      while (found.length < limit && matcher.find()) {
        if (matcher.end() > matcher.start()) found.push([matcher.start(), matcher.end()])
      }
      return found
    },
  }
  function compile(): InstanceType<typeof RE2JS> {
    try {
      return RE2JS.compile(RE2JS.translateRegExp(query.text), flags)
    } catch (error) {
      if (!(error instanceof RE2JSException)) throw error
      throw new Error(explain(error.message, query.text), { cause: error })
    }
  }
}

/** RE2 has no look-around and no back-references: that is the price of linear time. */
function explain(message: string, text: string): string {
  if (/\(\?<?[=!]/.test(text)) return 'Look-ahead and look-behind are not supported.'
  if (/\\[1-9]/.test(text)) return 'Back-references are not supported.'
  return message.charAt(0).toUpperCase() + message.slice(1)
}
