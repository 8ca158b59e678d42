const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#x0D;',
}

export const escapeXml = (text: string): string => text.replace(/[&<>"\r]/g, (character) => ESCAPES[character] ?? '')

export const xmlElement = (name: string, text: string): string => `<${name}>${escapeXml(text)}</${name}>`

/** Plain values of an error's extra fields as elements; lists repeat the element, structures nest. */
export function xmlFields(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([name, value]) => xmlField(name, value))
    .join('')
}

function xmlField(name: string, value: unknown): string {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return value.map((item: unknown) => xmlField(name, item)).join('')
  if (value instanceof Date) return xmlElement(name, value.toISOString())
  if (typeof value === 'object') return `<${name}>${xmlFields(value as Record<string, unknown>)}</${name}>`
  return xmlElement(name, typeof value === 'string' ? value : JSON.stringify(value))
}
