/** What IAM remembers, and the few things that all of it has in common: a name, a path, an id, an ARN. */
import { randomBytes } from 'node:crypto'
import type { Reader, ResourceKey, Writer } from '../../store/store.ts'
import { entityAlreadyExists, noSuchEntity, validationError } from './errors.ts'

export interface Entity {
  readonly name: string
  /** begins and ends with a slash */
  readonly path: string
  readonly id: string
  readonly arn: string
  /** ms since the epoch */
  readonly createdAt: number
  readonly tags: Readonly<Record<string, string>>
}

/** Those that policies are put on. */
export interface Holder extends Entity {
  /** inline policies by name */
  readonly inline: Readonly<Record<string, string>>
  /** ARNs of managed policies */
  readonly attached: readonly string[]
}

export interface Role extends Holder {
  readonly trust: string
  readonly description?: string
  readonly maxSessionSeconds: number
  readonly boundary?: string
}

export interface User extends Holder {
  readonly boundary?: string
}

export interface Group extends Holder {
  /** user names */
  readonly members: readonly string[]
}

export interface InstanceProfile extends Entity {
  /** names; at most one */
  readonly roles: readonly string[]
}

export interface ManagedPolicy extends Entity {
  readonly description?: string
  readonly versions: readonly { readonly id: string; readonly document: string; readonly createdAt: number }[]
  readonly defaultVersionId: string
  /** number of the version made last */
  readonly newestVersion: number
  readonly updatedAt: number
}

export interface Kinds {
  readonly role: Role
  readonly user: User
  readonly group: Group
  readonly 'instance-profile': InstanceProfile
  readonly policy: ManagedPolicy
}
export type Kind = keyof Kinds
export type HolderKind = 'role' | 'user' | 'group'

const FACTS: Readonly<Record<Kind, { readonly idPrefix: string; readonly label: string }>> = {
  role: { idPrefix: 'AROA', label: 'role' },
  user: { idPrefix: 'AIDA', label: 'user' },
  group: { idPrefix: 'AGPA', label: 'group' },
  'instance-profile': { idPrefix: 'AIPA', label: 'instance profile' },
  policy: { idPrefix: 'ANPA', label: 'policy' },
}

export const labelOf = (kind: Kind): string => FACTS[kind].label

export const arnOf = (account: string, kind: Kind, name: string, path = '/'): string =>
  `arn:aws:iam::${account}:${kind}${path}${name}`

/** IAM is global: its records have no region. */
export const recordKey = (account: string, type: string, name: string): ResourceKey => ({
  account,
  region: '',
  service: 'iam',
  type,
  name,
})

/** The common part of a new entity. @throws ValidationError */
export function newEntity(
  account: string,
  kind: Kind,
  given: { name: string | undefined; path: string | undefined; tags: Entity['tags']; at: number },
): Entity {
  const name = required(given.name, `${kind} name`)
  const path = given.path ?? '/'
  if (!/^[\w+=,.@-]{1,128}$/.test(name)) {
    throw validationError(
      `The specified value for ${kind}Name is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
    )
  }
  if (!/^\/([\u0021-\u007e]*\/)?$/.test(path)) {
    throw validationError(
      'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
    )
  }
  const id = uniqueId(FACTS[kind].idPrefix)
  return { name, path, id, arn: arnOf(account, kind, name, path), createdAt: given.at, tags: given.tags }
}

/** IAM's unique ids: a prefix that tells the kind, then 17 capital letters and digits. */
export const uniqueId = (prefix: string): string =>
  prefix + Array.from(randomBytes(17), (byte) => ID_ALPHABET[byte % ID_ALPHABET.length]).join('')

const ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** @throws ValidationError */
export function required(value: string | undefined, what: string): string {
  if (value === undefined || value === '') throw validationError(`The ${what} is missing`)
  return value
}

export async function find<K extends Kind>(
  { resources }: Pick<Reader, 'resources'>,
  account: string,
  kind: K,
  name: string,
): Promise<Kinds[K] | undefined> {
  return (await resources.get<Kinds[K]>(recordKey(account, kind, name)))?.document
}

/** @throws NoSuchEntity */
export async function load<K extends Kind>(
  reader: Pick<Reader, 'resources'>,
  account: string,
  kind: K,
  name: string | undefined,
): Promise<Kinds[K]> {
  const found = await find(reader, account, kind, required(name, `${kind} name`))
  if (found === undefined) throw noSuchEntity(`The ${labelOf(kind)} with name ${name} cannot be found.`)
  return found
}

export async function all<K extends Kind>(
  { resources }: Pick<Reader, 'resources'>,
  account: string,
  kind: K,
): Promise<readonly Kinds[K][]> {
  const records = await resources.list<Kinds[K]>({ account, region: '', service: 'iam', type: kind })
  return records.map(({ document }) => document)
}

/** @throws EntityAlreadyExists */
export async function insert<K extends Kind>(tx: Writer, account: string, kind: K, entity: Kinds[K]): Promise<void> {
  if ((await find(tx, account, kind, entity.name)) !== undefined) {
    const label = labelOf(kind)
    throw entityAlreadyExists(`${label[0]?.toUpperCase()}${label.slice(1)} with name ${entity.name} already exists.`)
  }
  await save(tx, account, kind, entity)
}

export const save = async <K extends Kind>(tx: Writer, account: string, kind: K, entity: Kinds[K]): Promise<void> =>
  void (await tx.resources.put(recordKey(account, kind, entity.name), entity))

export const remove = async (tx: Writer, account: string, kind: Kind, name: string): Promise<void> =>
  void (await tx.resources.delete(recordKey(account, kind, name)))
