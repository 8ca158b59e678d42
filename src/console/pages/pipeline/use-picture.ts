/**
 * The picture as it is now. Events change it in the moment they arrive; the API's answers, asked for again a little later, confirm it.
 */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useLiveEvents, type LiveEvent } from '../../api/live.ts'
import { applyEvents } from '../../graph/apply-event.ts'
import type { Picture } from '../../graph/model.ts'
import { pictureOf, snapshot, type Snapshot } from './snapshot.ts'

/** an event that did not fit is asked about at once, others when there has been time to breathe */
const SOON_MS = 120
const BRIEF_MS = 700
const CALM_MS = 2500
const EXECUTION_CHANGED = 'CodePipeline Pipeline Execution State Change'
/** events this much older than a snapshot are in it, whatever the clocks of browser and server say */
const OVERLAP_MS = 3000

export interface LivePicture {
  readonly picture: Picture | undefined
  readonly snapshot: Snapshot | undefined
  readonly error: unknown
  readonly retry: () => void
}

export function usePicture(name: string): LivePicture {
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery(snapshot(name))
  const [shown, setShown] = useState<{ readonly of: Snapshot | undefined; readonly picture: Picture | undefined }>({
    of: undefined,
    picture: undefined,
  })
  const recent = useRef<{ readonly arrivedAt: number; readonly event: LiveEvent }[]>([])
  const timer = useRef<{ readonly id: ReturnType<typeof setTimeout>; readonly at: number }>(undefined)

  useEffect(() => {
    if (data === undefined) return
    recent.current = recent.current.filter(({ arrivedAt }) => arrivedAt > data.askedAt - OVERLAP_MS)
    setShown({
      of: data,
      picture: pictureOf(
        data,
        recent.current.map(({ event }) => event),
      ),
    })
  }, [data])

  const askAgain = (waitMs: number): void => {
    const at = Date.now() + waitMs
    if (timer.current !== undefined && timer.current.at <= at) return
    clearTimeout(timer.current?.id)
    const id = setTimeout(() => {
      timer.current = undefined
      void queries.invalidateQueries({ queryKey: snapshot(name).queryKey, exact: true })
    }, waitMs)
    timer.current = { id, at }
  }
  useEffect(() => () => clearTimeout(timer.current?.id), [])

  const waiting = useRef<LiveEvent[]>([])
  const applyWaiting = (): void => {
    const events = waiting.current.splice(0)
    setShown((known) => {
      if (known.picture === undefined) return known
      const { picture, isStale } = applyEvents(known.picture, events)
      if (isStale) askAgain(SOON_MS)
      return picture === known.picture ? known : { ...known, picture }
    })
  }
  useLiveEvents(name, (event) => {
    recent.current.push({ arrivedAt: Date.now(), event })
    // events of one frame are drawn once; a page that nobody looks at has no frames, and asks when it is looked at again
    if (waiting.current.push(event) === 1) requestAnimationFrame(applyWaiting)
    askAgain(event.detailType === EXECUTION_CHANGED ? BRIEF_MS : CALM_MS)
  })

  return { picture: shown.picture, snapshot: data, error, retry: () => void refetch() }
}
