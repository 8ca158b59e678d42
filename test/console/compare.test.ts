import { UpdatePipelineCommand } from '@aws-sdk/client-codepipeline'
import { before, test } from 'node:test'
import { checkout, stage } from '../support/world.ts'
import { commands, FILES, ground } from './scene.ts'
import { consoleSuite, sees } from './support.ts'

consoleSuite('comparing two executions', (given) => {
  let first = ''
  let second = ''
  const stages = (word: string) => [
    stage('Source', checkout('shop', {}, { PollForSourceChanges: 'false' })),
    stage(
      'Build',
      commands('Make', [`echo ${word} > made.txt`], { outputArtifacts: [{ name: 'Made', files: ['**/*'] }] }),
    ),
  ]
  before(async () => {
    const { world } = given
    await ground(world)
    first = await world.pipeline('shop', stages('one'), { variables: [{ name: 'Target', defaultValue: 'staging' }] })
    const { pipelineVersion } = (await world.ended('shop', first)).execution
    await world.commit('shop', { ...FILES, 'index.html': '<h1>Sale</h1>\n' }, 'Begin the sale')
    await world.codepipeline.send(
      new UpdatePipelineCommand({
        pipeline: {
          name: 'shop',
          version: pipelineVersion,
          roleArn: 'arn:aws:iam::000000000000:role/pipeline',
          artifactStore: { type: 'S3', location: 'artifacts' },
          pipelineType: 'V2',
          variables: [{ name: 'Target', defaultValue: 'staging' }],
          stages: stages('two'),
        },
      }),
    )
    second = await world.start('shop', { variables: [{ name: 'Target', value: 'production' }] })
    await world.ended('shop', second)
  })

  test('given two that differ, then commits, variables, artifacts and the declaration are beside each other', async () => {
    await using visit = await given.visit(`/pipelines/shop/compare?a=${first}&b=${second}`)
    const { page } = visit
    await sees(page.getByRole('heading', { name: 'Compare two executions', level: 1 }))
    const main = page.getByRole('main')
    await sees(main.getByText('Begin the sale'))
    await sees(main.getByText('staging'))
    await sees(main.getByText('production'))
    await sees(main.getByText('Made').first())
    await sees(main.getByText(/echo two/))
    await page.getByRole('button', { name: 'Change sides' }).click()
    await page.waitForURL(new RegExp(`a=${second}&b=${first}`))
  })
})
