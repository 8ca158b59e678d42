import type { StaticOperationSchema } from '@smithy/types'
import { operation, type Access, type Call, type Operation } from '../../wire/wire.ts'
import type { CodeBuildDependencies } from './dependencies.ts'

/** Declares a CodeBuild operation; its IAM action carries the operation's own name. */
export function define<Input, Output>(
  schema: StaticOperationSchema,
  resource: Access<Input>['resource'],
  handle: (deps: CodeBuildDependencies, input: Input, call: Call) => Promise<Omit<Output, '$metadata'>>,
): (deps: CodeBuildDependencies) => Operation<Input, Omit<Output, '$metadata'>> {
  return (deps) =>
    operation<Input, Output>(schema, { action: `codebuild:${schema[2]}`, resource }, (input, call) =>
      handle(deps, input, call),
    )
}
