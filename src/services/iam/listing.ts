import { validationError } from './errors.ts'

export interface PageInput {
  readonly Marker?: string | undefined
  readonly MaxItems?: number | undefined
}

const DEFAULT_ITEMS = 100

/**
 * One page of a list in order of its names; the marker is the name of the last item shown.
 * @throws ValidationError for a marker that is none
 */
export function paged<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  { Marker, MaxItems = DEFAULT_ITEMS }: PageInput,
): { readonly items: Item[]; readonly IsTruncated: boolean; readonly Marker?: string } {
  const after = Marker === undefined ? undefined : readMarker(Marker)
  const rest = items
    .filter((item) => after === undefined || nameOf(item) > after)
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  const shown = rest.slice(0, MaxItems)
  const last = shown.at(-1)
  return rest.length > shown.length && last !== undefined
    ? { items: shown, IsTruncated: true, Marker: Buffer.from(MARKER + nameOf(last)).toString('base64url') }
    : { items: shown, IsTruncated: false }
}

const MARKER = 'after:'

function readMarker(marker: string): string {
  const text = Buffer.from(marker, 'base64url').toString()
  if (!text.startsWith(MARKER)) throw validationError('Invalid Marker.')
  return text.slice(MARKER.length)
}

/** For `PathPrefix`: everything lies under the absent one. */
export const under = (pathPrefix: string | undefined) => (entity: { readonly path: string }) =>
  entity.path.startsWith(pathPrefix ?? '/')
