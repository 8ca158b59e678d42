import type { Call } from '../../wire/wire.ts'

/** Several operations mean the caller when no user name is given. */
export const ownName = ({ principal: { arn, type } }: Call): string | undefined =>
  type === 'User' ? arn.slice(arn.lastIndexOf('/') + 1) : undefined
