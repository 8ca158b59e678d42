import { LineCounter, parseDocument, type Document } from 'yaml'
import { parseBuildspec, type Buildspec, type BuildspecProblem } from '../../core/buildspec/buildspec.ts'
import { PhaseFailure } from './failure.ts'

/**
 * Reads a buildspec's text (YAML, and JSON, which is YAML).
 * @param name for messages: a path, or `inline buildspec`
 * @throws PhaseFailure YAML_FILE_ERROR naming file, line and every problem
 */
export function readBuildspec(text: string, name: string): Buildspec {
  const lines = new LineCounter()
  // every scalar stays the text it was written as: `1.10` is a version and `yes` is no boolean
  const document = parseDocument(text, { schema: 'failsafe', merge: true, uniqueKeys: false, lineCounter: lines })
  const [error] = document.errors
  if (error !== undefined) {
    const [reason = ''] = error.message.split('\n')
    throw yamlError(name, reason.replace(/ at line \d+, column \d+:?$/, ''), lines.linePos(error.pos[0]).line)
  }
  const result = parseBuildspec(document.toJS())
  if ('spec' in result) return result.spec
  throw yamlError(name, result.problems.map((problem) => withLine(problem, document, lines)).join('; '))
}

const yamlError = (name: string, reason: string, line?: number): PhaseFailure =>
  new PhaseFailure('YAML_FILE_ERROR', `${name}${line === undefined ? '' : ` line ${line}`}: ${reason}`)

function withLine({ path, message }: BuildspecProblem, document: Document, lines: LineCounter): string {
  // a missing key has no place of its own: say where the nearest thing around it is
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as { range?: readonly number[] } | undefined
    const start = node?.range?.[0]
    if (start !== undefined) return `${message} (line ${lines.linePos(start).line})`
  }
  return message
}
