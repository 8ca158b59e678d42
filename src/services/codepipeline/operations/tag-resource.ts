import { TagResource$, type TagResourceCommandInput, type TagResourceCommandOutput } from '@aws-sdk/client-codepipeline'
import { define } from '../define.ts'
import { changeTags } from '../taggable.ts'
import { addTags } from '../tags.ts'

/** Adds or overwrites; neither the version nor anything running notices (`spec` 12 Q27). */
export const tagResource = define<TagResourceCommandInput, TagResourceCommandOutput>(
  TagResource$,
  ({ resourceArn }) => resourceArn ?? '*',
  async (dependencies, { resourceArn = '', tags }, call) => {
    await changeTags(dependencies, call, resourceArn, (existing) => addTags(existing, tags, resourceArn))
    return {}
  },
)
