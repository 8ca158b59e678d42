import { validation } from '../errors.ts'

/** @throws ValidationException for a reason that says nothing */
export function givenReason({ reason }: { readonly reason: string }): string {
  const text = reason.trim()
  if (text === '') throw validation('A reason must be given: it stays on record')
  return text
}
