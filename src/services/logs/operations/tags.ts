import {
  ListTagsForResource$,
  ListTagsLogGroup$,
  TagLogGroup$,
  TagResource$,
  UntagLogGroup$,
  UntagResource$,
  type ListTagsForResourceCommandInput,
  type ListTagsForResourceCommandOutput,
  type ListTagsLogGroupCommandInput,
  type ListTagsLogGroupCommandOutput,
  type TagLogGroupCommandInput,
  type TagLogGroupCommandOutput,
  type TagResourceCommandInput,
  type TagResourceCommandOutput,
  type UntagLogGroupCommandInput,
  type UntagLogGroupCommandOutput,
  type UntagResourceCommandInput,
  type UntagResourceCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs'
import { logGroupKey } from '../../../journal/journal.ts'
import { define } from '../define.ts'
import type { LogsDependencies } from '../dependencies.ts'
import { groupNameOf, groupResource, requireGroup, type Place } from '../names.ts'

type Tags = Readonly<Record<string, string>>

async function retag(
  { store }: LogsDependencies,
  place: Place,
  group: string,
  change: (tags: Tags) => Tags,
): Promise<Record<string, never>> {
  await store.write(async ({ resources }) => {
    const record = await requireGroup({ resources }, place, group)
    await resources.put(logGroupKey(place, group), { ...record, tags: change(record.tags) })
  })
  return {}
}

const without = (tags: Tags, keys: readonly string[] = []): Tags =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)))
const byArn = ({ resourceArn }: { resourceArn?: string | undefined }): string =>
  groupNameOf({ logGroupIdentifier: resourceArn })
const arnResource = (input: { resourceArn?: string | undefined }): string => input.resourceArn ?? ''

export const tagResource = define<TagResourceCommandInput, TagResourceCommandOutput>(
  TagResource$,
  arnResource,
  (deps, input, call) => retag(deps, call, byArn(input), (tags) => ({ ...tags, ...input.tags })),
)
export const untagResource = define<UntagResourceCommandInput, UntagResourceCommandOutput>(
  UntagResource$,
  arnResource,
  (deps, input, call) => retag(deps, call, byArn(input), (tags) => without(tags, input.tagKeys)),
)
export const listTagsForResource = define<ListTagsForResourceCommandInput, ListTagsForResourceCommandOutput>(
  ListTagsForResource$,
  arnResource,
  async ({ store }, input, call) => ({ tags: (await requireGroup(store.read, call, byArn(input))).tags }),
)
/** The older three, which Terraform and older clients still call. */
export const tagLogGroup = define<TagLogGroupCommandInput, TagLogGroupCommandOutput>(
  TagLogGroup$,
  groupResource,
  (deps, input, call) => retag(deps, call, groupNameOf(input), (tags) => ({ ...tags, ...input.tags })),
)
export const untagLogGroup = define<UntagLogGroupCommandInput, UntagLogGroupCommandOutput>(
  UntagLogGroup$,
  groupResource,
  (deps, input, call) => retag(deps, call, groupNameOf(input), (tags) => without(tags, input.tags)),
)
export const listTagsLogGroup = define<ListTagsLogGroupCommandInput, ListTagsLogGroupCommandOutput>(
  ListTagsLogGroup$,
  groupResource,
  async ({ store }, input, call) => ({ tags: (await requireGroup(store.read, call, groupNameOf(input))).tags }),
)
