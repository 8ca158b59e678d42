import type { StaticOperationSchema } from '@smithy/types'
import { checkShape } from '../../core/pipeline/shape.ts'
import { operation, type Access, type Call, type Operation } from '../../wire/wire.ts'
import { limitsOf, type CodePipelineDependencies } from './dependencies.ts'
import { validation } from './errors.ts'

/** An operation that still wants to be told what it works with. */
export type OperationOf<Input, Output> = (
  dependencies: CodePipelineDependencies,
) => Operation<Input, Omit<Output, '$metadata'>>

/**
 * Declares a CodePipeline operation: its IAM action carries the operation's own name, and its input has passed `checkShape`
 * before `handle` sees it.
 * @param resource what permission is asked for; called before the shape is checked
 */
export function define<Input, Output>(
  schema: StaticOperationSchema,
  resource: Access<Input>['resource'],
  handle: (dependencies: CodePipelineDependencies, input: Input, call: Call) => Promise<Omit<Output, '$metadata'>>,
): OperationOf<Input, Output> {
  const name = schema[2]
  return (dependencies) =>
    operation<Input, Output>(schema, { action: `codepipeline:${name}`, resource }, async (input, call) => {
      const problem = checkShape(name, input, {
        configurationValueLimit: limitsOf(dependencies).configurationValueLength,
      })
      if (problem !== undefined) throw validation(problem)
      return await handle(dependencies, input, call)
    })
}
