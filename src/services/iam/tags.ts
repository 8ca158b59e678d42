import type { Tag } from '@aws-sdk/client-iam'
import { invalidInput, limitExceeded } from './errors.ts'

type Tags = Readonly<Record<string, string>>
const MOST_TAGS = 50

/** @throws InvalidInput, LimitExceeded */
export function addTags(existing: Tags, added: readonly Tag[] | undefined): Tags {
  const entries = (added ?? []).map(({ Key = '', Value = '' }): [string, string] => [Key, Value])
  if (entries.some(([key]) => key.toLowerCase().startsWith('aws:'))) {
    throw invalidInput('Tag keys may not begin with aws:, a prefix that is reserved for system tags.')
  }
  const tags = { ...existing, ...Object.fromEntries(entries) }
  if (Object.keys(tags).length > MOST_TAGS) {
    throw limitExceeded(`The number of tags has reached the maximum limit of ${MOST_TAGS}.`)
  }
  return tags
}

export const removeTags = (existing: Tags, keys: readonly string[] | undefined): Tags =>
  Object.fromEntries(Object.entries(existing).filter(([key]) => !(keys ?? []).includes(key)))

export const tagList = (tags: Tags): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
