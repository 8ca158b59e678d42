import { sql, type Selectable } from 'kysely'
import type { ObjectReader, ObjectRow, ObjectWriter } from '../store.ts'
import type { ObjectsTable } from '../tables.ts'
import type { Session } from './connection.ts'
import { prefixEnd } from './prefix.ts'
import { build, query } from './query.ts'

export function objectReader(session: Session): ObjectReader {
  return {
    async latest(bucket, key) {
      const row = session.first(latest, { bucket, key })
      return row && toObject(row)
    },
    async version(bucket, key, versionId) {
      const row = session.first(version, { bucket, key, versionId })
      return row && toObject(row)
    },
    list: async (bucket, { prefix, after, limit }) =>
      session
        .select(
          keysFrom(bucket, prefix)
            .where('is_latest', '=', 1)
            .where('delete_marker', '=', 0)
            .$if(after !== undefined, (rows) => rows.where('key', '>', after ?? ''))
            .orderBy('key')
            .limit(limit),
        )
        .map(toObject),
    versions: async (bucket, { prefix, after, limit }) =>
      session
        .select(
          keysFrom(bucket, prefix)
            .$if(after !== undefined, (rows) => {
              const { key, sequence } = after ?? { key: '' }
              if (sequence === undefined) return rows.where('key', '>', key)
              return rows
                .where('key', '>=', key) // what the index can use; the rest is a filter
                .where((eb) =>
                  eb.or([eb('key', '>', key), eb.and([eb('key', '=', key), eb('sequence', '<', sequence)])]),
                )
            })
            .orderBy('key')
            .orderBy('sequence', 'desc')
            .limit(limit),
        )
        .map((row) => ({ ...toObject(row), isLatest: row.is_latest === 1 })),
    named: async (blobIds) =>
      new Set(session.all(named, { blobIds: JSON.stringify(blobIds) }).map(({ blob_id }) => blob_id ?? '')),
    isEmpty: async (bucket) => session.first(any, { bucket }) === undefined,
  }
}

export function objectWriter(session: Session): ObjectWriter {
  return {
    ...objectReader(session),
    async put(row) {
      const { bucket, key, versionId } = row
      const replaced = session.all(remove, { bucket, key, versionId }).map(toObject)
      session.run(noLongerLatest, { bucket, key })
      session.run(insert, {
        bucket,
        key,
        versionId,
        deleteMarker: row.deleteMarker ? 1 : 0,
        blobId: row.blobId ?? null,
        size: row.size,
        etag: row.etag,
        lastModified: row.lastModified,
        document: JSON.stringify(row.document) ?? 'null',
      })
      return replaced
    },
    async describe({ bucket, key, versionId }, document) {
      session.run(describe, { bucket, key, versionId, document: JSON.stringify(document) ?? 'null' })
    },
    async remove(bucket, key, versionId) {
      const removed = session.first(remove, { bucket, key, versionId })
      if (removed === undefined) return undefined
      if (removed.is_latest === 1) session.run(promoteNewest, { bucket, key })
      return toObject(removed)
    },
  }
}

const toObject = (row: Selectable<ObjectsTable>): ObjectRow => ({
  bucket: row.bucket,
  key: row.key,
  versionId: row.version_id,
  sequence: row.sequence,
  deleteMarker: row.delete_marker === 1,
  ...(row.blob_id !== null && { blobId: row.blob_id }),
  size: row.size,
  etag: row.etag,
  lastModified: row.last_modified,
  document: JSON.parse(row.document),
})

function keysFrom(bucket: string, prefix = '') {
  const end = prefixEnd(prefix)
  return build
    .selectFrom('objects')
    .selectAll()
    .where('bucket', '=', bucket)
    .$if(prefix !== '', (rows) => rows.where('key', '>=', prefix))
    .$if(end !== undefined, (rows) => rows.where('key', '<', end ?? ''))
}

type Key = { bucket: string; key: string }
const ofKey = ({ bucket, key }: Key) =>
  build.selectFrom('objects').selectAll().where('bucket', '=', bucket).where('key', '=', key)

const latest = query((given: Key) => ofKey(given).orderBy('sequence', 'desc').limit(1))
const version = query((given: Key & { versionId: string }) => ofKey(given).where('version_id', '=', given.versionId))
const any = query((given: { bucket: string }) =>
  build.selectFrom('objects').select('sequence').where('bucket', '=', given.bucket).limit(1),
)

const named = query((given: { blobIds: string }) =>
  build
    .selectFrom('objects')
    .select('blob_id')
    .where('blob_id', 'in', sql<string>`(select value from json_each(${given.blobIds}))`),
)

const remove = query((given: Key & { versionId: string }) =>
  build
    .deleteFrom('objects')
    .where('bucket', '=', given.bucket)
    .where('key', '=', given.key)
    .where('version_id', '=', given.versionId)
    .returningAll(),
)

const describe = query((given: Key & { versionId: string; document: string }) =>
  build
    .updateTable('objects')
    .set({ document: given.document })
    .where('bucket', '=', given.bucket)
    .where('key', '=', given.key)
    .where('version_id', '=', given.versionId),
)

const noLongerLatest = query((given: Key) =>
  build
    .updateTable('objects')
    .set({ is_latest: 0 })
    .where('bucket', '=', given.bucket)
    .where('key', '=', given.key)
    .where('is_latest', '=', 1),
)

const promoteNewest = query((given: Key) =>
  build
    .updateTable('objects')
    .set({ is_latest: 1 })
    .where('sequence', '=', (eb) =>
      eb
        .selectFrom('objects')
        .select('sequence')
        .where('bucket', '=', given.bucket)
        .where('key', '=', given.key)
        .orderBy('sequence', 'desc')
        .limit(1),
    ),
)

interface Written {
  readonly [column: string]: string | number | null
  readonly bucket: string
  readonly key: string
  readonly versionId: string
  readonly deleteMarker: number
  readonly blobId: string | null
  readonly size: number
  readonly etag: string
  readonly lastModified: number
  readonly document: string
}

const insert = query((given: Written) =>
  build.insertInto('objects').values({
    bucket: given.bucket,
    key: given.key,
    version_id: given.versionId,
    is_latest: 1,
    delete_marker: given.deleteMarker,
    blob_id: given.blobId,
    size: given.size,
    etag: given.etag,
    last_modified: given.lastModified,
    document: given.document,
  }),
)
