/** The past is read from histories; it must look as it looked then. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { approval, pipeline, Refused, world, type World } from '../../../test/scenarios/core/harness.ts'
import { at, eventOf, pick, SHAPES, step, type Step, type Untimed } from '../../../test/scenarios/core/random-steps.ts'
import { answersOf, busEvents, declared, pictureOf, summaryOf } from '../../../test/support/pictures.ts'
import { pictureAt, type DoorChange } from './at-instant.ts'
import { marksOf, nextMark } from './marks.ts'
import type { Picture } from './model.ts'
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

/** What a retry, an update, an override or a stop does to the past is told by no history; the rest is. */
const TOLD: ReadonlySet<Step['type']> = new Set(['start', 'result', 'report', 'answer', 'rule', 'transition'])

const PLAIN = SHAPES.filter((shape) => !/RETRY|ROLLBACK/.test(JSON.stringify(shape)))

for (const mode of ['SUPERSEDED', 'QUEUED'] as const) {
  test(`given any history of a ${mode} pipeline without interventions, then each of its moments looks afterwards as it did`, () => {
    const told = step.filter(({ type }) => TOLD.has(type))
    fc.assert(
      fc.property(pick, fc.array(told, { maxLength: 40, size: 'max' }), (shape, steps) => {
        const w = world(pipeline({ mode, stages: at(PLAIN, shape) ?? {} }))
        const started: string[] = []
        const sent: Untimed[] = []
        const seen: { at: number; picture: Picture }[] = []
        for (const taken of steps) {
          const event = eventOf(w, taken, started, sent)
          if (event === undefined) continue
          try {
            w.send(event)
            if ('executionId' in event && !started.includes(event.executionId)) started.push(event.executionId)
            seen.push({ at: w.now, picture: pictureOf(w, started) })
          } catch (error) {
            if (!(error instanceof Refused)) throw error
          }
        }
        const history = historyOf(answersOf(w, started))
        const doors = doorChangesOf(w)
        for (const { at: instant, picture } of seen) {
          const then = pictureAt(declared(w.state.declaration), history, doors, instant)
          assert.deepEqual(toldOf(then), toldOf(picture), `at ${instant}`)
        }
      }),
      { numRuns: Number(process.env['MODEL_RUNS'] ?? 60) },
    )
  })
}

/** whether a rule failed or erred is not in its history */
const toldOf = (picture: Picture): readonly string[] =>
  summaryOf(picture).map((line) => line.replace('Errored', 'Failed'))

const doorChangesOf = (w: World): readonly DoorChange[] =>
  busEvents(w.commands).flatMap(({ detailType, time, detail }): readonly DoorChange[] =>
    detailType === 'CodePipeline Stage Transition State Change'
      ? [
          {
            stage: String(detail['stage']),
            at: time,
            door:
              detail['state'] === 'DISABLED' ? { isOpen: false, reason: String(detail['reason']) } : { isOpen: true },
          },
        ]
      : [],
  )
