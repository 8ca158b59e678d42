import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { checkout, stage } from '../support/world.ts'
import { answer, ask, commands, FILES, ground, waitsForApproval } from './scene.ts'
import { consoleSuite, sawTheLastOf, sees } from './support.ts'

const box = (page: Page, name: RegExp | string) => page.getByRole('button', { name })

consoleSuite('the pipeline page', (given) => {
  let first = ''
  before(async () => {
    const { world } = given
    await ground(world)
    first = await world.pipeline('shop', [
      stage('Source', checkout('shop')),
      stage('Build', commands('Compile', ['echo compiling']), commands('Lint', ['echo clean'])),
      stage('Approve', ask('Release', { CustomData: 'Go?' })),
      stage('Deploy', commands('Ship', ['echo shipped'])),
    ])
    await waitsForApproval(world, 'shop', first)
  })

  test('given an execution under way, then the picture names every stage and action with its state', async () => {
    await using visit = await given.visit('/pipelines/shop')
    const { page } = visit
    await sees(
      page.getByRole('application', {
        name: 'Pipeline shop, 4 stages: Source succeeded, Build succeeded, Approve needs approval, Deploy never run. 1 execution under way.',
      }),
    )
    for (const name of ['Source: Checkout — Succeeded', 'Build: Compile — Succeeded', 'Build: Lint — Succeeded']) {
      await sees(box(page, new RegExp(`^${name}`)))
    }
    await sees(box(page, /^Execution [0-9a-f]{7} — Needs approval, in Approve/))
  })

  test('given a newer execution behind the one that waits, then it stands before the stage and says for whom it waits', async () => {
    const { world } = given
    await using visit = await given.visit('/pipelines/shop')
    const { page } = visit
    await sees(box(page, /^Approve: Release — Needs approval/))
    const commit = await world.commit('shop', { ...FILES, 'a.txt': 'a' }, 'Stand in line')
    const token = box(page, new RegExp(`^Execution ${commit.slice(0, 7)} — .*waits before Approve`))
    await sees(token)
    await token.click()
    const panel = page.getByRole('complementary')
    await sees(panel.getByRole('link', { name: 'Open the execution' }))
    assert.match(page.url(), /select=token/)
    await page.reload()
    await sees(panel.getByRole('link', { name: 'Open the execution' }))
    await answer(world, 'shop', 'Approved')
    await world.ended('shop', first)
    await sees(box(page, new RegExp(`^Execution ${commit.slice(0, 7)} — Needs approval, in Approve`)))
    await sees(box(page, /^Deploy: Ship — Succeeded/))
  })

  test('given a door closed on the page with a reason, then whoever comes waits there, until it is opened on the page', async () => {
    await using visit = await given.visit('/pipelines/shop')
    const { page } = visit
    await box(page, 'Transition into Deploy — Open').click()
    await page.getByRole('complementary').getByRole('button', { name: 'Close the door' }).click()
    const dialog = page.getByRole('dialog', { name: 'Close the transition into Deploy' })
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('stock-taking')
    await dialog.getByRole('button', { name: 'Close the door' }).click()
    await sees(box(page, 'Transition into Deploy — Closed: stock-taking'))
    await answer(given.world, 'shop', 'Approved')
    await sees(box(page, /^Execution .* waits before Deploy: the transition is closed .*stock-taking/))
    await page.getByRole('complementary').getByRole('button', { name: 'Open the door' }).first().click()
    await sees(box(page, 'Transition into Deploy — Open'))
    await sawTheLastOf(box(page, /waits before Deploy/))
    await sees(page.getByRole('row', { name: /^Succeeded .*Stand in line/ }))
  })

  test('given the keyboard, then arrows walk the picture, Enter opens, Escape closes', async () => {
    await using visit = await given.visit('/pipelines/shop')
    const { page } = visit
    await sees(box(page, /^Source: Checkout/))
    await box(page, /^Stage Source/).focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    const panel = page.getByRole('complementary')
    await sees(panel.getByRole('heading', { name: 'Compile' }))
    await page.keyboard.press('Escape')
    await sawTheLastOf(panel)
  })

  test('given the time slider, then the picture is as it was, the address tells when, and Now leads back', async () => {
    await using visit = await given.visit('/pipelines/shop')
    const { page } = visit
    await sees(box(page, /^Deploy: Ship — Succeeded/))
    await page.getByRole('button', { name: 'Time', exact: true }).click()
    const slider = page.getByRole('slider', { name: 'Instant that the picture shows' })
    assert.equal(await slider.getAttribute('aria-valuetext'), 'now')
    const back = page.getByRole('button', { name: 'The change before' })
    while ((await box(page, /^Deploy: Ship — Never run/).count()) === 0) await back.click()
    await sees(box(page, /^Approve: Release — Needs approval/))
    await page.waitForURL(/[?&]at=2/)
    await page.reload()
    await sees(box(page, /^Deploy: Ship — Never run/))
    await page.getByRole('button', { name: 'Now', exact: true }).click()
    await sees(box(page, /^Deploy: Ship — Succeeded/))
  })
})
