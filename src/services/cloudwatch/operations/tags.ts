import {
  ListTagsForResource$,
  TagResource$,
  UntagResource$,
  type ListTagsForResourceCommandInput,
  type ListTagsForResourceCommandOutput,
  type TagResourceCommandInput,
  type TagResourceCommandOutput,
  type UntagResourceCommandInput,
  type UntagResourceCommandOutput,
} from '@aws-sdk/client-cloudwatch'
import type { Call } from '../../../wire/wire.ts'
import type { Reader, Resource } from '../../../store/store.ts'
import { alarmArn, alarmKey, type AlarmRecord } from '../alarm-record.ts'
import { define } from '../define.ts'
import type { CloudWatchDependencies } from '../dependencies.ts'
import { noResource } from '../errors.ts'

type Tags = AlarmRecord['tags']

const byArn = ({ ResourceARN = '' }: { readonly ResourceARN?: string | undefined }): string => ResourceARN

export const tagResource = define<TagResourceCommandInput, TagResourceCommandOutput>(
  TagResource$,
  byArn,
  (deps, input, call) =>
    retag(deps, call, byArn(input), (tags) => ({
      ...tags,
      ...Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    })),
)

export const untagResource = define<UntagResourceCommandInput, UntagResourceCommandOutput>(
  UntagResource$,
  byArn,
  (deps, input, call) =>
    retag(deps, call, byArn(input), (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !input.TagKeys?.includes(key))),
    ),
)

export const listTagsForResource = define<ListTagsForResourceCommandInput, ListTagsForResourceCommandOutput>(
  ListTagsForResource$,
  byArn,
  async ({ store }, input, call) => {
    const { document } = await requireAlarm(store.read, call, byArn(input))
    return { Tags: Object.entries(document.tags).map(([Key, Value]) => ({ Key, Value })) }
  },
)

async function retag(
  { store }: CloudWatchDependencies,
  call: Call,
  arn: string,
  change: (tags: Tags) => Tags,
): Promise<Record<string, never>> {
  await store.write(async (tx) => {
    const found = await requireAlarm(tx, call, arn)
    const { document, parent } = found
    await tx.resources.put(found, { ...document, tags: change(document.tags) }, { parent })
  })
  return {}
}

async function requireAlarm(
  { resources }: Pick<Reader, 'resources'>,
  call: Call,
  arn: string,
): Promise<Resource<AlarmRecord>> {
  const name = arn.split(':').slice(6).join(':')
  const found = arn === alarmArn(call, name) ? await resources.get<AlarmRecord>(alarmKey(call, name)) : undefined
  if (found === undefined) throw noResource(arn)
  return found
}
