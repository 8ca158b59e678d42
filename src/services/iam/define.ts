import type { StaticOperationSchema } from '@smithy/types'
import { operation, type Access, type Call, type Operation } from '../../wire/wire.ts'
import type { IamDependencies } from './dependencies.ts'
import { arnOf, load, save, type Kind, type Kinds } from './entities.ts'

export type Make = (dependencies: IamDependencies) => Operation

/** Declares an IAM operation: its permission carries the operation's own name. */
export function define<Input, Output>(
  schema: StaticOperationSchema,
  resource: Access<Input>['resource'],
  handle: (dependencies: IamDependencies, input: Input, call: Call) => Promise<Omit<Output, '$metadata'>>,
): Make {
  return (dependencies) =>
    operation<Input, Output>(schema, { action: `iam:${schema[2]}`, resource }, (input, call) =>
      handle(dependencies, input, call),
    )
}

/** The resource of an operation that names one entity. */
export const on =
  <Input>(kind: Kind, nameOf: (input: Input) => string | undefined) =>
  (input: Input, { account }: Call): string =>
    arnOf(account, kind, nameOf(input) ?? '*')

/** Loads, changes and saves one entity in a unit of work. @throws NoSuchEntity, and what `change` throws */
export const update = <K extends Kind>(
  { store }: IamDependencies,
  { account }: Call,
  kind: K,
  name: string | undefined,
  change: (entity: Kinds[K]) => Kinds[K],
): Promise<Kinds[K]> =>
  store.write(async (tx) => {
    const changed = change(await load(tx, account, kind, name))
    await save(tx, account, kind, changed)
    return changed
  })
