import { QUOTAS } from '../catalog/quotas.ts'

/** Bytes of the text in UTF-8; a lone surrogate counts as the replacement character's three. */
export function utf8Length(text: string): number {
  let bytes = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    bytes += 1 + Number(code > 0x7f) + Number(code > 0x7ff) + Number(code > 0xffff)
  }
  return bytes
}

/** Keys and values together, as the limit of one action's output variables counts them. */
export const outputVariablesBytes = (variables: Readonly<Record<string, string>>): number =>
  Object.entries(variables).reduce((bytes, [key, value]) => bytes + utf8Length(key) + utf8Length(value), 0)

export const outputVariablesTooLarge = (variables: Readonly<Record<string, string>>): boolean =>
  outputVariablesBytes(variables) > QUOTAS.outputVariablesBytesPerAction
