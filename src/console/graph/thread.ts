/** The thread of a revision through the stages: where it is now, and where it has been overtaken. */
import type { Picture, Token } from './model.ts'

export interface Thread {
  /** every execution that carries it */
  readonly tokens: ReadonlySet<string>
  /** whose newest run is of it */
  readonly holds: ReadonlySet<string>
  /** its executions came through, and others have come since */
  readonly had: ReadonlySet<string>
}

/** @param executionId whose revisions are followed; without revisions yet, the execution itself is */
export function threadOf(picture: Picture, executionId: string): Thread {
  const token = picture.tokens.find(({ id }) => id === executionId)
  const followed = new Set(revisionIds(token))
  const carries = (other: Token): boolean =>
    other.id === executionId || revisionIds(other).some((id) => followed.has(id))
  const tokens = picture.tokens.filter(carries)
  const ids = new Set(tokens.map(({ id }) => id))
  const furthest = Math.max(-1, ...tokens.map((each) => passedUntil(picture, each)))
  const holds = new Set<string>()
  const had = new Set<string>()
  for (const [index, { name, executionId: shown }] of picture.stages.entries()) {
    if (shown !== undefined && ids.has(shown)) holds.add(name)
    else if (index <= furthest) had.add(name)
  }
  return { tokens: ids, holds, had }
}

const revisionIds = (token: Token | undefined): readonly string[] => (token?.revisions ?? []).map(({ id }) => id)

/** The last stage it has come through or into. A rollback went to its one stage without coming through those before. */
function passedUntil({ stages }: Picture, { place, isRollback }: Token): number {
  if (isRollback) return -1
  const index = stages.findIndex(({ name }) => name === place.stage)
  return place.at === 'waiting' ? index - 1 : index
}
