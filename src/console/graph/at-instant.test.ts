/** The past is read from histories; it must look as it looked then. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { approval, pipeline, world, type World } from '../../../test/scenarios/core/harness.ts'
import { answersOf, declared, pictureOf, summaryOf } from '../../../test/support/pictures.ts'
import { pictureAt, type DoorChange } from './at-instant.ts'
import { marksOf, nextMark } from './marks.ts'
import { historyOf } from './picture.ts'

/** Plays the steps, and compares each moment with what is told of it afterwards. */
function replay(
  w: World,
  ids: readonly string[],
  steps: readonly (() => unknown)[],
  doors: () => readonly DoorChange[] = () => [],
) {
  const seen = steps.map((step) => {
    step()
    const started = ids.filter((id) => [...w.runs.values()].some((run) => run.executionId === id) || isKnown(w, id))
    return { at: w.now, lines: summaryOf(pictureOf(w, started)) }
  })
  const history = historyOf(answersOf(w, ids))
  for (const { at, lines } of seen) {
    assert.deepEqual(summaryOf(pictureAt(declared(w.state.declaration), history, doors(), at)), lines, `at ${at}`)
  }
}

function isKnown(w: World, id: string): boolean {
  try {
    return w.execution(id).id === id
  } catch {
    return false
  }
}

describe('an instant of the past', () => {
  test('given a run through all stages, then each moment of it looks as it did', () => {
    const w = world()
    replay(w, ['E1'], [() => w.start('E1'), () => w.ok('S', 'E1'), () => w.ok('B', 'E1'), () => w.ok('D', 'E1')])
  })

  test('given a second execution that waits for the first, then it waited then, too', () => {
    const w = world(pipeline({ mode: 'QUEUED' }))
    replay(
      w,
      ['E1', 'E2', 'E3'],
      [
        () => w.start('E1'),
        () => w.start('E2'),
        () => w.start('E3'),
        () => w.ok('S', 'E1'),
        () => w.ok('S', 'E2'),
        () => w.ok('B', 'E1'),
        () => w.ok('D', 'E1'),
      ],
    )
  })

  test('given an action fails, then the stage had failed from then on', () => {
    const w = world()
    replay(w, ['E1', 'E2'], [() => w.start('E1'), () => w.ok('S', 'E1'), () => w.fail('B', 'E1'), () => w.start('E2')])
  })

  test('given an approval, then it had been asked for before it was answered', () => {
    const w = world(pipeline({ stages: { Src: ['S'], Gate: [approval('Ask')], Deploy: ['D'] } }))
    replay(w, ['E1'], [() => w.start('E1'), () => w.ok('S', 'E1'), () => w.answer('E1', 'Gate', 'Ask', 'Approved')])
  })

  test('given a door that was closed and opened since, then it was closed in between', () => {
    const w = world()
    let closedAt = 0
    let openedAt = 0
    const doors = (): readonly DoorChange[] => [
      { stage: 'Deploy', at: closedAt, door: { isOpen: false, reason: 'not now' } },
      { stage: 'Deploy', at: openedAt, door: { isOpen: true } },
    ]
    replay(
      w,
      ['E1'],
      [
        () => w.start('E1'),
        () => {
          w.disable('Deploy')
          closedAt = w.now
        },
        () => w.ok('S', 'E1'),
        () => w.ok('B', 'E1'),
        () => {
          w.enable('Deploy')
          openedAt = w.now
        },
      ],
      doors,
    )
  })
})

describe('marks', () => {
  test('given a history, then there is one for each instant at which something changed, and one can walk along them', () => {
    const w = world()
    w.pass('E1', 'S', 'B')
    w.fail('D', 'E1')
    const marks = marksOf(historyOf(answersOf(w, ['E1'])), [])
    assert.deepEqual(
      marks.map(({ kind, label }) => `${kind}: ${label}`),
      ['started: E1 started', 'action: Build: B started', 'action: Deploy: D started', 'failed: E1: Failed'],
    )
    const [first, second] = marks
    assert.equal(nextMark(marks, first?.at ?? 0, 'forward'), second)
    assert.equal(nextMark(marks, first?.at ?? 0, 'back'), undefined)
  })
})
