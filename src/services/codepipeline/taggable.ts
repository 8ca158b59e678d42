/** Pipelines, custom action types and webhooks carry tags; each keeps them in its own record. */
import type { Reader } from '../../store/store.ts'
import type { Call } from '../../wire/wire.ts'
import { parseArn, type ArnTarget } from './arns.ts'
import type { CodePipelineDependencies } from './dependencies.ts'
import { invalidArn, resourceNotFound } from './errors.ts'
import type { Tags } from './tags.ts'

/** @throws InvalidArnException, ResourceNotFoundException, and what `change` throws */
export async function changeTags(
  { store }: CodePipelineDependencies,
  call: Call,
  arn: string,
  change: (existing: Tags) => Tags,
): Promise<void> {
  const target = targetOf(call, arn)
  await store.write(async (tx) => {
    const found = await find(tx, target)
    if (found === undefined) throw resourceNotFound(arn)
    const tags = change(found.tags)
    if (target.kind === 'pipeline') await tx.pipelines.tag(target.key, tags)
    else await tx.resources.put(recordKey(target), { ...found.document, tags })
  })
}

/** @throws InvalidArnException, ResourceNotFoundException */
export async function tagsOf(reader: Reader, call: Call, arn: string): Promise<Tags> {
  const found = await find(reader, targetOf(call, arn))
  if (found === undefined) throw resourceNotFound(arn)
  return found.tags
}

/** Tags are the account's own: another account's resource does not exist here. */
function targetOf(call: Call, arn: string): ArnTarget {
  const target = parseArn(arn)
  if (target === undefined) throw invalidArn(arn)
  const { account } = target.kind === 'pipeline' ? target.key : target.place
  if (account !== call.account) throw resourceNotFound(arn)
  return target
}

interface Tagged {
  readonly tags: Tags
  readonly document?: Readonly<Record<string, unknown>>
}

async function find(reader: Reader, target: ArnTarget): Promise<Tagged | undefined> {
  if (target.kind === 'pipeline') return reader.pipelines.load(target.key)
  if (target.kind === 'actiontype' && target.owner !== 'Custom') return undefined
  const record = await reader.resources.get<Record<string, unknown>>(recordKey(target))
  if (record === undefined || record.document['deleted'] === true) return undefined
  return { tags: (record.document['tags'] as Tags | undefined) ?? {}, document: record.document }
}

const recordKey = ({ kind, place, name }: Exclude<ArnTarget, { kind: 'pipeline' }>) => ({
  ...place,
  service: 'codepipeline',
  type: kind,
  name,
})
