/**
 * Filter patterns for unstructured text: `ERROR "exit status" -timeout`, `?WARN ?ERROR`, `%regex%`.
 * Source: CloudWatch Logs user guide, "Filter pattern syntax". Patterns for JSON (`{…}`) and columns (`[…]`) are not read.
 * @returns a test of messages, or a sentence about what is wrong
 */
export function parseFilterPattern(pattern: string): ((message: string) => boolean) | string {
  const text = pattern.trim()
  if (text === '') return () => true
  if (/^[{[]/.test(text))
    return 'Pipewright understands filter patterns for unstructured text only, not for JSON or columns'
  const terms = [
    ...text.matchAll(/(?<sign>[-?]?)(?:"(?<quoted>(?:[^"\\]|\\.)*)"|%(?<regex>[^%]+)%|(?<word>\S+))/g),
  ].map(({ groups = {} }) => ({
    sign: groups['sign'],
    test: testOf(groups),
  }))
  const tests = (sign: string) => terms.filter((term) => term.sign === sign).map(({ test }) => test)
  const [required, optional, excluded] = [tests(''), tests('?'), tests('-')]
  return (message) =>
    required.every((test) => test(message)) &&
    // optional terms count only where nothing is required, as in the real service
    (optional.length === 0 || required.length > 0 || optional.some((test) => test(message))) &&
    !excluded.some((test) => test(message))
}

function testOf(groups: Readonly<Record<string, string | undefined>>): (message: string) => boolean {
  const { quoted, regex, word = '' } = groups
  if (regex !== undefined) return (message) => new RegExp(regex).test(message)
  const part = quoted === undefined ? word : quoted.replaceAll(/\\(.)/g, '$1')
  return (message) => message.includes(part)
}
