import type { ObjectRow, ObjectWriter } from '../../src/store/store.ts'
import { byBytes, type Answer, type Table } from './memory-table.ts'

export interface ObjectTable {
  readonly objects: Table<string, ObjectRow>
}

export function objectsOf({ objects }: ObjectTable, drawn: { objects: number }, answer: Answer): ObjectWriter {
  /** by key, newest first within a key */
  const inBucket = (bucket: string): ObjectRow[] =>
    objects
      .values()
      .filter((row) => row.bucket === bucket)
      .toSorted((a, b) => byBytes(a.key, b.key) || b.sequence - a.sequence)
  const latestOf = (bucket: string): ObjectRow[] =>
    inBucket(bucket).filter((row, index, all) => all[index - 1]?.key !== row.key)
  return {
    latest: (bucket, key) => answer(() => latestOf(bucket).find((row) => row.key === key)),
    version: (bucket, key, versionId) => answer(() => objects.get(idOf({ bucket, key, versionId }))),
    list: (bucket, { prefix = '', after, limit }) =>
      answer(() =>
        latestOf(bucket)
          .filter(({ key, deleteMarker }) => !deleteMarker && key.startsWith(prefix))
          .filter(({ key }) => after === undefined || byBytes(after, key) < 0)
          .slice(0, limit),
      ),
    versions: (bucket, { prefix = '', after, limit }) =>
      answer(() =>
        inBucket(bucket)
          .map((row, index, all) => ({ ...row, isLatest: all[index - 1]?.key !== row.key }))
          .filter(({ key }) => key.startsWith(prefix))
          .filter((row) => after === undefined || isBehind(row, after))
          .slice(0, limit),
      ),
    named: (blobIds) =>
      answer(() => {
        const wanted = new Set(blobIds)
        return new Set(objects.values().flatMap(({ blobId = '' }) => (wanted.has(blobId) ? [blobId] : [])))
      }),
    isEmpty: (bucket) => answer(() => inBucket(bucket).length === 0),
    put: (row) =>
      answer(() => {
        const before = objects.get(idOf(row))
        objects.put(idOf(row), { ...row, sequence: (drawn.objects += 1) })
        return before === undefined ? [] : [before]
      }),
    describe: (row, document) =>
      answer(() => {
        const before = objects.get(idOf(row))
        if (before !== undefined) objects.put(idOf(row), { ...before, document })
      }),
    remove: (bucket, key, versionId) =>
      answer(() => {
        const before = objects.get(idOf({ bucket, key, versionId }))
        objects.remove(idOf({ bucket, key, versionId }))
        return before
      }),
  }
}

const idOf = ({ bucket, key, versionId }: Pick<ObjectRow, 'bucket' | 'key' | 'versionId'>): string =>
  JSON.stringify([bucket, key, versionId])

function isBehind(row: ObjectRow, { key, sequence }: { readonly key: string; readonly sequence?: number }): boolean {
  return row.key === key ? sequence !== undefined && row.sequence < sequence : byBytes(key, row.key) < 0
}
