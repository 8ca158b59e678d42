import type { PipelineDeclaration } from '../pipeline/declaration.ts'
import { own } from './record.ts'
import type { PipelineExecution } from './state.ts'

/** What an earlier execution gave the variables that the pipeline declares today; where it gave none, their defaults. */
export const variablesOf = (
  { variables = [] }: PipelineDeclaration,
  earlier: Pick<PipelineExecution, 'variables'>,
): PipelineExecution['variables'] =>
  Object.fromEntries(
    variables.flatMap(({ name, defaultValue }) => {
      const value = own(earlier.variables, name) ?? defaultValue
      return value === undefined ? [] : [[name, value]]
    }),
  )

/** Names of the variables that have neither a value nor a default. */
export const variablesWithoutValue = (
  { variables = [] }: PipelineDeclaration,
  values: PipelineExecution['variables'],
): readonly string[] =>
  variables
    .filter(({ name, defaultValue }) => defaultValue === undefined && own(values, name) === undefined)
    .map(({ name }) => name)

/** Of an execution whose variables are to be used by another; the end of a sentence. */
export function obstacleInVariables(
  declaration: PipelineDeclaration,
  earlier: Pick<PipelineExecution, 'variables'>,
): string | undefined {
  const missing = variablesWithoutValue(declaration, earlier.variables)
  return missing.length === 0 ? undefined : `it has no value for the pipeline variables ${missing.join(', ')}`
}
