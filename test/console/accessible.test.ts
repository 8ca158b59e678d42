/** Every page, in both themes, against axe: nothing serious, nothing critical. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { fleet, ground } from './scene.ts'
import { consoleSuite, sees, type Visit } from './support.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** colours change in the course of a few frames, one element after the other */
const RECOLOURED = `(async () => {
  for (let quiet = 0, frames = 0; quiet < 4 && frames < 60; frames += 1) {
    await new Promise(requestAnimationFrame)
    const moving = document.getAnimations().filter(({ playState }) => playState === 'running')
    quiet = moving.length === 0 ? quiet + 1 : 0
  }
})()`

interface Finding {
  readonly id: string
  readonly impact: string
  readonly help: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** axe goes in as the browser's own code, which no policy of the page concerns. @param rules absent: all */
const findings = async (page: Page, rules?: readonly string[]): Promise<readonly Finding[]> =>
  await page.evaluate<Finding[]>(
    `${AXE}; axe.run(${JSON.stringify({ resultTypes: ['violations'], ...(rules && { runOnly: rules }) })}).then(
      ({ violations }) => violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, impact, help, nodes }) => ({
          id, impact, help,
          nodes: nodes.slice(0, 2).map(({ html, failureSummary }) => ({ html: html.slice(0, 300), failureSummary })),
        })))`,
  )

const seesTitle = async (page: Page): Promise<void> => {
  await sees(page.getByRole('heading', { level: 1 }))
  await page.waitForLoadState('networkidle')
}

const seesQuestion = (page: Page): Promise<void> =>
  sees(page.getByRole('complementary').getByRole('button', { name: /^Approve/ }))

consoleSuite('accessible', (given) => {
  let shop = ''
  let visit: Visit
  before(async () => {
    await ground(given.world)
    shop = (await fleet(given.world)).shop
    // the repository's page asks whether a path is a folder
    visit = await given.visit('/', { allow: /status of 400/ })
  })
  after(async () => await visit[Symbol.asyncDispose]())

  /** where it is, and the last thing that such a page draws */
  const pages: readonly (readonly [name: string, path: () => string, shown: (page: Page) => Promise<void>])[] = [
    ['fleet', () => '/', (page) => sees(page.getByRole('button', { name: /^Approve/ }))],
    ['new pipeline', () => '/pipelines/new', (page) => sees(page.getByText('No problem'))],
    ['pipeline', () => '/pipelines/shop', (page) => sees(page.getByRole('button', { name: /^Deploy: Web/ }))],
    ['part of a pipeline', () => '/pipelines/shop?select=action:Approve/Release', seesQuestion],
    ['editor', () => '/pipelines/shop/edit', (page) => sees(page.getByText('1 problem'))],
    ['versions', () => '/pipelines/shop/versions', (page) => sees(page.getByText('Both say the same.'))],
    ['compare', () => `/pipelines/shop/compare?a=${shop}&b=${shop}`, seesTitle],
    ['execution', () => `/pipelines/shop/executions/${shop}`, seesTitle],
    ['logs', () => `/pipelines/shop/executions/${shop}/logs`, (page) => sees(page.getByText('12 passed'))],
    ['approvals', () => '/approvals', (page) => sees(page.getByText(/files? changed/))],
    ['repositories', () => '/repositories', (page) => sees(page.getByRole('link', { name: 'shop' }))],
    ['repository', () => '/repositories/shop?path=src/cart.ts', (page) => sees(page.getByText('export const total'))],
    ['commits', () => '/repositories/shop?view=commits', (page) => sees(page.getByText('Say hello'))],
    ['build projects', () => '/codebuild/projects', seesTitle],
    ['web-hooks', () => '/webhooks', (page) => sees(page.getByText('Nothing came in yet.'))],
    ['events', () => '/events', (page) => sees(page.getByRole('cell', { name: 'FAILED' }))],
    ['audit trail', () => '/audit', (page) => sees(page.getByText('codepipeline CreatePipeline'))],
    ['settings', () => '/settings', (page) => sees(page.getByRole('button', { name: 'New user' }))],
    ['not found', () => '/nowhere', seesTitle],
  ]
  for (const [name, path, shown] of pages) {
    test(`given the page ${name}, then axe finds nothing serious in light nor in dark colours`, async () => {
      const { page } = visit
      await page.emulateMedia({ colorScheme: 'light' })
      await page.goto(`${given.server.url}/console${path()}`)
      await shown(page)
      assert.deepEqual(await findings(page), [], 'light')
      await page.emulateMedia({ colorScheme: 'dark' })
      await page.locator('body.awsui-dark-mode').waitFor({ state: 'attached' })
      await page.evaluate(RECOLOURED)
      assert.deepEqual(await findings(page, ['color-contrast', 'link-in-text-block']), [], 'dark')
    })
  }

  test('given somebody who wants no motion, then nothing moves while executions run', async () => {
    const { page } = visit
    await page.goto(`${given.server.url}/console/pipelines/shop`)
    await sees(page.getByRole('button', { name: /^Approve: Release — Needs approval/ }))
    const moving = await page.evaluate<string[]>(`document.getAnimations().flatMap(({ effect, playState }) =>
      playState === 'running' && effect.getComputedTiming().duration > 1 ? [effect.target.outerHTML.slice(0, 200)] : [])`)
    assert.deepEqual(moving, [])
  })
})
