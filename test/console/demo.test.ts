/** The first ten minutes: from nothing to a site that is served, and the next push, while one page stays open. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { consoleSuite, sees } from './support.ts'

consoleSuite('the demo', (given) => {
  test('given an empty server, then a click makes a pipeline, an approval deploys it, and a push does it again', async () => {
    await using visit = await given.visit('/')
    const { page } = visit
    let loads = 0
    page.on('load', () => (loads += 1))
    await sees(page.getByRole('heading', { name: 'No pipeline yet' }))
    await page.getByRole('button', { name: 'Create the demo' }).click()

    await sees(page.getByRole('heading', { name: 'first-site', level: 1 }))
    await sees(page.getByRole('button', { name: /^Build: Pages — Succeeded/ }))
    await page.getByRole('button', { name: /^Approve: Publish — Needs approval/ }).click()
    const panel = page.getByRole('complementary')
    await sees(panel.getByText(/Publish [0-9a-f]{40}\?/))
    await panel.getByRole('button', { name: 'Approve: Approve / Publish' }).click()
    const dialog = page.getByRole('dialog', { name: 'Approve: Approve / Publish' })
    await dialog.getByRole('button', { name: 'Approve' }).click()
    await sees(page.getByRole('button', { name: /^Deploy: Website — Succeeded/ }))
    assert.match(await (await fetch(`${given.server.url}/_sites/first-site-web/`)).text(), /<h1>It works<\/h1>/)

    const commit = await given.world.commit('first-site', { 'index.html': '<h1>Again</h1>\n' }, 'Say it again')
    await sees(page.getByRole('row', { name: /Say it again/ }))
    await page
      .getByRole('button', { name: new RegExp(`^Execution ${commit.slice(0, 7)} — Needs approval, in Approve`) })
      .click()
    await panel.getByRole('button', { name: 'Approve: Approve / Publish' }).click()
    await dialog.getByRole('button', { name: 'Approve' }).click()
    await sees(page.getByRole('row', { name: /^Succeeded .*Say it again/ }))
    assert.match(await (await fetch(`${given.server.url}/_sites/first-site-web/`)).text(), /<h1>Again<\/h1>/)
    assert.equal(loads, 0, 'the page was loaded once')
  })
})
