import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { approval, pipeline, world } from '../../../test/scenarios/core/harness.ts'
import { pictureOf, summaryOf } from '../../../test/support/pictures.ts'
import { countsOf, describeAction, describeDoor, describePicture, describeStage, describeToken } from './describe.ts'
import { actionsOf, type Picture } from './model.ts'
import { threadOf } from './thread.ts'

const stageOf = ({ stages }: Picture, name: string) => {
  const stage = stages.find((each) => each.name === name)
  assert.ok(stage)
  return stage
}

describe('the picture of now', () => {
  test('given a pipeline that never ran, then everything is idle and every door is open', () => {
    assert.deepEqual(summaryOf(pictureOf(world(), [])), [
      'Src: Idle  open',
      '  S: Idle ',
      'Build: Idle  open',
      '  B: Idle ',
      'Deploy: Idle  open',
      '  D: Idle ',
    ])
  })

  test('given a second run, then what it has not come to yet shows the run before, as earlier', () => {
    const w = world(pipeline({ stages: { Src: ['S'], Build: ['B', { name: 'Late', runOrder: 2 }] } }))
    w.pass('E1', 'S', 'B', 'Late')
    w.start('E2')
    w.ok('S', 'E2')
    const [b, late] = actionsOf(stageOf(pictureOf(w, ['E1', 'E2']), 'Build'))
    assert.deepEqual([b?.look, b?.isEarlier], ['InProgress', false])
    assert.deepEqual([late?.look, late?.isEarlier, late?.run?.status], ['Pending', true, 'Succeeded'])
  })

  test('given only an approval runs, then the stage and its execution wait for a person', () => {
    const w = world(pipeline({ stages: { Src: ['S'], Gate: [approval('Ask')] } }))
    w.pass('E1', 'S')
    const picture = pictureOf(w, ['E1'])
    assert.equal(stageOf(picture, 'Gate').look, 'NeedsApproval')
    assert.equal(picture.tokens[0]?.look, 'NeedsApproval')
    assert.ok(actionsOf(stageOf(picture, 'Gate'))[0]?.run?.token)
  })

  test('given an action that could not be done, then it erred and did not fail', () => {
    const w = world()
    w.pass('E1', 'S')
    w.send({ type: 'ActionFailed', ...w.running('B', 'E1'), error: { code: 'PermissionError', message: 'no' } })
    const picture = pictureOf(w, ['E1'])
    assert.deepEqual([stageOf(picture, 'Build').look, picture.tokens[0]?.look], ['Errored', 'Failed'])
  })

  test('given PARALLEL mode, then every execution stands where it is', () => {
    const w = world(pipeline({ mode: 'PARALLEL' }))
    w.pass('E1', 'S')
    w.start('E2')
    w.disable('Deploy')
    w.pass('E3', 'S', 'B')
    assert.deepEqual(
      pictureOf(w, ['E1', 'E2', 'E3']).tokens.map(({ id, place }) => `${id} ${place.at} ${place.stage}`),
      ['E1 inside Build', 'E2 inside Src', 'E3 waiting Deploy'],
    )
  })
})

describe('the thread of a revision', () => {
  const overtaken = () => {
    const w = world()
    const revision = (id: string) => ({ revision: { revisionId: id } })
    w.start('E1')
    w.ok('S', 'E1', revision('one'))
    w.ok('B', 'E1')
    w.ok('D', 'E1')
    w.start('E2')
    w.ok('S', 'E2', revision('two'))
    return pictureOf(w, ['E1', 'E2'])
  }

  test('given a newer revision has come since, then the older one holds only what the newer has not reached', () => {
    const { holds, had } = threadOf(overtaken(), 'E1')
    assert.deepEqual([[...holds], [...had]], [['Deploy'], ['Src', 'Build']])
  })

  test('given the newer revision, then it holds what it has reached', () => {
    const { holds, had, tokens } = threadOf(overtaken(), 'E2')
    assert.deepEqual([[...holds], [...had], [...tokens]], [['Src', 'Build'], [], ['E2']])
  })
})

describe('what is said of the picture', () => {
  test('given a failed action, a closed door and a waiting execution, then each is named with its state', () => {
    const w = world()
    w.pass('E1', 'S')
    w.fail('B', 'E1')
    w.disable('Build', 'Inbound', 'freeze')
    w.start('E2')
    w.ok('S', 'E2')
    const picture = pictureOf(w, ['E1', 'E2'])
    const build = stageOf(picture, 'Build')
    const [b] = actionsOf(build)
    assert.ok(b)
    assert.equal(
      describeAction(b, () => '2 minutes ago'),
      'Build: B — Failed, 2 minutes ago',
    )
    assert.equal(describeStage(build), 'Stage Build — Failed, 1 action: 1 failed')
    assert.equal(countsOf(build), '1 failed')
    assert.equal(describeDoor('Build', build.door), 'Transition into Build — Closed: freeze')
    assert.deepEqual(
      picture.tokens.map((token) => describeToken(token)),
      ['Execution E1 — Failed, came to Build', 'Execution E2 — Waiting, waits before Build'],
    )
    assert.equal(
      describePicture(picture),
      'Pipeline shop, 3 stages: Src succeeded, Build failed, Deploy never run. 1 execution under way.',
    )
  })
})
