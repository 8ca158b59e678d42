/** What is inside an artifact, by the server's own endpoints: read with this session's permissions. */
import { queryOptions } from '@tanstack/react-query'
import { region } from '../../api/region.ts'
import { getOwn } from '../../api/session.ts'

export interface StoredObject {
  readonly bucket: string
  readonly key: string
}

export interface Entries {
  readonly entries: readonly { readonly path: string; readonly size: number; readonly modified: string }[]
  readonly truncated: boolean
}

const FOLDER = '/_pipewright/console/artifacts/'

const place = ({ bucket, key }: StoredObject): string =>
  new URLSearchParams({ bucket, key, region: region() }).toString()

export const objectUrl = (object: StoredObject): string => `${FOLDER}object?${place(object)}`

export const fileUrl = (object: StoredObject, path: string): string =>
  `${FOLDER}file?${place(object)}&path=${encodeURIComponent(path)}`

/** The files of an archive. An artifact never changes, so its answer stays true. */
export const entriesOf = (object: StoredObject) =>
  queryOptions({
    queryKey: ['artifact', object.bucket, object.key],
    queryFn: async ({ signal }) => await getOwn<Entries>(`artifacts/entries?${place(object)}`, signal),
    staleTime: Infinity,
    retry: false,
  })

/** The beginning of a file as text, whatever it is; null when it is no text. */
export const textOf = (object: StoredObject, path: string) =>
  queryOptions({
    queryKey: ['artifact', object.bucket, object.key, path],
    queryFn: async ({ signal }): Promise<string | null> => {
      const response = await fetch(`${fileUrl(object, path)}&view=text`, { credentials: 'same-origin', signal })
      const text = await response.text()
      if (!response.ok) throw new Error(text)
      return isText(text) ? text : null
    },
    staleTime: Infinity,
    retry: false,
  })

// oxlint-disable-next-line no-control-regex -- bytes that no text has say that it is none
const isText = (text: string): boolean => !/[\u0000-\u0008\u000E-\u001A]/.test(text.slice(0, 4000))
