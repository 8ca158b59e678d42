import {
  UntagResource$,
  type UntagResourceCommandInput,
  type UntagResourceCommandOutput,
} from '@aws-sdk/client-codepipeline'
import { define } from '../define.ts'
import { changeTags } from '../taggable.ts'
import { removeTags } from '../tags.ts'

export const untagResource = define<UntagResourceCommandInput, UntagResourceCommandOutput>(
  UntagResource$,
  ({ resourceArn }) => resourceArn ?? '*',
  async (dependencies, { resourceArn = '', tagKeys = [] }, call) => {
    await changeTags(dependencies, call, resourceArn, (existing) => removeTags(existing, tagKeys))
    return {}
  },
)
