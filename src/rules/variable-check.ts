/** Compares a variable's value with a text. Source: CodePipeline user guide, rule structure reference, "VariableCheck". */
import { RE2JS, RE2JSSyntaxException } from 're2js'
import type { RuleOutcome } from './rule.ts'

type Configuration = Readonly<Record<string, string>>

export function variableCheck({ Variable = '', Value = '', Operator = '' }: Configuration): RuleOutcome {
  const holds = OPERATORS[Operator]
  if (holds === undefined)
    return errored(`The operator ${Operator} is not one of ${Object.keys(OPERATORS).join(', ')}.`)
  try {
    if (holds(Variable, Value)) return { type: 'Succeeded' }
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error
    return errored(`The value is not a regular expression that can be used here: ${error.message}`)
  }
  return {
    type: 'Failed',
    error: { code: 'JobFailed', message: `'${Variable}' ${Operator} '${Value}' does not hold.` },
  }
}

const errored = (message: string): RuleOutcome => ({ type: 'Errored', error: { code: 'ConfigurationError', message } })

/**
 * A regular expression must match the whole text, as Java's `matches` has it. It comes from whoever writes the pipeline and may be
 * hostile: RE2 takes linear time whatever it is, and refuses what it cannot do so (back-references, look-around).
 */
const OPERATORS: Readonly<Record<string, ((text: string, value: string) => boolean) | undefined>> = {
  EQ: (text, value) => text === value,
  NE: (text, value) => text !== value,
  CONTAINS: (text, value) => text.includes(value),
  MATCHES: (text, value) => RE2JS.matches(value, text),
}
