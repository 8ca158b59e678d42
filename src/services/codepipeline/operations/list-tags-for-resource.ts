import {
  ListTagsForResource$,
  type ListTagsForResourceCommandInput,
  type ListTagsForResourceCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { define } from '../define.ts'
import { invalidNextToken } from '../errors.ts'
import { tagsOf } from '../taggable.ts'
import { tagList } from '../tags.ts'

/** Always one page, so no token can be one of ours. */
export const listTagsForResource = define<ListTagsForResourceCommandInput, ListTagsForResourceCommandOutput>(
  ListTagsForResource$,
  ({ resourceArn }) => resourceArn ?? '*',
  async ({ store }, { resourceArn = '', nextToken }, call) => {
    if (nextToken !== undefined) throw invalidNextToken()
    return { tags: tagList(await tagsOf(store.read, call, resourceArn)) }
  },
)
