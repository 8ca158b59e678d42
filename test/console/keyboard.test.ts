/** Nothing but keys: from the fleet to an answered question; and what is in focus can be seen. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { fleet, ground } from './scene.ts'
import { consoleSuite, sawTheLastOf, sees } from './support.ts'

/** Tabs until what is in focus has this name. @returns every stop on the way */
async function tabTo(page: Page, name: RegExp): Promise<readonly string[]> {
  const stops: string[] = []
  while (stops.length < 60) {
    await page.keyboard.press('Tab')
    const stop = await page.evaluate<{ name: string; seen: boolean }>(FOCUSED)
    assert.ok(stop.seen, `nobody sees that ${stop.name} is in focus`)
    stops.push(stop.name)
    if (name.test(stop.name)) return stops
  }
  throw new Error(`no key leads to ${String(name)}, only to ${stops.join(' | ')}`)
}

/** Drawn around the element itself, or by its pseudo-element as Cloudscape does, or the field around it. */
const FOCUSED = `(() => {
  const element = document.activeElement
  const drawn = (style) =>
    (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none' ||
    (style.content !== 'none' && style.content !== 'normal' && parseFloat(style.borderTopWidth) > 0)
  const chain = [element, element.parentElement, element.parentElement?.parentElement]
  const seen = chain.some((one) => one && [undefined, '::before', '::after'].some((part) => drawn(getComputedStyle(one, part))))
  return {
    name: element.getAttribute('aria-label') ?? (element.innerText || element.title || element.placeholder || element.tagName).trim(),
    seen,
  }
})()`

consoleSuite('the keyboard', (given) => {
  let shop = ''
  before(async () => {
    await ground(given.world)
    shop = (await fleet(given.world)).shop
  })

  test('given the fleet page, then Tab reaches a question, Enter opens it, and it is answered without a mouse', async () => {
    await using visit = await given.visit('/?q=shop')
    const { page } = visit
    await sees(page.getByRole('button', { name: 'Approve: Approve / Release' }))
    const stops = await tabTo(page, /^Approve: Approve \/ Release$/)
    assert.equal(stops[0], 'Skip to content')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Approve: Approve / Release' })
    await sees(dialog)
    await tabTo(page, /^TEXTAREA$/)
    await page.keyboard.type('by keys alone? yes')
    await tabTo(page, /^Approve$/)
    await page.keyboard.press('Enter')
    await sawTheLastOf(dialog)
    const run = await given.world.ended('shop', shop)
    assert.equal(run.execution.status, 'Succeeded')
    assert.match(run.action('Release').output?.executionResult?.externalExecutionSummary ?? '', /by keys alone\? yes/)
  })

  test('given letters one after the other, then they lead to pages; typed into a field they are text', async () => {
    await using visit = await given.visit('/')
    const { page } = visit
    await sees(page.getByRole('link', { name: 'shop' }))
    await page.keyboard.press('/')
    await page.keyboard.type('ga')
    assert.equal(await page.getByRole('searchbox', { name: 'Filter pipelines' }).inputValue(), 'ga')
    await page.getByRole('searchbox', { name: 'Filter pipelines' }).blur()
    await page.keyboard.press('g')
    await page.keyboard.press('a')
    await sees(page.getByRole('heading', { name: /^Approvals/, level: 1 }))
  })

  test('given a question mark, then every key of the page is listed, and Escape closes the list', async () => {
    await using visit = await given.visit('/pipelines/shop')
    const { page } = visit
    await sees(page.getByRole('button', { name: /^Source: Checkout/ }))
    await page.keyboard.press('?')
    const sheet = page.getByRole('dialog', { name: 'Keyboard' })
    for (const does of ['Go to anything', 'Show the whole picture', 'Slide through time', 'Approvals']) {
      await sees(sheet.getByText(does, { exact: true }))
    }
    await page.keyboard.press('Escape')
    await sawTheLastOf(sheet)
  })

  test('given Ctrl+K, then a part of a name leads to a pipeline', async () => {
    await using visit = await given.visit('/settings')
    const { page } = visit
    await sees(page.getByRole('heading', { name: 'Settings', level: 1 }))
    await page.keyboard.press('Control+k')
    await sees(page.getByRole('dialog', { name: 'Go to' }))
    await page.keyboard.type('doc')
    await sees(page.getByRole('option', { name: 'docs' }))
    await page.keyboard.press('Enter')
    await sees(page.getByRole('heading', { name: 'docs', level: 1 }))
    await page.keyboard.press('Control+k')
    await page.keyboard.type('audit')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await sees(page.getByRole('heading', { name: 'Audit trail', level: 1 }))
  })
})
