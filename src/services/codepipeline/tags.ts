import type { Tag } from '@aws-sdk/client-codepipeline'
import { ServiceError } from '../../wire/wire.ts'

export type Tags = Readonly<Record<string, string>>

const MOST_TAGS = 50

/** @param arn of the resource, for the message. @throws InvalidTagsException, TooManyTagsException (`spec` 9.3, 11) */
export function addTags(existing: Tags, added: readonly Tag[] | undefined, arn: string): Tags {
  const given = added ?? []
  const keys = given.map(({ key }) => key ?? '')
  refuseSystemKeys(keys)
  const repeated = keys.find((key, index) => keys.indexOf(key) !== index)
  if (repeated !== undefined) throw invalidTags(`Tag key '${repeated}' has been used more than once`)
  for (const { key = '', value = '' } of given) {
    if (key.trim() === '' || key.endsWith(' ')) throw invalidTags(`Tag key '${key}' may not end in a space`)
    if (value.endsWith(' ')) throw invalidTags(`The value of tag '${key}' may not end in a space`)
  }
  const tags = { ...existing, ...Object.fromEntries(given.map(({ key = '', value = '' }) => [key, value])) }
  if (Object.keys(tags).length > MOST_TAGS) {
    throw new ServiceError('TooManyTagsException', `Tag limit exceeded for resource [${arn}].`)
  }
  return tags
}

/** Keys the resource does not have are ignored. @throws InvalidTagsException */
export function removeTags(existing: Tags, keys: readonly string[]): Tags {
  refuseSystemKeys(keys)
  return Object.fromEntries(Object.entries(existing).filter(([key]) => !keys.includes(key)))
}

/** In the order of their keys. */
export const tagList = (tags: Tags): Tag[] =>
  Object.entries(tags)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ key, value }))

const invalidTags = (message: string) => new ServiceError('InvalidTagsException', message)

function refuseSystemKeys(keys: readonly string[]): void {
  if (keys.some((key) => key.toLowerCase().startsWith('aws:'))) {
    throw invalidTags(
      "Not allowed to modify system tags. System tags start with 'aws:'. " +
        'msg=[Caller is an end user and not allowed to mutate system tags]',
    )
  }
}
