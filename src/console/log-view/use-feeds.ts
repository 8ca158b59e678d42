import { useEffect, useRef, useState } from 'react'
import { useRegion } from '../api/region.ts'
import { createLogFeed, type LogFeed } from './feed.ts'
import { createStreamPool } from './stream-pool.ts'

export interface FeedPlace {
  readonly name: string
  readonly group: string
  readonly stream: string
}

/** Reads the logs while the component is there. The answer is the same list as long as the places are the same. */
export function useFeeds(places: readonly FeedPlace[]): readonly LogFeed[] {
  const region = useRegion()
  const [feeds, setFeeds] = useState<readonly LogFeed[]>([])
  const open = useRef(new Map<string, LogFeed>())
  const [pool] = useState(() => createStreamPool())
  const signature = JSON.stringify([region, ...places.map(({ name, group, stream }) => [name, group, stream])])
  useEffect(() => {
    const [region, ...wanted] = JSON.parse(signature) as [string, ...(readonly [string, string, string])[]]
    const next = new Map(
      wanted.map(([name, group, stream]) => {
        const key = JSON.stringify([region, name, group, stream])
        const address = (from: number): string => {
          const query = new URLSearchParams({ region, group, stream, from: String(from), follow: 'true' })
          return `/_pipewright/console/logs?${query.toString()}`
        }
        return [key, open.current.get(key) ?? createLogFeed(name, (from) => new EventSource(address(from)), pool)]
      }),
    )
    for (const [key, feed] of open.current) if (!next.has(key)) feed.close()
    open.current = next
    setFeeds([...next.values()])
  }, [signature, pool])
  useEffect(
    () => () => {
      for (const feed of open.current.values()) feed.close()
      open.current = new Map()
    },
    [],
  )
  return feeds
}
