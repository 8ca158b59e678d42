/**
 * Records keyed by names that users choose. A stage may be called `constructor`, and `__proto__` is a legal name too: read through
 * `own`, write with a computed key in a literal (`{ ...record, [name]: value }`), never by assignment.
 */
export const own = <Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined

/** The value without some of its optional members. */
export function omit<Value extends object, Member extends keyof Value>(
  value: Value,
  ...members: readonly Member[]
): Omit<Value, Member> {
  const rest = { ...value }
  for (const member of members) delete rest[member]
  return rest
}
