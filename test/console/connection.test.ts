import { DisableStageTransitionCommand } from '@aws-sdk/client-codepipeline'
import { before, test } from 'node:test'
import { fleet, ground } from './scene.ts'
import { consoleSuite, sawTheLastOf, sees } from './support.ts'

/** what the browser itself says of a server that is gone */
const GONE = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE/

consoleSuite('the connection', (given) => {
  before(async () => {
    await ground(given.world)
    await fleet(given.world)
  })

  test('given the server dies and comes back, then the page says so, catches up by itself and says nothing more', async () => {
    await using visit = await given.visit('/pipelines/shop', { allow: GONE })
    const { page } = visit
    await sees(page.getByRole('button', { name: /^Approve: Release — Needs approval/ }))
    await page.waitForLoadState('networkidle')
    await given.kill()
    await sees(page.getByText('Connection lost'))
    await sees(page.getByText('What you see may be out of date. The page tries again by itself and catches up.'))
    await given.restart()
    await given.world.codepipeline.send(
      new DisableStageTransitionCommand({
        pipelineName: 'shop',
        stageName: 'Deploy',
        transitionType: 'Inbound',
        reason: 'changed while nobody looked',
      }),
    )
    await sawTheLastOf(page.getByText('Connection lost'))
    await sees(page.getByRole('button', { name: 'Transition into Deploy — Closed: changed while nobody looked' }))
  })

  test('given the server is gone, then what is asked says what to do, what is opened comes later, and all mends itself', async () => {
    await using visit = await given.visit('/audit', { allow: GONE })
    const { page } = visit
    await sees(page.getByRole('table', { name: 'Calls' }).getByText('codepipeline CreatePipeline'))
    await page.waitForLoadState('networkidle')
    await given.kill()
    await sees(page.getByText('Connection lost'))
    await page.getByRole('searchbox', { name: 'Filter calls' }).fill('PutApprovalResult')
    await sees(page.getByText('The server did not answer. Check that Pipewright is running and reachable'))
    await page.getByRole('link', { name: 'Repositories' }).click()
    await given.restart()
    await sees(page.getByRole('table', { name: 'Repositories' }).getByRole('link', { name: 'shop' }))
    await sawTheLastOf(page.getByText('Connection lost'))
    await page.goBack()
    await sawTheLastOf(page.getByText('The server did not answer.'))
  })
})
