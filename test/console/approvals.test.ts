import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { checkout, stage } from '../support/world.ts'
import { answer, ask, FILES, ground, shopStages, waitsForApproval } from './scene.ts'
import { consoleSuite, sawTheLastOf, sees } from './support.ts'

consoleSuite('approvals', (given) => {
  let first = ''
  before(async () => {
    const { world } = given
    await ground(world)
    first = await world.pipeline('shop', [...shopStages])
    await waitsForApproval(world, 'shop', first)
  })

  test('given a question about the first deployment, when it is approved on the page, then the pipeline goes on in my name', async () => {
    await using visit = await given.visit('/approvals')
    const { page } = visit
    await sees(page.getByText(/^Release [0-9a-f]{40}\?$/))
    await sees(page.getByText(/^Who may answer: everybody with a key of account 000000000000: you \(root\)/))
    const review = page.getByRole('link', { name: 'https://example.com/review/7' })
    assert.equal(await review.getAttribute('href'), 'https://example.com/review/7')
    assert.match((await review.getAttribute('rel')) ?? '', /noopener/)
    await sees(page.getByText('Nothing has been deployed by this pipeline yet: all of it is new.'))
    await sees(page.getByRole('listitem').filter({ hasText: 'Say hello' }))
    await page
      .getByRole('region', { name: 'shop: Approve / Release' })
      .getByRole('textbox', { name: 'Comment' })
      .fill('looks right')
    await page.getByRole('button', { name: 'Approve shop: Approve / Release' }).click()
    await sees(page.getByText('Approved: shop: Approve / Release.'))
    await sees(page.getByText('Nothing waits for approval.'))
    const run = await given.world.ended('shop', first)
    assert.equal(run.execution.status, 'Succeeded')
    const { externalExecutionSummary } = run.action('Release').output?.executionResult ?? {}
    assert.match(externalExecutionSummary ?? '', /looks right/)
    assert.match(run.action('Release').updatedBy ?? '', /^arn:aws:iam::/)
  })

  test('given something is deployed already, then the page shows commits, files and lines that would change', async () => {
    const { world } = given
    await world.commit('shop', { ...FILES, 'index.html': '<h1>Sale</h1>\n', 'new.css': 'p {}\n' }, 'Begin the sale')
    const id = await world.until('shop', 'a second execution', async () => {
      const [newest] = await world.executions('shop')
      return newest?.pipelineExecutionId === first ? undefined : newest?.pipelineExecutionId
    })
    await waitsForApproval(world, 'shop', id)
    await using visit = await given.visit('/approvals')
    const { page } = visit
    await sees(page.getByRole('heading', { name: '1 commit of shop' }))
    await sees(page.getByRole('listitem').filter({ hasText: 'Begin the sale Ada' }))
    await sees(page.getByRole('heading', { name: 'Artifact Site: 2 files changed' }))
    await page.getByRole('button', { name: '± changed index.html' }).click()
    const changes = page.getByLabel('Changes of index.html')
    await sees(changes.getByText('<h1>Shop</h1>'))
    await sees(changes.getByText('<h1>Sale</h1>'))
    await sees(page.getByRole('link', { name: 'Compare the two' }))
    await answer(world, 'shop', 'Rejected')
    await world.ended('shop', id)
  })

  test('given somebody answers on the command line, then the question leaves the page by itself', async () => {
    const { world } = given
    const id = await world.pipeline('second', [stage('Source', checkout('shop')), stage('Approve', ask('Release'))])
    await waitsForApproval(world, 'second', id)
    await using visit = await given.visit('/approvals')
    const { page } = visit
    const reject = page.getByRole('button', { name: 'Reject second: Approve / Release' })
    await sees(reject)
    await answer(world, 'second', 'Rejected')
    await sawTheLastOf(reject)
  })

  test('given somebody is faster by a moment, then the page says code, text and what to do', async () => {
    const { world } = given
    const id = await world.pipeline('third', [stage('Source', checkout('shop')), stage('Approve', ask('Release'))])
    await waitsForApproval(world, 'third', id)
    await using visit = await given.visit('/approvals', { allow: /the server responded with a status of 400/ })
    const { page } = visit
    const approve = page.getByRole('button', { name: 'Approve third: Approve / Release' })
    await sees(approve)
    // the answer of the other is on its way when this one is clicked
    await page.route('**/*', async (route) => {
      if (route.request().headers()['x-amz-target']?.endsWith('PutApprovalResult') === true) {
        await answer(world, 'third', 'Approved')
      }
      await route.continue()
    })
    await approve.click()
    await sees(page.getByText('third: Approve / Release: ApprovalAlreadyCompletedException'))
    await sees(page.getByText('Somebody answered before you: nothing is left to do.'))
  })
})
