import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { checkout, stage } from '../support/world.ts'
import { ask, fleet, ground } from './scene.ts'
import { consoleSuite, sawTheLastOf, sees } from './support.ts'

const row = (page: Page, name: string) => page.getByRole('listitem', { name, exact: true })

const namesOf = (page: Page) =>
  page.getByRole('listitem').evaluateAll((items) => items.flatMap((item) => item.getAttribute('aria-label') ?? []))

consoleSuite('the fleet page', (given) => {
  before(async () => {
    await ground(given.world)
    await fleet(given.world)
  })

  test('given pipelines in every state, then each row says the state, why, and what to do about it', async () => {
    await using visit = await given.visit('/')
    const { page } = visit
    const shop = row(page, 'shop')
    await sees(shop.getByRole('link', { name: 'Waiting' }))
    await sees(shop.getByText('Say hello'))
    await sees(shop.getByRole('button', { name: 'Approve: Approve / Release' }))
    const docs = row(page, 'docs')
    await sees(docs.getByRole('link', { name: 'Failed' }))
    await sees(docs.getByRole('button', { name: 'Retry: Build' }))
    await sees(docs.getByRole('img', { name: /^The last 1 runs of docs: .* 1 did not succeed$/ }))
  })

  test('given a filter, then it is in the address, and kept it becomes a link that counts', async () => {
    await using visit = await given.visit('/')
    const { page } = visit
    await page.getByRole('searchbox', { name: 'Filter pipelines' }).fill('state:failed')
    await sawTheLastOf(row(page, 'shop'))
    await sees(page.getByRole('heading', { name: 'Pipelines (1 of 3)' }))
    assert.equal(new URL(page.url()).searchParams.get('q'), 'state:failed')
    await page.getByRole('button', { name: 'Keep this filter' }).click()
    await page.goto(`${given.server.url}/console/`)
    const saved = page.getByRole('navigation', { name: 'Saved filters' })
    await sees(saved.getByText('(1)'))
    await saved.getByRole('link', { name: 'state:failed' }).click()
    await sawTheLastOf(row(page, 'shop'))
    await sees(row(page, 'docs'))
  })

  test('given a star, then the pipeline is on top, also after loading again', async () => {
    await using visit = await given.visit('/')
    const { page } = visit
    await sees(row(page, 'shop'))
    const last = (await namesOf(page)).at(-1) ?? ''
    await page.getByRole('button', { name: `Star ${last}`, exact: true }).click()
    await sees(page.getByRole('button', { name: `Remove the star of ${last}` }))
    assert.equal((await namesOf(page))[0], last)
    await page.reload()
    await sees(page.getByRole('button', { name: `Remove the star of ${last}` }))
    assert.equal((await namesOf(page))[0], last)
  })

  test('given a grouping by state, then each group has its name and its count', async () => {
    await using visit = await given.visit('/')
    const { page } = visit
    await page.getByLabel('Group by').selectOption('state')
    await sees(page.getByRole('heading', { name: 'failed (1)' }))
    await sees(page.getByRole('heading', { name: 'blocked (2)' }))
    const names = await namesOf(page)
    assert.deepEqual(names.slice(0, 3), ['failed', 'docs', 'blocked'])
    assert.deepEqual(names.slice(3).toSorted(), ['closed', 'shop'])
  })

  test('given a pipeline that somebody else makes and answers, then its row comes and changes by itself', async () => {
    await using visit = await given.visit('/')
    const { page } = visit
    await sees(row(page, 'shop'))
    const { world } = given
    const id = await world.pipeline('fresh', [stage('Source', checkout('shop')), stage('Approve', ask('Release'))])
    await sees(row(page, 'fresh').getByRole('link', { name: 'Waiting' }))
    await row(page, 'fresh').getByRole('button', { name: 'Reject: Approve / Release' }).click()
    const dialog = page.getByRole('dialog', { name: 'Reject: Approve / Release' })
    await dialog.getByLabel('Comment (optional)').fill('not on a Friday')
    await dialog.getByRole('button', { name: 'Reject' }).click()
    await sees(row(page, 'fresh').getByRole('link', { name: 'Failed' }))
    const run = await world.ended('fresh', id)
    assert.match(run.action('Release').output?.executionResult?.externalExecutionSummary ?? '', /not on a Friday/)
  })
})
