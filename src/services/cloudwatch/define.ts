import type { StaticOperationSchema } from '@smithy/types'
import { operation, type Access, type Call, type Operation } from '../../wire/wire.ts'
import type { CloudWatchDependencies } from './dependencies.ts'

/** Declares a CloudWatch operation; its IAM action carries the operation's own name. */
export function define<Input, Output>(
  schema: StaticOperationSchema,
  resource: Access<Input>['resource'],
  handle: (deps: CloudWatchDependencies, input: Input, call: Call) => Promise<Omit<Output, '$metadata'>>,
): (deps: CloudWatchDependencies) => Operation<Input, Omit<Output, '$metadata'>> {
  return (deps) =>
    operation<Input, Output>(schema, { action: `cloudwatch:${schema[2]}`, resource }, (input, call) =>
      handle(deps, input, call),
    )
}
