/**
 * Records keyed by names that users choose. A stage may be called `constructor`, and `__proto__` is a legal name too: read through
 * `own`, write with a computed key in a literal (`{ ...record, [name]: value }`), never by assignment.
 */
export const own = <Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined

/** The value without some of its optional members. For our own records only; copies, because `delete` would make them slow. */
export function omit<Value extends object, Member extends keyof Value>(
  value: Value,
  ...members: readonly Member[]
): Omit<Value, Member> {
  const rest: Partial<Value> = {}
  for (const member in value) {
    if (!(members as readonly string[]).includes(member)) rest[member] = value[member]
  }
  return rest as Omit<Value, Member>
}
