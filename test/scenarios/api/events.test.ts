/** `spec` 13, events: what calls of the API leave in the journal. */
import { RetryStageExecutionCommand, StopPipelineExecutionCommand } from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { p3, startP3, type Tester } from '../../support/worker.ts'

/** Reads on from the last look: `pipeline STARTED`, `stage Src STARTED`, `action S STARTED`. */
async function createReader({ store, engine }: Tester) {
  let position = await store.read.events.last()
  return async (executionId: string): Promise<readonly string[]> => {
    await engine.idle()
    const rows = await store.read.events.after(position, 1000)
    position = rows.at(-1)?.sequence ?? position
    return rows
      .map(({ event }) => event)
      .filter(({ source, detail }) => source === 'aws.codepipeline' && detail['execution-id'] === executionId)
      .map(({ detail }) => {
        const what = ['action', 'stage'].find((member) => detail[member] !== undefined)
        return what === undefined
          ? `pipeline ${String(detail['state'])}`
          : `${what} ${String(detail[what])} ${String(detail['state'])}`
      })
  }
}

test('S99 given a run that succeeds, then the journal has every change in order, in the envelope of EventBridge', async () => {
  await using tester = await startP3()
  const read = await createReader(tester)
  const before = await tester.store.read.events.last()
  const id = await tester.run()
  for (const name of ['S', 'B', 'D']) await tester.ok(name)
  assert.deepEqual(await read(id), [
    'pipeline STARTED',
    ...[
      ['Src', 'S'],
      ['Build', 'B'],
      ['Deploy', 'D'],
    ].flatMap(([stage, action]) => [
      `stage ${stage} STARTED`,
      `action ${action} STARTED`,
      `action ${action} SUCCEEDED`,
      `stage ${stage} SUCCEEDED`,
    ]),
    'pipeline SUCCEEDED',
  ])
  const [first] = await tester.store.read.events.after(before, 1)
  assert.deepEqual(
    { ...first?.event, id: 'any', time: 0, detail: {} },
    {
      id: 'any',
      time: 0,
      account: '000000000000',
      region: 'eu-west-1',
      source: 'aws.codepipeline',
      detailType: 'CodePipeline Pipeline Execution State Change',
      resources: ['arn:aws:codepipeline:eu-west-1:000000000000:P3'],
      detail: {},
    },
  )
})

test('S100 given a retry, a newer execution, an update and an abandonment by calls, then each has its events', async () => {
  await using tester = await startP3()
  const read = await createReader(tester)
  const e1 = await tester.run()
  await tester.ok('S')
  await tester.fail('B')
  await read(e1)
  await tester.codepipeline.send(
    new RetryStageExecutionCommand({
      pipelineName: 'P3',
      stageName: 'Build',
      pipelineExecutionId: e1,
      retryMode: 'FAILED_ACTIONS',
    }),
  )
  assert.deepEqual(await read(e1), ['pipeline RESUMED', 'stage Build RESUMED', 'action B STARTED'])

  const e2 = await tester.run()
  await tester.ok('S')
  await tester.run()
  await read(e2)
  await tester.ok('S')
  assert.deepEqual(await read(e2), ['pipeline SUPERSEDED'])

  const b = await tester.acknowledge('B')
  await tester.update(p3())
  await read(e1)
  await tester.succeed(b)
  assert.deepEqual(await read(e1), ['action B SUCCEEDED', 'stage Build CANCELED', 'pipeline CANCELED'])

  const e4 = await tester.run()
  await read(e4)
  await tester.codepipeline.send(
    new StopPipelineExecutionCommand({ pipelineName: 'P3', pipelineExecutionId: e4, abandon: true, reason: 'enough' }),
  )
  assert.deepEqual(await read(e4), [
    'pipeline STOPPING',
    'stage Src STOPPING',
    'action S ABANDONED',
    'stage Src STOPPED',
    'pipeline STOPPED',
  ])
})
