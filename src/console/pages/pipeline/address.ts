/** Everything that the page shows stands in its address: `?select=action:Build/Compile&at=2026-11-21T06:00:00.000Z&look=820,310,0.9`. */
import { useCallback, useEffect, useEffectEvent, useMemo, useState } from 'react'
import { useSearchParams } from 'react-router'
import type { Outlook } from '../../graph/PipelineGraph.tsx'

export interface Address {
  readonly select?: string | undefined
  /** the instant that is shown, ms since the epoch; absent: now */
  readonly at?: number | undefined
  /** where the reader looks; absent: everything is shown */
  readonly look?: Outlook | undefined
}

/** browsers take so many changes of an address a second and no more: a slider that moves is written down when it rests */
const REST_MS = 300

export function useAddress(): readonly [Address, (change: Address) => void] {
  const [search, setSearch] = useSearchParams()
  const parsed = Date.parse(search.get('at') ?? '')
  const written = Number.isNaN(parsed) ? undefined : parsed
  const [moment, setMoment] = useState({ written, at: written })
  // somebody went back, or followed a link
  if (moment.written !== written) setMoment({ written, at: written })

  const write = useEffectEvent((at: number | undefined) =>
    setSearch((before) => changed(before, 'at', at === undefined ? undefined : new Date(at).toISOString()), {
      replace: true,
    }),
  )
  const { at } = moment
  useEffect(() => {
    if (at === written) return undefined
    const timer = setTimeout(() => write(at), REST_MS)
    return () => clearTimeout(timer)
  }, [at, written])

  const change = useCallback(
    (next: Address): void => {
      if ('at' in next) setMoment((known) => ({ ...known, at: next.at }))
      if ('look' in next) {
        const { x, y, zoom } = next.look ?? {}
        const text = zoom === undefined ? undefined : `${x},${y},${zoom}`
        setSearch((before) => changed(before, 'look', text), { replace: true })
      }
      if ('select' in next) setSearch((before) => changed(before, 'select', next.select), { replace: true })
    },
    [setSearch],
  )
  const select = search.get('select') ?? undefined
  const look = search.get('look') ?? ''
  const address = useMemo(() => ({ select, at, look: outlookOf(look) }), [select, at, look])
  return [address, change]
}

function outlookOf(text: string): Outlook | undefined {
  const [x = NaN, y = NaN, zoom = NaN] = text.split(',').map(Number)
  return [x, y, zoom].every(Number.isFinite) && zoom > 0 ? { x, y, zoom } : undefined
}

function changed(before: URLSearchParams, name: string, value: string | undefined): URLSearchParams {
  const after = new URLSearchParams(before)
  if (value === undefined) after.delete(name)
  else after.set(name, value)
  return after
}
