/** A phone: what matters fits its width, and an approval can be answered on it. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { fleet, ground } from './scene.ts'
import { consoleSuite, sees } from './support.ts'

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const

consoleSuite('a phone', (given) => {
  let shop = ''
  before(async () => {
    await ground(given.world)
    shop = (await fleet(given.world)).shop
  })

  const pages: readonly (readonly [name: string, path: () => string, shown: (page: Page) => Promise<void>])[] = [
    ['fleet', () => '/', (page) => sees(page.getByRole('button', { name: 'Approve: Approve / Release' }))],
    ['pipeline', () => '/pipelines/shop', (page) => sees(page.getByRole('button', { name: /^Approve: Release/ }))],
    ['execution', () => `/pipelines/shop/executions/${shop}`, (page) => sees(page.getByText('Say hello'))],
    ['logs', () => `/pipelines/shop/executions/${shop}/logs`, (page) => sees(page.getByText(/Phase complete/))],
    ['approvals', () => '/approvals', (page) => sees(page.getByRole('button', { name: /^Approve shop/ }))],
  ]
  for (const [name, path, shown] of pages) {
    test(`given the page ${name}, then nothing is wider than the screen`, async () => {
      await using visit = await given.visit(path(), PHONE)
      const { page } = visit
      await shown(page)
      const wide = await page.evaluate<string[]>(`
        document.documentElement.scrollWidth <= innerWidth ? [] :
          [...document.querySelectorAll('main *')]
            .filter((one) => one.getBoundingClientRect().right > innerWidth)
            .slice(0, 8).map((one) => one.outerHTML.slice(0, 120))`)
      assert.deepEqual(wide, [])
    })
  }

  test('given an approval, then a finger answers it', async () => {
    await using visit = await given.visit('/approvals', PHONE)
    const { page } = visit
    await page.getByRole('button', { name: 'Approve shop: Approve / Release' }).tap()
    await sees(page.getByText('Approved: shop: Approve / Release.'))
    assert.equal((await given.world.ended('shop', shop)).execution.status, 'Succeeded')
  })
})
