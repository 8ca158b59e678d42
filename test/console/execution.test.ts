import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { checkout, stage } from '../support/world.ts'
import { answer, commands, FILES, ground, shopStages, waitsForApproval } from './scene.ts'
import { consoleSuite, sees } from './support.ts'

consoleSuite('the execution page', (given) => {
  let shop = ''
  let flaky = ''
  before(async () => {
    const { world } = given
    await ground(world)
    shop = await world.pipeline('shop', [...shopStages], { variables: [{ name: 'Target', defaultValue: 'staging' }] })
    await world.commit('shop', { ...FILES, broken: 'yes' }, 'Break it')
    flaky = await world.pipeline('flaky', [
      stage('Source', checkout('shop', {}, { PollForSourceChanges: 'false' })),
      stage('Test', commands('Unit', ['echo --- unit tests', 'test -e mended']), commands('Lint', ['echo clean'])),
    ])
    await world.ended('flaky', flaky)
    await waitsForApproval(world, 'shop', shop)
  })

  test('given the three views, then graph, table and waterfall show the same runs, and the choice is remembered', async () => {
    await using visit = await given.visit(`/pipelines/shop/executions/${shop}`)
    const { page } = visit
    await sees(page.getByRole('listitem').filter({ hasText: 'Say hello' }))
    for (const view of ['Graph', 'Table', 'Waterfall']) {
      await page.getByRole('button', { name: view, exact: true }).click()
      const shown = page.getByRole('region', { name: 'How it went' })
      for (const action of ['Checkout', 'Compile', 'Lint', 'Release']) await sees(shown.getByText(action).first())
    }
    assert.match(page.url(), /view=waterfall/)
    await page.goto(`${given.server.url}/console/pipelines/flaky/executions/${flaky}`)
    await sees(page.getByRole('button', { name: 'Waterfall', exact: true, pressed: true }))
  })

  test('given variables and artifacts, then values and files are there to be read', async () => {
    await using visit = await given.visit(`/pipelines/shop/executions/${shop}`)
    const { page } = visit
    await sees(page.getByRole('row', { name: /Target.*staging/ }))
    await page.getByRole('tab', { name: 'Artifacts' }).click()
    await sees(page.getByText('Site').first())
  })

  test('given a failure, then it says why, with the log beside it, and a retry is a new try beside the old one', async () => {
    await using visit = await given.visit(`/pipelines/flaky/executions/${flaky}?view=table`)
    const { page } = visit
    await sees(page.getByText(/Unit failed \(JobFailed\)/))
    await page.keyboard.press('f')
    const panel = page.getByRole('region', { name: 'Test / Unit' })
    await sees(panel.getByText(/unit tests/))
    await panel.getByRole('button', { name: 'Retry this action' }).click()
    await sees(page.getByText('Unit is tried again.'))
    await sees(page.getByText('try 2').or(page.getByText('Try 2')))
    const run = await given.world.ended('flaky', flaky)
    assert.equal(run.actions.filter(({ actionName }) => actionName === 'Unit').length, 2)
  })

  test('given an approval elsewhere, then the open page goes on to the end by itself', async () => {
    await using visit = await given.visit(`/pipelines/shop/executions/${shop}`)
    const { page } = visit
    await sees(page.getByRole('heading', { level: 1 }).getByText('In progress'))
    await answer(given.world, 'shop', 'Approved')
    await sees(page.getByRole('heading', { level: 1 }).getByText('Succeeded'))
  })
})
