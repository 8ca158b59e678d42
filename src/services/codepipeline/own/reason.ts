import { validation } from '../errors.ts'

/** One line: it is shown in terminals. @throws ValidationException for a reason that says nothing */
export function givenReason({ reason }: { readonly reason: string }): string {
  const text = reason.replaceAll(/[\s\p{Cc}\u202A-\u202E\u2066-\u2069]+/gu, ' ').trim()
  if (text === '') throw validation('A reason must be given: it stays on record')
  return text
}
