import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { pictureAt } from '../../graph/at-instant.ts'
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
): { readonly picture: Picture | undefined; readonly marks: readonly Mark[] } {
  const { data } = useQuery({ ...past(name), enabled: isWanted || at !== undefined })
  const stageStates = now?.answers.stageStates
  const history = useMemo(
    () => (data === undefined || stageStates === undefined ? undefined : historyOf({ ...data, stageStates })),
    [data, stageStates],
  )
  const marks = useMemo(() => (history === undefined ? [] : marksOf(history, data?.doors ?? [])), [history, data])
  const pipeline = now?.pipeline
  const picture = useMemo(
    () =>
      at === undefined || history === undefined || pipeline === undefined
        ? undefined
        : pictureAt(pipeline, history, data?.doors ?? [], at),
    [pipeline, history, data, at],
  )
  return { picture, marks }
}
