import { GetPipelineCommand } from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { checkout, stage } from '../support/world.ts'
import { ask, ground } from './scene.ts'
import { consoleSuite, sees } from './support.ts'

const problems = (page: Page) => page.getByRole('region', { name: 'Problems' })

consoleSuite('the editor', (given) => {
  before(async () => {
    await ground(given.world)
    const source = stage('Source', checkout('shop', {}, { PollForSourceChanges: 'false' }))
    await given.world.pipeline('shop', [source, stage('Approve', ask('Release'))])
  })

  const declared = async (name: string, version?: number) =>
    (await given.world.codepipeline.send(new GetPipelineCommand({ name, version }))).pipeline

  test('given a change in the form, then text and picture follow, and the review says what it comes to', async () => {
    await using visit = await given.visit('/pipelines/shop/edit')
    const { page } = visit
    await sees(problems(page).getByText('No problem'))
    assert.equal(await page.getByRole('button', { name: 'Review and save' }).isDisabled(), true)
    await page.getByRole('textbox', { name: 'Name of stage 2' }).fill('Release')
    await page.getByRole('button', { name: 'Add an action to Release' }).click()
    await sees(page.getByRole('button', { name: 'Stage Release — Never run, 2 actions: 2 never run' }))
    await sees(page.getByRole('textbox', { name: 'Definition in YAML' }).getByText('echo hello'))
    await page.getByRole('button', { name: 'Review and save' }).click()
    const review = page.getByRole('dialog', { name: 'Save shop as version 2' })
    await sees(review.getByRole('row', { name: /Commands/ }))
    await review.getByRole('button', { name: 'Save' }).click()
    await sees(page.getByText('shop is saved as version 2.'))
    const { stages = [] } = (await declared('shop')) ?? {}
    assert.deepEqual(
      stages[1]?.actions?.map(({ name }) => name),
      ['Release', 'Commands'],
    )
  })

  test('given a mistake in the text, then it is told with its line, and nothing can be saved', async () => {
    await using visit = await given.visit('/pipelines/shop/edit')
    const { page } = visit
    const text = page.getByRole('textbox', { name: 'Definition in YAML' })
    await text.getByText('provider: Manual').click()
    await page.keyboard.press('End')
    await page.keyboard.type('ly')
    await sees(
      problems(page)
        .getByRole('listitem')
        .filter({ hasText: /line \d+.*Manually/s }),
    )
    assert.equal(await page.getByRole('button', { name: 'Review and save' }).isDisabled(), true)
  })

  test('given an old version, when it is restored, then it becomes the newest', async () => {
    await using visit = await given.visit('/pipelines/shop/versions')
    const { page } = visit
    await sees(page.getByRole('heading', { name: 'Version 1 against version 2' }))
    await page.getByRole('button', { name: 'Restore version 1' }).click()
    await sees(page.getByText('Version 1 as a new version'))
    await page.getByRole('button', { name: 'Review and save' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await sees(page.getByText('shop is saved as version 3.'))
    const [first, third] = [await declared('shop', 1), await declared('shop')]
    assert.deepEqual(third?.stages, first?.stages)
  })

  test('given a template and a name, then the pipeline is created with all that it needs', async () => {
    await using visit = await given.visit('/pipelines/new')
    const { page } = visit
    const name = page.getByRole('textbox', { name: 'Name of the pipeline and its repository' })
    await name.fill('brand-new')
    await name.press('Enter')
    await sees(
      page
        .getByRole('textbox', { name: /^Definition in/ })
        .getByText('brand-new')
        .first(),
    )
    await page.getByRole('button', { name: 'Create pipeline' }).click()
    await sees(page.getByText('brand-new is created.'))
    await sees(page.getByRole('heading', { name: 'brand-new', level: 1 }))
    assert.equal((await declared('brand-new'))?.version, 1)
  })

  test('given the server refuses, then its code, its text and what to do are said', async () => {
    await using visit = await given.visit('/pipelines/new', { allow: /the server responded with a status of 400/ })
    const { page } = visit
    const name = page.getByRole('textbox', { name: 'Name of the pipeline and its repository' })
    await name.fill('shop')
    await name.press('Enter')
    await page.getByRole('button', { name: 'Create pipeline' }).click()
    const alert = page.getByRole('main').getByText('PipelineNameInUseException')
    await sees(alert)
    await sees(page.getByText(/'?shop'? already exists/))
  })
})
