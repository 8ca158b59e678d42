import { lazy, type ComponentType } from 'react'
import { isLive, whenLive } from '../api/live.ts'

/**
 * A page that is fetched when it is first looked at; while the server is away, as soon as it is back.
 * @throws when the server is there and the page is not: a newer console was installed
 */
export const lazyPage = (load: () => Promise<{ default: ComponentType }>) =>
  lazy(async () => {
    for (;;) {
      try {
        return await load()
      } catch (error) {
        if (isLive()) throw error
        await whenLive()
      }
    }
  })
