import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Command } from '../../../src/core/execution/execution.ts'
import { action, ANA, details, eventsOf, pipeline, published, rule, world } from './harness.ts'

test('S99 given a simple run, when it succeeds, then every change of state is published in order', () => {
  const w = world()
  w.pass('E1', 'S', 'B', 'D')
  assert.deepEqual(published(w.commands), [
    'pipeline E1 STARTED',
    ...[
      ['Src', 'S'],
      ['Build', 'B'],
      ['Deploy', 'D'],
    ].flatMap(([stage, action]) => [
      `stage E1 ${stage} STARTED`,
      `action E1 ${action} STARTED`,
      `action E1 ${action} SUCCEEDED`,
      `stage E1 ${stage} SUCCEEDED`,
    ]),
    'pipeline E1 SUCCEEDED',
  ])
})

test('S99 given a run with artifacts, when its events are read, then they have the members that the documentation names', () => {
  const w = world(
    pipeline({
      stages: {
        Src: [{ name: 'S', outputArtifacts: [{ name: 'A' }] }],
        Build: [{ name: 'B', inputArtifacts: [{ name: 'A' }] }],
      },
    }),
  )
  const [started, stage, action] = details(w.start('E1'))
  const [{ startedAt, id }, { key }] = [w.lastRun('S', 'E1'), w.lastRun('S', 'E1').outputArtifacts[0] ?? { key: '' }]
  const common = { pipeline: 'shop', 'execution-id': 'E1', 'start-time': new Date(startedAt).toISOString() }
  const version = { version: 1, 'pipeline-execution-attempt': 1 }
  assert.deepEqual(started, {
    ...common,
    'execution-trigger': { 'trigger-type': 'StartPipelineExecution', 'trigger-detail': ANA },
    state: 'STARTED',
    ...version,
  })
  assert.deepEqual(stage, { ...common, stage: 'Src', state: 'STARTED', ...version })
  const source = {
    ...common,
    stage: 'Src',
    action: 'S',
    'action-execution-id': id,
    region: 'eu-west-1',
    type: { owner: 'Custom', category: 'Source', provider: 'TSrc', version: '1' },
    ...version,
  }
  assert.deepEqual(action, { ...source, state: 'STARTED', 'input-artifacts': [] })
  const artifact = { name: 'A', s3location: { bucket: 'artifacts', key } }
  const [succeeded, , , building] = details(
    w.ok('S', 'E1', {
      revision: { revisionId: 'c1', revisionSummary: 'fix' },
      progress: { externalExecutionId: 'x1', summary: 'fetched' },
    }),
  )
  assert.deepEqual(succeeded, {
    ...source,
    state: 'SUCCEEDED',
    'output-artifacts': [artifact],
    'execution-result': { 'external-execution-summary': 'fetched', 'external-execution-id': 'x1' },
  })
  assert.deepEqual(building?.['input-artifacts'], [artifact])
  const [failed, , over] = details(w.fail('B', 'E1', 'Bucket not found'))
  assert.deepEqual(failed?.['execution-result'], {
    'external-execution-summary': 'Bucket not found',
    'error-code': 'JobFailed',
  })
  assert.deepEqual(over?.['source-revisions'], [{ name: 'A', 'revision-id': 'c1', 'revision-summary': 'fix' }])
  const [envelope] = w.commands.flatMap((command) => (command.type === 'PublishEvent' ? [command.event] : []))
  assert.deepEqual(
    { ...envelope, detail: {} },
    {
      account: '111122223333',
      region: 'eu-west-1',
      time: startedAt,
      source: 'aws.codepipeline',
      detailType: 'CodePipeline Pipeline Execution State Change',
      resources: ['arn:aws:codepipeline:eu-west-1:111122223333:shop'],
      detail: {},
    },
  )
})

test('S99 given a run that a git trigger started, when its events are published, then all of the pipeline’s carry the flat git fields', () => {
  const w = world()
  w.start('E1', {
    trigger: { type: 'WebhookV2', detail: JSON.stringify({ 'commit-id': 'c1', 'branch-name': 'main' }) },
  })
  for (const name of ['S', 'B', 'D']) w.ok(name, 'E1')
  const ofPipeline = details(w.commands).filter((detail) => detail['stage'] === undefined)
  assert.deepEqual(
    ofPipeline.map((detail) => detail['execution-trigger']),
    [1, 2].map(() => ({ 'commit-id': 'c1', 'branch-name': 'main' })),
  )
})

test('S100 given a failed stage, when it is retried, then pipeline and stage are RESUMED with attempt 2', () => {
  const w = world()
  w.pass('E1', 'S', 'B')
  w.fail('D', 'E1')
  const commands = w.retry('E1', 'Deploy')
  assert.deepEqual(published(commands), ['pipeline E1 RESUMED', 'stage E1 Deploy RESUMED', 'action E1 D STARTED'])
  assert.deepEqual(
    details(commands).map((detail) => detail['pipeline-execution-attempt']),
    [2, 2, 2],
  )
  const retriedAt = new Date(w.now).toISOString()
  const [, stageEnd] = details(w.ok('D', 'E1'))
  assert.equal(stageEnd?.['stage-last-retry-attempt-time'], retriedAt)
})

test('S100 given E2 waits, when E3 supersedes it, then pipeline SUPERSEDED is published', () => {
  const w = world()
  for (const id of ['E1', 'E2']) w.start(id)
  assert.deepEqual(published(w.start('E3')), ['pipeline E3 STARTED', 'pipeline E2 SUPERSEDED'])
})

test('S100 given a stage with a later group, when an update cancels it, then the unstarted action, the stage and the pipeline are CANCELED', () => {
  const w = world(pipeline({ stages: { Src: ['S'], Build: ['B', { name: 'Late', runOrder: 2 }] } }))
  w.pass('E1', 'S')
  w.acknowledge('B', 'E1')
  assert.deepEqual(published(w.update()), [])
  assert.deepEqual(published(w.ok('B', 'E1')), [
    'action E1 B SUCCEEDED',
    'action E1 Late CANCELED',
    'stage E1 Build CANCELED',
    'pipeline E1 CANCELED',
  ])
})

test('S100 given B runs, when the execution is abandoned, then action, stage and pipeline say so, with the comments', () => {
  const w = world()
  w.pass('E1', 'S')
  const commands = w.stop('E1', { abandon: true, reason: 'enough' })
  assert.deepEqual(published(commands), [
    'pipeline E1 STOPPING',
    'stage E1 Build STOPPING',
    'action E1 B ABANDONED',
    'stage E1 Build STOPPED',
    'pipeline E1 STOPPED',
  ])
  assert.deepEqual(
    details(commands).map((detail) => detail['stop-execution-comments']),
    ['enough', undefined, undefined, undefined, 'enough'],
  )
})

/** `Waiting Deploy`, `Transition Deploy DISABLED`: the events of our own, in order */
const owned = (commands: readonly Command[]): readonly string[] =>
  eventsOf(commands)
    .filter(({ source }) => source === 'pipewright.codepipeline')
    .map(({ detailType, detail }) =>
      [
        detailType.replace(/^CodePipeline (?:Pipeline |Stage )?/, '').replace(/ State Change$| Change$/, ''),
        detail['execution-id'],
        detail['stage'],
        detail['condition'],
        detail['state'],
      ]
        .filter((part) => typeof part === 'string')
        .join(' '),
    )

test('given E1 is in the stage, when E2 comes to it, then it is published that E2 waits, and for whom', () => {
  const w = world()
  assert.deepEqual(owned(w.start('E1')), [])
  const commands = w.start('E2')
  assert.deepEqual(owned(commands), ['Execution Waiting E2 Src'])
  const detail = eventsOf(commands).at(-1)?.detail
  assert.equal(detail?.['held-by'], 'E1')
  assert.equal(detail['since'], new Date(w.now).toISOString())
})

test('given a stage, when its inbound transition is closed and opened, then both are published with who and why', () => {
  const w = world()
  const [closed] = eventsOf(w.disable('Deploy', 'Inbound', 'freeze'))
  assert.deepEqual(closed?.detail, {
    pipeline: 'shop',
    stage: 'Deploy',
    state: 'DISABLED',
    reason: 'freeze',
    'changed-by': ANA,
    'changed-at': new Date(w.now).toISOString(),
  })
  assert.deepEqual(owned(w.enable('Deploy')), ['Transition Deploy ENABLED'])
  assert.deepEqual(owned(w.enable('Deploy')), [], 'opening what is open changes nothing')
})

test('given a condition before a stage, when it is asked, fails and is overridden, then each change is published', () => {
  const conditions = [{ result: 'FAIL' as const, rules: [rule('Open')] }]
  const w = world(
    pipeline({
      stages: { Src: ['S'], Deploy: { actions: [action({ name: 'D' })], beforeEntry: { conditions } } },
    }),
  )
  w.start('E1')
  assert.deepEqual(owned(w.ok('S', 'E1')), ['Condition E1 Deploy beforeEntry InProgress'])
  const failed = w.unmet('Open', 'E1', 'closed')
  assert.deepEqual(owned(failed), ['Condition E1 Deploy beforeEntry Failed'])
  assert.equal(eventsOf(failed)[0]?.detail['summary'], 'Rule Open failed: closed')
  assert.deepEqual(owned(w.override('E1', 'Deploy', 'beforeEntry')), ['Condition E1 Deploy beforeEntry Overridden'])
})

test('given a rule that runs, when it tells of its work or of the time it waits for, then that is published, once', () => {
  const conditions = [{ result: 'FAIL' as const, rules: [rule('Open')] }]
  const w = world(
    pipeline({
      stages: { Src: ['S'], Deploy: { actions: [action({ name: 'D' })], beforeEntry: { conditions } } },
    }),
  )
  w.pass('E1', 'S')
  const about = w.runningRule('Open', 'E1')
  const progress = { externalExecutionId: 'b:1', externalExecutionUrl: 'https://x/b:1' }
  const [told, ...others] = eventsOf(w.send({ type: 'RuleWaiting', ...about, progress }))
  assert.deepEqual(others, [])
  assert.equal(told?.detailType, 'CodePipeline Rule Execution Progress')
  const detail = {
    pipeline: 'shop',
    'execution-id': 'E1',
    'start-time': new Date(w.rulesOf('Open', 'E1')[0]?.startedAt ?? 0).toISOString(),
    stage: 'Deploy',
    condition: 'beforeEntry',
    'rule-execution-id': about.ruleExecutionId,
    rule: 'Open',
    'execution-result': { 'external-execution-id': 'b:1', 'external-execution-url': 'https://x/b:1' },
    version: 1,
    'pipeline-execution-attempt': 1,
  }
  assert.deepEqual(told.detail, detail)
  assert.deepEqual(eventsOf(w.send({ type: 'RuleWaiting', ...about, progress })), [])
  const until = w.now + 60_000
  const [waits] = eventsOf(w.send({ type: 'RuleWaiting', ...about, until }))
  assert.deepEqual(waits?.detail, { ...detail, 'waiting-until': new Date(until).toISOString() })
})

test('given a pipeline, when it is updated, then its new version is published', () => {
  const w = world()
  const [event] = eventsOf(w.update())
  assert.deepEqual(event?.detail, { pipeline: 'shop', state: 'UPDATED', version: 2 })
})
