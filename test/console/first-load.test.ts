/** What a first visit costs: everything that is fetched until there is something to click, as it is sent. */
import assert from 'node:assert/strict'
import { existsSync, statSync } from 'node:fs'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { fleet, ground } from './scene.ts'
import { consoleSuite, sees } from './support.ts'

const BUILT = fileURLToPath(new URL('../../dist/console/', import.meta.url))
const MOST_BYTES = 350_000

consoleSuite('the first load', (given) => {
  before(async () => {
    await ground(given.world)
    await fleet(given.world)
  })

  test(`given the fleet page, then it is there for less than ${MOST_BYTES / 1000} kB, all of it from the server itself`, async (t) => {
    const fetched: string[] = []
    const context = await given.browser.newContext()
    const page = await context.newPage()
    page.on('request', (request) => fetched.push(request.url()))
    await page.goto(`${given.server.url}/console/`)
    await sees(page.getByRole('button', { name: /^Approve/ }))
    await context.close()
    assert.deepEqual([...new Set(fetched.map((url) => new URL(url).origin))], [given.server.url])
    const files = fetched.flatMap((url) => {
      const { pathname } = new URL(url)
      return pathname.startsWith('/console/') ? [pathname.slice('/console/'.length) || 'index.html'] : []
    })
    const sizes = files.map((file) => [sent(file), file] as const).toSorted(([one], [other]) => other - one)
    const sum = sizes.reduce((all, [size]) => all + size, 0)
    assert.ok(sizes.length > 3)
    t.diagnostic(`${sum} bytes`)
    assert.ok(sum < MOST_BYTES, `${sum} bytes: ${sizes.map(([size, file]) => `${file} ${size}`).join(', ')}`)
  })
})

const sent = (file: string): number => statSync(BUILT + (existsSync(`${BUILT}${file}.gz`) ? `${file}.gz` : file)).size
