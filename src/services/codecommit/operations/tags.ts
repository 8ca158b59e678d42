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
} from '@aws-sdk/client-codecommit'
import { operation, type Call } from '../../../wire/wire.ts'
import type { CodeCommitDependencies } from '../dependencies.ts'
import { repositoryKey, requireRepository, type Repository } from '../repositories.ts'

const resource = (input: { resourceArn?: string | undefined }): string => input.resourceArn ?? ''
const named = (deps: CodeCommitDependencies, call: Call, arn: string | undefined): Promise<Repository> =>
  requireRepository(deps, call, arn?.split(':')[5])

async function retag(
  deps: CodeCommitDependencies,
  call: Call,
  arn: string | undefined,
  change: (tags: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
): Promise<Record<string, never>> {
  const repository = await named(deps, call, arn)
  await deps.store.write((tx) =>
    tx.resources.put(repositoryKey(call, repository.name), { ...repository, tags: change(repository.tags) }),
  )
  return {}
}

export const listTagsForResource = (deps: CodeCommitDependencies) =>
  operation<ListTagsForResourceCommandInput, ListTagsForResourceCommandOutput>(
    ListTagsForResource$,
    { action: 'codecommit:ListTagsForResource', resource },
    async (input, call) => ({ tags: (await named(deps, call, input.resourceArn)).tags }),
  )

export const tagResource = (deps: CodeCommitDependencies) =>
  operation<TagResourceCommandInput, TagResourceCommandOutput>(
    TagResource$,
    { action: 'codecommit:TagResource', resource },
    (input, call) => retag(deps, call, input.resourceArn, (tags) => ({ ...tags, ...input.tags })),
  )

export const untagResource = (deps: CodeCommitDependencies) =>
  operation<UntagResourceCommandInput, UntagResourceCommandOutput>(
    UntagResource$,
    { action: 'codecommit:UntagResource', resource },
    (input, call) =>
      retag(deps, call, input.resourceArn, (tags) =>
        Object.fromEntries(Object.entries(tags).filter(([key]) => !input.tagKeys?.includes(key))),
      ),
  )
