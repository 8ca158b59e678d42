/** Epoch seconds, ISO 8601 or an HTTP date, whichever it is: clients disagree more than the models do. */
export function parseTimestampText(text: string): Date | undefined {
  if (/^-?\d+(\.\d+)?$/.test(text)) return new Date(Math.round(Number(text) * 1000))
  if (!/^\d{4}-\d\d-\d\d|^[A-Z][a-z]{2}/.test(text)) return undefined
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? undefined : date
}
