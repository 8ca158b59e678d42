import type { Members } from '../../../core/catalog/operation-inputs.ts'
import type { Call } from '../../../wire/wire.ts'
import type { CodePipelineDependencies } from '../dependencies.ts'

/** An operation of our own API. */
export interface OwnOperation<Input = never, Output extends object = object> {
  /** AWS has no such thing for its pipelines: a strict server does not offer it */
  readonly isExtension?: true
  /** the IAM action that permits it; one of AWS's, so that existing policies mean something here */
  readonly action: string
  /** what permission is asked for; called before the shape is checked: any member may be missing or of a wrong type */
  readonly resource: (input: Readonly<Record<string, unknown>>, call: Call) => string
  /** name (`'name!'`: required) -> shape of `core/catalog/shapes.ts`; other members are ignored */
  readonly members: Members
  /** @throws ServiceError for what the caller did wrong */
  readonly handle: (dependencies: CodePipelineDependencies, input: Input, call: Call) => Promise<Output>
}

/** Checks the types of a declaration and lets it stand in the table. */
export const ownOperation = <Input, Output extends object>(
  operation: OwnOperation<Input, Output>,
): OwnOperation<Input, Output> => operation
