import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { pipeline } from '../../api/queries.ts'
import { pictureAt } from '../../graph/at-instant.ts'
import { declaredOf } from '../../graph/declared.ts'
import { marksOf, type Mark } from '../../graph/marks.ts'
import type { Instant, Picture } from '../../graph/model.ts'
import { historyOf } from '../../graph/picture.ts'
import { past, type Snapshot } from './snapshot.ts'

/** The picture at an instant, and the instants at which it changed. Nothing is asked for until somebody slides. */
export function usePast(
  name: string,
  now: Snapshot | undefined,
  at: Instant | undefined,
  isWanted: boolean,
): { readonly picture: Picture | undefined; readonly marks: readonly Mark[]; readonly refresh: () => void } {
  const { data, isStale, refetch } = useQuery({ ...past(name), enabled: isWanted || at !== undefined })
  const stageStates = now?.answers.stageStates
  const history = useMemo(
    () => (data === undefined || stageStates === undefined ? undefined : historyOf({ ...data, stageStates })),
    [data, stageStates],
  )
  const marks = useMemo(() => (history === undefined ? [] : marksOf(history, data?.doors ?? [])), [history, data])

  // the structure of then: that of the newest run there was
  const version =
    at === undefined
      ? undefined
      : data?.actionExecutions.find(({ startTime }) => Number(startTime) <= at)?.pipelineVersion
  const isOlder = version !== undefined && version !== now?.pipeline.version
  const older = useQuery({ ...pipeline(name, version ?? 1), enabled: isOlder, placeholderData: keepPreviousData })
  const declaration = older.data?.pipeline
  const then = useMemo(
    () => (isOlder ? declaration && declaredOf(declaration) : now?.pipeline),
    [isOlder, declaration, now?.pipeline],
  )
  const picture = useMemo(
    () =>
      at === undefined || history === undefined || then === undefined
        ? undefined
        : pictureAt(then, history, data?.doors ?? [], at),
    [then, history, data, at],
  )
  /** what has happened since history was read */
  const refresh = (): void => {
    if (isStale) void refetch()
  }
  return { picture, marks, refresh }
}
