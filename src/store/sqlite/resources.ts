import { sql } from 'kysely'
import {
  StaleWrite,
  type Resource,
  type ResourceKey,
  type ResourceQuery,
  type ResourceReader,
  type ResourceWriter,
} from '../store.ts'
import type { ResourcesTable } from '../tables.ts'
import type { Session } from './connection.ts'
import { prefixEnd } from './prefix.ts'
import { build, query } from './query.ts'

export function resourceReader(session: Session): ResourceReader {
  return {
    get: async <Document>(key: ResourceKey) => toResource<Document>(session.first(byKey, nameOf(key))),
    find: async <Document>(service: string, type: string, name: string) =>
      toResource<Document>(session.first(anywhere, { service, type, name })),
    findAll: async <Document>(service: string, type: string, name: string) =>
      session.all(anywhere, { service, type, name }).map((row) => toResource<Document>(row)),
    everywhere: async <Document>(service: string, type: string) =>
      session.all(ofType, { service, type }).map((row) => toResource<Document>(row)),
    list: async <Document>(wanted: ResourceQuery) =>
      session.select(listing(wanted)).map((row) => toResource<Document>(row)),
    async count({ account, region, service, type, parent }) {
      const counted = parent === undefined ? countAll : countChildren
      return session.first(counted, { account, region, service, type, parent: parent ?? '' })?.count ?? 0
    },
  }
}

export function resourceWriter(session: Session): ResourceWriter {
  return {
    ...resourceReader(session),
    async put(key, document, { parent, ordinal, ifVersion } = {}) {
      const values = {
        ...nameOf(key),
        document: JSON.stringify(document),
        parent: parent ?? null,
        ordinal: ordinal ?? null,
      }
      if (ifVersion === undefined) return session.first(upsert, values)?.version ?? 1
      const written = ifVersion === 0 ? session.first(insert, values) : session.first(replace, { ...values, ifVersion })
      if (written === undefined) throw new StaleWrite(stale(key, ifVersion))
      return written.version
    },
    delete: async (key) => session.run(remove, nameOf(key)).changes > 0,
    nextNumber: async (key) => session.first(advance, nameOf(key))?.value ?? 1,
  }
}

const stale = ({ service, type, name }: ResourceKey, ifVersion: number): string =>
  ifVersion === 0
    ? `${service} ${type} "${name}" exists already`
    : `${service} ${type} "${name}" is not at version ${ifVersion} any more`

/** Not the key itself: callers pass whole resources as keys. */
const nameOf = ({ account, region, service, type, name }: ResourceKey): Name => ({
  account,
  region,
  service,
  type,
  name,
})
type Name = { readonly [Column in keyof ResourceKey]: string }

function toResource<Document>(row: ResourcesTable): Resource<Document>
function toResource<Document>(row: ResourcesTable | undefined): Resource<Document> | undefined
function toResource<Document>(row: ResourcesTable | undefined): Resource<Document> | undefined {
  return row && { ...row, document: JSON.parse(row.document) as Document }
}

function listing({ account, region, service, type, parent, namePrefix, order = 'name', after, limit }: ResourceQuery) {
  const end = namePrefix === undefined ? undefined : prefixEnd(namePrefix)
  return build
    .selectFrom('resources')
    .selectAll()
    .where('account', '=', account)
    .where('region', '=', region)
    .where('service', '=', service)
    .where('type', '=', type)
    .$if(parent !== undefined, (rows) => rows.where('parent', '=', parent ?? ''))
    .$if(namePrefix !== undefined, (rows) => rows.where('name', '>=', namePrefix ?? ''))
    .$if(end !== undefined, (rows) => rows.where('name', '<', end ?? ''))
    .$call((rows) => {
      const { name, ordinal } = after ?? { name: '', ordinal: 0 }
      switch (order) {
        case 'name':
          return (after === undefined ? rows : rows.where('name', '>', name)).orderBy('name')
        case 'ordinal':
          return (after === undefined ? rows : rows.where(sql<boolean>`(ordinal, name) > (${ordinal}, ${name})`))
            .orderBy('ordinal')
            .orderBy('name')
        case '-ordinal':
          // names ascend within an ordinal in both directions, so a row-value comparison would not do
          return (
            after === undefined
              ? rows
              : rows.where((eb) =>
                  eb.or([eb('ordinal', '<', ordinal), eb.and([eb('ordinal', '=', ordinal), eb('name', '>', name)])]),
                )
          )
            .orderBy('ordinal', 'desc')
            .orderBy('name')
        default:
          return order satisfies never
      }
    })
    .$if(limit !== undefined, (rows) => rows.limit(limit ?? 0))
}

const byKey = query((given: Name) =>
  build
    .selectFrom('resources')
    .selectAll()
    .where('account', '=', given.account)
    .where('region', '=', given.region)
    .where('service', '=', given.service)
    .where('type', '=', given.type)
    .where('name', '=', given.name),
)

const anywhere = query((given: { service: string; type: string; name: string }) =>
  build
    .selectFrom('resources')
    .selectAll()
    .where('service', '=', given.service)
    .where('type', '=', given.type)
    .where('name', '=', given.name)
    .orderBy('account')
    .orderBy('region'),
)

const ofType = query((given: { service: string; type: string }) =>
  build
    .selectFrom('resources')
    .selectAll()
    .where('service', '=', given.service)
    .where('type', '=', given.type)
    .orderBy('account')
    .orderBy('region')
    .orderBy('name'),
)

type Kind = { account: string; region: string; service: string; type: string; parent: string }
const counting = (given: Kind) =>
  build
    .selectFrom('resources')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('account', '=', given.account)
    .where('region', '=', given.region)
    .where('service', '=', given.service)
    .where('type', '=', given.type)
const countAll = query(counting)
const countChildren = query((given: Kind) => counting(given).where('parent', '=', given.parent))

type Written = Name & { document: string; parent: string | null; ordinal: number | null }
const inserting = ({ document, parent, ordinal, account, region, service, type, name }: Written) =>
  build.insertInto('resources').values({
    account,
    region,
    service,
    type,
    name,
    document,
    version: 1,
    parent: sql<string>`coalesce(${parent}, '')`,
    ordinal: sql<number>`coalesce(${ordinal}, 0)`,
  })

const insert = query((given: Written) =>
  inserting(given)
    .onConflict((conflict) => conflict.doNothing())
    .returning('version'),
)

const upsert = query((given: Written) =>
  inserting(given)
    .onConflict((conflict) =>
      conflict.columns(['account', 'region', 'service', 'type', 'name']).doUpdateSet({
        document: given.document,
        version: sql<number>`resources.version + 1`,
        parent: sql<string>`coalesce(${given.parent}, resources.parent)`,
        ordinal: sql<number>`coalesce(${given.ordinal}, resources.ordinal)`,
      }),
    )
    .returning('version'),
)

const replace = query((given: Written & { ifVersion: number }) =>
  build
    .updateTable('resources')
    .set({
      document: given.document,
      version: sql<number>`version + 1`,
      parent: sql<string>`coalesce(${given.parent}, parent)`,
      ordinal: sql<number>`coalesce(${given.ordinal}, ordinal)`,
    })
    .where('account', '=', given.account)
    .where('region', '=', given.region)
    .where('service', '=', given.service)
    .where('type', '=', given.type)
    .where('name', '=', given.name)
    .where('version', '=', given.ifVersion)
    .returning('version'),
)

const remove = query((given: Name) =>
  build
    .deleteFrom('resources')
    .where('account', '=', given.account)
    .where('region', '=', given.region)
    .where('service', '=', given.service)
    .where('type', '=', given.type)
    .where('name', '=', given.name),
)

const advance = query((given: Name) =>
  build
    .insertInto('sequences')
    .values({
      account: given.account,
      region: given.region,
      service: given.service,
      type: given.type,
      name: given.name,
      value: 1,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['account', 'region', 'service', 'type', 'name'])
        .doUpdateSet({ value: sql<number>`sequences.value + 1` }),
    )
    .returning('value'),
)
