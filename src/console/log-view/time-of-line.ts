const two = (value: number): string => String(value).padStart(2, '0')

/** `08:09:10.123`: the day is the same for nearly all lines and stands in the title of the page. */
export function timeOfLine(timestamp: number, timeZone: 'local' | 'UTC'): string {
  const at = new Date(timestamp)
  const [hours, minutes, seconds] =
    timeZone === 'UTC'
      ? [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()]
      : [at.getHours(), at.getMinutes(), at.getSeconds()]
  return `${two(hours)}:${two(minutes)}:${two(seconds)}.${String(at.getMilliseconds()).padStart(3, '0')}`
}
