import type { Migration } from './migration.ts'

/** Whether a blob is still somebody's content: asked about every blob now and then. */
export const objectsByBlob: Migration = {
  number: 4,
  name: 'objects by blob',
  async up(schema) {
    await schema.schema.createIndex('objects_blob').on('objects').column('blob_id').execute()
  },
}
