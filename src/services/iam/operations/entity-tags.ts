/** Tags work alike on roles, users and instance profiles: one row of schemas each. */
import * as Iam from '@aws-sdk/client-iam'
import type { Tag } from '@aws-sdk/client-iam'
import { define, on, update, type Make } from '../define.ts'
import { load, type Entity } from '../entities.ts'
import { paged, type PageInput } from '../listing.ts'
import { addTags, removeTags, tagList } from '../tags.ts'

const TAGGABLE = [
  { kind: 'role', member: 'RoleName', tag: Iam.TagRole$, untag: Iam.UntagRole$, list: Iam.ListRoleTags$ },
  { kind: 'user', member: 'UserName', tag: Iam.TagUser$, untag: Iam.UntagUser$, list: Iam.ListUserTags$ },
  {
    kind: 'instance-profile',
    member: 'InstanceProfileName',
    tag: Iam.TagInstanceProfile$,
    untag: Iam.UntagInstanceProfile$,
    list: Iam.ListInstanceProfileTags$,
  },
] as const

interface TagsInput extends PageInput {
  readonly RoleName?: string
  readonly UserName?: string
  readonly InstanceProfileName?: string
  readonly Tags?: readonly Tag[]
  readonly TagKeys?: readonly string[]
}

export const entityTagOperations: readonly Make[] = TAGGABLE.flatMap(({ kind, member, tag, untag, list }) => {
  const nameOf = (input: TagsInput) => input[member]
  const entity = on(kind, nameOf)
  return [
    define<TagsInput, object>(tag, entity, async (dependencies, input, call) => {
      await update(dependencies, call, kind, nameOf(input), (found) => tagged(found, addTags(found.tags, input.Tags)))
      return {}
    }),
    define<TagsInput, object>(untag, entity, async (dependencies, input, call) => {
      await update(dependencies, call, kind, nameOf(input), (found) =>
        tagged(found, removeTags(found.tags, input.TagKeys)),
      )
      return {}
    }),
    define<TagsInput, object>(list, entity, async ({ store }, input, { account }) => {
      const { tags } = await load(store.read, account, kind, nameOf(input))
      const { items, ...page } = paged(tagList(tags), ({ Key = '' }) => Key, input)
      return { ...page, Tags: items }
    }),
  ]
})

const tagged = <Found extends Entity>(found: Found, tags: Entity['tags']): Found => ({ ...found, tags })
