import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { checkout, stage } from '../support/world.ts'
import { ask, FILES, ground, waitsForApproval } from './scene.ts'
import { consoleSuite, sees } from './support.ts'

async function openDialog(page: Page) {
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Start shop' })
  await sees(dialog)
  return { dialog, start: dialog.getByRole('button', { name: 'Start', exact: true }) }
}

consoleSuite('the start dialog', (given) => {
  let oldCommit = ''
  before(async () => {
    const { world } = given
    await ground(world)
    await world.pipeline(
      'shop',
      [stage('Source', checkout('shop', {}, { PollForSourceChanges: 'false' })), stage('Approve', ask('Release'))],
      {
        executionMode: 'PARALLEL',
        variables: [
          { name: 'Target', defaultValue: 'staging', description: 'Where it goes' },
          { name: 'Ticket', defaultValue: 'none' },
        ],
      },
    )
    const [run] = await world.executions('shop')
    await waitsForApproval(world, 'shop', run?.pipelineExecutionId ?? '')
    oldCommit = (await world.executions('shop'))[0]?.sourceRevisions?.[0]?.revisionId ?? ''
    await world.commit('shop', { ...FILES, 'new.txt': 'new' }, 'Something newer')
  })

  test('given an older revision and a value, then an execution of exactly these starts, and the page shows it', async () => {
    await using visit = await given.visit('/pipelines/shop')
    const { page } = visit
    const { dialog, start } = await openDialog(page)
    await sees(dialog.getByText('2 actions in 2 stages: Source, Approve. It runs beside the others.'))
    await sees(dialog.getByText('Where it goes'))
    await dialog.getByRole('combobox', { name: 'Revision of Checkout' }).click()
    await sees(page.getByRole('option', { name: /Something newer/ }))
    await page
      .getByRole('option', { name: new RegExp(`${oldCommit}.*Say hello`) })
      .first()
      .click()
    await dialog.getByRole('textbox', { name: 'Target' }).fill('production')
    await start.click()
    await sees(page.getByText(/^shop started: [0-9a-f]{8}\.$/))
    const [newest] = await given.world.executions('shop')
    const { execution } = await given.world.look('shop', newest?.pipelineExecutionId ?? '')
    assert.deepEqual(
      execution.variables?.map(({ name, resolvedValue }) => [name, resolvedValue]),
      [
        ['Target', 'production'],
        ['Ticket', 'none'],
      ],
    )
    await sees(page.getByRole('row', { name: new RegExp(newest?.pipelineExecutionId?.slice(0, 8) ?? '') }))
    await waitsForApproval(given.world, 'shop', newest?.pipelineExecutionId ?? '')
    const started = await given.world.look('shop', newest?.pipelineExecutionId ?? '')
    assert.equal(started.execution.artifactRevisions?.[0]?.revisionId, oldCommit)
  })

  test('given a value that is too long, then the field says so and nothing can be started', async () => {
    await using visit = await given.visit('/pipelines/shop')
    const { dialog, start } = await openDialog(visit.page)
    await dialog.getByRole('textbox', { name: 'Target' }).fill('x'.repeat(1001))
    await sees(dialog.getByText('It may have 1000 characters; this has 1001.'))
    assert.equal(await start.isDisabled(), true)
    await dialog.getByRole('textbox', { name: 'Target' }).fill('x'.repeat(1000))
    assert.equal(await start.isDisabled(), false)
  })

  test('given a commit that is not there, then the execution fails and the page says why', async () => {
    await using visit = await given.visit('/pipelines/shop')
    const { page } = visit
    const { dialog, start } = await openDialog(page)
    await dialog.getByRole('combobox', { name: 'Revision of Checkout' }).fill('0'.repeat(40))
    await start.click()
    await sees(page.getByRole('cell', { name: 'Failed' }))
    await page
      .getByRole('row', { name: /^Failed/ })
      .getByRole('link')
      .click()
    await sees(page.getByRole('main').getByText(/Checkout failed .*0{40}/))
  })
})
