import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { before, test } from 'node:test'
import { checkout, stage } from '../support/world.ts'
import { ask, commands, ground } from './scene.ts'
import { consoleSuite, sawTheLastOf, sees } from './support.ts'

consoleSuite('logs', (given) => {
  let noisy = ''
  before(async () => {
    const { world } = given
    await ground(world)
    const lines = [
      'echo --- prepare',
      'seq 1 3000 | sed "s/^/line /"',
      'echo --- verify',
      'echo "ERROR: it is broken"',
      'false',
    ]
    noisy = await world.pipeline('noisy', [
      stage('Source', checkout('shop', {}, { PollForSourceChanges: 'false' })),
      stage('Build', commands('Shout', lines), commands('Whisper', ['echo a quiet word'])),
    ])
    await world.ended('noisy', noisy)
  })

  test('given thousands of lines, then only those on the screen are drawn, search finds any, and the failure is a click away', async () => {
    await using visit = await given.visit(`/pipelines/noisy/executions/${noisy}/logs?action=Build/Shout`)
    const { page } = visit
    await sees(page.getByText('ERROR: it is broken'))
    assert.ok((await page.getByText(/^line \d+$/).count()) < 300)
    const search = page.getByRole('searchbox', { name: 'Search the log' })
    await search.fill('line 1777')
    await search.press('Enter')
    await sees(page.getByText('line 1777'))
    await page.getByRole('button', { name: 'Regular expression' }).click()
    await search.fill('^line 29[0-9]5$')
    await sees(page.getByRole('status').getByText('10'))
  })

  test('given one log or all, then the choice names each with its state', async () => {
    await using visit = await given.visit(`/pipelines/noisy/executions/${noisy}/logs`)
    const { page } = visit
    const choices = page.getByRole('navigation', { name: 'Logs of this execution' })
    await choices.getByRole('link', { name: 'Whisper' }).click()
    await sees(page.getByText('a quiet word'))
    await sawTheLastOf(page.getByText('ERROR: it is broken'))
    assert.match(page.url(), /action=.*Whisper/)
  })

  test('given the download, then it is the whole log as text', async () => {
    await using visit = await given.visit(`/pipelines/noisy/executions/${noisy}/logs?action=Build/Shout`)
    const { page } = visit
    await sees(page.getByText('ERROR: it is broken'))
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the log' }).click(),
    ])
    const text = await readFile(await download.path(), 'utf8')
    assert.ok(text.includes('line 1\n') && text.includes('line 3000\n'))
  })

  test('given a build that still runs, then its lines come while the page is open', async () => {
    const { world } = given
    const id = await world.pipeline('live', [
      stage('Source', checkout('shop', {}, { PollForSourceChanges: 'false' })),
      stage(
        'Build',
        commands('Slow', [
          'echo first words',
          'for i in 1 2 3 4 5 6; do sleep 0.3; echo "tick $i"; done',
          'echo last words',
        ]),
      ),
      stage('Wait', ask('Forever')),
    ])
    await world.buildOf('live', id, 'Slow')
    await using visit = await given.visit(`/pipelines/live/executions/${id}/logs?action=Build/Slow`)
    const { page } = visit
    await sees(page.getByText('first words'))
    await sees(page.getByText('last words'))
    await sees(page.getByText('tick 6'))
  })
})
