/** How much one session may have open at once: a page needs a few requests and streams, a runaway one would take all there are. */
import type { ServerResponse } from 'node:http'
import { Refusal } from './endpoint.ts'

export interface Crowd {
  /** Counts an answer until it is over. @throws Refusal when its session has too many already */
  admit(session: string, response: ServerResponse): void
}

export function createCrowd(most: number): Crowd {
  const open = new Map<string, number>()
  return {
    admit(session, response) {
      const others = open.get(session) ?? 0
      if (others >= most)
        throw new Refusal(429, 'TooManyRequests', `This session has ${most} requests open. Close some of its pages.`)
      // gone already: its end will not be told
      if (response.destroyed) return
      open.set(session, others + 1)
      response.once('close', () => {
        const left = (open.get(session) ?? 1) - 1
        if (left > 0) open.set(session, left)
        else open.delete(session)
      })
    },
  }
}
