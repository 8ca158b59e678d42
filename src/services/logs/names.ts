/** Names and ARNs of groups and streams. Source: CloudWatch Logs API reference. */
import { logGroupKey, type LogGroupRecord } from '../../journal/journal.ts'
import type { Reader } from '../../store/store.ts'
import type { Call } from '../../wire/wire.ts'
import { invalidParameter, noGroup } from './define.ts'

export type Place = Pick<Call, 'account' | 'region'>

/** Without the `:*` at its end, which `DescribeLogGroups` adds in `arn` and leaves out in `logGroupArn`. */
export const groupArn = ({ account, region }: Place, group: string): string =>
  `arn:aws:logs:${region}:${account}:log-group:${group}`

export const streamArn = (place: Place, group: string, stream: string): string =>
  `${groupArn(place, group)}:log-stream:${stream}`

interface GroupInput {
  readonly logGroupName?: string | undefined
  readonly logGroupIdentifier?: string | undefined
}

/** A group is named by its name, or identified by name or ARN. */
export function groupNameOf({ logGroupName, logGroupIdentifier }: GroupInput): string {
  const named = logGroupName ?? logGroupIdentifier ?? ''
  const name = named.startsWith('arn:') ? (named.split(':log-group:')[1] ?? '').replace(/:.*$/, '') : named
  if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(name))
    throw invalidParameter(
      `1 validation error detected: Value '${name}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+`,
    )
  return name
}

export const groupResource = (input: GroupInput, call: Place): string => groupArn(call, groupNameOf(input))

export function checkStreamName(stream: string | undefined): string {
  if (stream === undefined || !/^[^:*]{1,512}$/.test(stream))
    throw invalidParameter(
      `1 validation error detected: Value '${stream ?? ''}' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*`,
    )
  return stream
}

export async function requireGroup(
  { resources }: Pick<Reader, 'resources'>,
  place: Place,
  group: string,
): Promise<LogGroupRecord> {
  const found = await resources.get<LogGroupRecord>(logGroupKey(place, group))
  if (found === undefined) throw noGroup()
  return found.document
}
