import type { StaticOperationSchema } from '@smithy/types'
import { operation, ServiceError, type Access, type Call, type Operation } from '../../wire/wire.ts'
import type { LogsDependencies } from './dependencies.ts'

/** Declares a CloudWatch Logs operation; its IAM action carries the operation's own name. */
export function define<Input, Output>(
  schema: StaticOperationSchema,
  resource: Access<Input>['resource'],
  handle: (deps: LogsDependencies, input: Input, call: Call) => Promise<Omit<Output, '$metadata'>>,
): (deps: LogsDependencies) => Operation<Input, Omit<Output, '$metadata'>> {
  return (deps) =>
    operation<Input, Output>(schema, { action: `logs:${schema[2]}`, resource }, (input, call) =>
      handle(deps, input, call),
    )
}

export const invalidParameter = (message: string): ServiceError =>
  new ServiceError('InvalidParameterException', message)
export const noGroup = (): ServiceError =>
  new ServiceError('ResourceNotFoundException', 'The specified log group does not exist.')
export const noStream = (): ServiceError =>
  new ServiceError('ResourceNotFoundException', 'The specified log stream does not exist.')
export const alreadyExists = (what: 'group' | 'stream'): ServiceError =>
  new ServiceError('ResourceAlreadyExistsException', `The specified log ${what} already exists`)

/**
 * How many items a page has; `most` when the caller does not say. JSON has numbers of which no list can have that many.
 * @throws InvalidParameterException
 */
export function pageSize(limit: number | undefined, most: number): number {
  if (limit === undefined) return most
  const bound = !Number.isInteger(limit) || limit < 1 ? 'greater than or equal to 1' : `less than or equal to ${most}`
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit
  throw invalidParameter(
    `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value ${bound}`,
  )
}
