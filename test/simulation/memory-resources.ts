import {
  StaleWrite,
  type Resource,
  type ResourceKey,
  type ResourceQuery,
  type ResourceWriter,
} from '../../src/store/store.ts'
import { byBytes, type Answer, type Table } from './memory-table.ts'

export interface ResourceTables {
  readonly resources: Table<string, Resource>
  readonly numbers: Table<string, number>
}

export function resourcesOf({ resources, numbers }: ResourceTables, answer: Answer): ResourceWriter {
  const matching = (query: Partial<ResourceQuery>): Resource[] =>
    resources
      .values()
      .filter((resource) =>
        MEMBERS.every((member) => query[member] === undefined || query[member] === resource[member]),
      )
  const byKey = (found: readonly Resource[]) =>
    found.toSorted((a, b) => byBytes(a.account, b.account) || byBytes(a.region, b.region) || byBytes(a.name, b.name))
  return {
    get: <Document>(key: ResourceKey) => answer(() => resources.get(idOf(key)) as Resource<Document> | undefined),
    list: <Document>(query: ResourceQuery) =>
      answer(() => page(matching(query), query) as readonly Resource<Document>[]),
    find: <Document>(service: string, type: string, name: string) =>
      answer(
        () => byKey(matching({ service, type })).find((each) => each.name === name) as Resource<Document> | undefined,
      ),
    findAll: <Document>(service: string, type: string, name: string) =>
      answer(() => byKey(matching({ service, type })).filter((each) => each.name === name) as Resource<Document>[]),
    everywhere: <Document>(service: string, type: string) =>
      answer(() => byKey(matching({ service, type })) as Resource<Document>[]),
    count: (query) => answer(() => matching(query).length),
    put: (key, document, { parent, ordinal, ifVersion } = {}) =>
      answer(() => {
        const before = resources.get(idOf(key))
        const { account, region, service, type, name } = key
        if (ifVersion !== undefined && ifVersion !== (before?.version ?? 0))
          throw new StaleWrite(`"${name}" has changed`)
        const version = (before?.version ?? 0) + 1
        resources.put(idOf(key), {
          account,
          region,
          service,
          type,
          name,
          version,
          document,
          parent: parent ?? before?.parent ?? '',
          ordinal: ordinal ?? before?.ordinal ?? 0,
        })
        return version
      }),
    delete: (key) => answer(() => resources.remove(idOf(key))),
    nextNumber: (key) =>
      answer(() => {
        const next = (numbers.get(idOf(key)) ?? 0) + 1
        numbers.put(idOf(key), next)
        return next
      }),
  }
}

const MEMBERS = ['account', 'region', 'service', 'type', 'parent'] as const

const idOf = ({ account, region, service, type, name }: ResourceKey): string =>
  JSON.stringify([account, region, service, type, name])

const byName = (a: Position, b: Position): number => byBytes(a.name, b.name)
type Position = Pick<Resource, 'name' | 'ordinal'>

const ORDERS = {
  name: byName,
  ordinal: (a: Position, b: Position) => a.ordinal - b.ordinal || byName(a, b),
  '-ordinal': (a: Position, b: Position) => b.ordinal - a.ordinal || byName(a, b),
}

function page(
  found: readonly Resource[],
  { order = 'name', after, namePrefix = '', limit }: ResourceQuery,
): readonly Resource[] {
  return found
    .filter((resource) => resource.name.startsWith(namePrefix))
    .filter((resource) => after === undefined || ORDERS[order](after, resource) < 0)
    .toSorted(ORDERS[order])
    .slice(0, limit)
}
