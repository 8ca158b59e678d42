/**
 * What `watch` shows for one line of a build's log: the build's own output, and of what the build service says of itself the commands
 * and the warnings. `pipewright logs` prints all of it.
 * @returns lines to print; none when the line is about the machinery only
 */
export function readableLines(message: string): readonly string[] {
  const said = HOUSEKEEPING.exec(message)?.groups?.['said']
  if (said === undefined) return message.split('\n')
  for (const [pattern, show] of SHOWN) {
    const match = pattern.exec(said)
    if (match) return show(match).split('\n')
  }
  return []
}

/** `[Container] 2024/05/06 07:08:09.123456 <said>` */
const HOUSEKEEPING = /^\[Container\] \d{4}\/\d\d\/\d\d [\d:.]+ (?<said>[^]*)$/

const SHOWN: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [/^Running command ([^]*)$/, ([, command = '']) => `$ ${command}`],
  [/^Command did not exit successfully [^]* (exit status \d+)$/, ([, status = '']) => status],
  [/^(?:\[WARNING\]|Retrying phase|Build (?:FAULT|STOPPED|TIMED_OUT)) ?[^]*$/, ([line]) => line],
]
