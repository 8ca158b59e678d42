/** The members of an event's detail, each asked for by name and type: what comes over the wire may lack any of them. */
import type { Instant, Picture } from './model.ts'

/** As it comes over the wire. */
export interface BusEvent {
  readonly detailType: string
  readonly time: Instant
  readonly detail: Readonly<Record<string, unknown>>
}

export interface Applied {
  readonly picture: Picture
  /** the event said less than the picture shows, or did not fit: the answers should be asked for again */
  readonly isStale: boolean
}

export const fresh = (picture: Picture): Applied => ({ picture, isStale: false })
export const stale = (picture: Picture): Applied => ({ picture, isStale: true })

export type Detail = ReturnType<typeof reader>

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

export const reader = ({ detail, time }: BusEvent) => ({
  time,
  text: (name: string) => textOf(detail[name]),
  number: (name: string) => (typeof detail[name] === 'number' ? detail[name] : undefined),
  flag: (name: string) => detail[name] === true,
  instant: (name: string) => {
    const at = Date.parse(textOf(detail[name]) ?? '')
    return Number.isNaN(at) ? undefined : at
  },
  record: (name: string): Readonly<Record<string, unknown>> => {
    const value = detail[name]
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  },
})
