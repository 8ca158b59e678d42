/** What is inside an artifact: its list, and one file of it as text. The server reads it with the session's own permissions. */
import { queryOptions } from '@tanstack/react-query'
import { region } from './region.ts'
import { getOwn } from './session.ts'

export interface ArchiveEntry {
  readonly path: string
  readonly size: number
  readonly modified?: string
  readonly compressedSize?: number
  readonly crc32: number
}

export interface Archive {
  readonly entries: readonly ArchiveEntry[]
  /** there are more than the server lists */
  readonly truncated: boolean
}

interface Place {
  readonly bucket: string
  readonly key: string
}

const parameters = (place: Place, more: Readonly<Record<string, string>> = {}): string =>
  new URLSearchParams({ ...place, region: region(), ...more }).toString()

export const archive = (place: Place) =>
  queryOptions({
    queryKey: ['archive', place.bucket, place.key],
    queryFn: async ({ signal }) => await getOwn<Archive>(`artifacts/entries?${parameters(place)}`, signal),
    // an artifact never changes
    staleTime: Infinity,
  })

/** The first megabyte of one file. */
export const archiveText = (place: Place, path: string) =>
  queryOptions({
    queryKey: ['archive', place.bucket, place.key, path],
    queryFn: async ({ signal }) => {
      const response = await fetch(`/_pipewright/console/artifacts/file?${parameters(place, { path, view: 'text' })}`, {
        signal,
      })
      if (!response.ok) throw new Error(`The server answered ${response.status} for ${path}.`)
      return await response.text()
    },
    staleTime: Infinity,
  })

/** For a link that downloads. */
export const archiveFileUrl = (place: Place, path: string): string =>
  `/_pipewright/console/artifacts/file?${parameters(place, { path })}`
export const archiveUrl = (place: Place): string => `/_pipewright/console/artifacts/object?${parameters(place)}`
