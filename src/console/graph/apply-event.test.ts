/** What live events make of the picture must be what the API would answer. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { pipeline, Refused, world, type World } from '../../../test/scenarios/core/harness.ts'
import { at, eventOf, pick, SHAPES, step, type Step, type Untimed } from '../../../test/scenarios/core/random-steps.ts'
import { applyEvent, applyEvents } from './apply-event.ts'
import { isOver, type Picture } from './model.ts'
import { busEvents, pictureOf, summaryOf, tokensOf } from '../../../test/support/pictures.ts'

const activeTokensOf = ({ tokens }: Picture) => tokensOf({ tokens: tokens.filter((token) => !isOver(token)) })

/** Applies all events of the commands. */
const follow = (picture: Picture, commands: Parameters<typeof busEvents>[0]) =>
  applyEvents(picture, busEvents(commands))

function play(w: World, steps: readonly Step[]): { applied: number; asked: number } {
  const started: string[] = []
  const sent: Untimed[] = []
  let picture = pictureOf(w, started)
  let [applied, asked] = [0, 0]
  for (const taken of steps) {
    const event = eventOf(w, taken, started, sent)
    // in PARALLEL mode only its first run shows where an execution began that did not begin at the beginning
    const isParallel = w.state.declaration.executionMode === 'PARALLEL'
    if (event === undefined || (isParallel && event.type === 'StartFromStageRequested')) continue
    try {
      const commands = w.send(event)
      if ('executionId' in event && !started.includes(event.executionId)) started.push(event.executionId)
      const next = follow(picture, commands)
      const now = pictureOf(w, started)
      // PARALLEL executions outlive their version: no stage knows of them, and their own structure is another one
      const hasRelics = Object.values(w.state.executions).some(
        ({ pipelineVersion, at: place }) => place !== undefined && pipelineVersion !== w.state.version,
      )
      // which condition a rule belongs to, and what its failure led to, is told of no PARALLEL execution
      const isObscure = isParallel && w.ruleRuns.size > 0
      if (next.isStale || hasRelics || isObscure) {
        if (next.isStale) asked += 1
        else applied += 1
        picture = now
      } else {
        applied += 1
        picture = next.picture
        // in PARALLEL mode no answer says in what order they entered: which of those inside a stage shows may differ
        const told = isParallel ? activeTokensOf : summaryOf
        assert.deepEqual(told(picture), told(now), `after ${JSON.stringify(event)}`)
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error
    }
  }
  return { applied, asked }
}

for (const mode of ['SUPERSEDED', 'QUEUED', 'PARALLEL'] as const) {
  test(`given any history of a ${mode} pipeline, then the picture that events made is the one that the API’s answers make`, () => {
    let [applied, asked] = [0, 0]
    fc.assert(
      fc.property(pick, fc.array(step, { maxLength: 60, size: 'max' }), (shape, steps) => {
        const counts = play(world(pipeline({ mode, stages: at(SHAPES, shape) ?? {} })), steps)
        applied += counts.applied
        asked += counts.asked
      }),
      { numRuns: Number(process.env['MODEL_RUNS'] ?? 100) },
    )
    assert.ok(applied > asked * 3, `${asked} of ${applied + asked} steps had to ask again`)
  })
}

describe('an event', () => {
  test('given a picture, when an action starts, then only its stage’s object changes', () => {
    const w = world()
    const before = pictureOf(w, [])
    const { picture } = follow(before, w.start('E1'))
    assert.notEqual(picture.stages[0], before.stages[0])
    assert.equal(picture.stages[1], before.stages[1])
  })

  test('given a picture, when an event of another pipeline arrives, then nothing changes', () => {
    const w = world()
    const picture = pictureOf(w, [])
    const [event] = busEvents(w.start('E1'))
    assert.ok(event)
    const applied = applyEvent(picture, { ...event, detail: { ...event.detail, pipeline: 'other' } })
    assert.deepEqual(applied, { picture, isStale: false })
    assert.equal(applied.picture, picture)
  })

  test('given a picture, when an event of a newer version arrives, then the answers are to be asked for again', () => {
    const w = world()
    const picture = pictureOf(w, [])
    w.update()
    const [event] = busEvents(w.start('E1'))
    assert.ok(event)
    assert.equal(applyEvent(picture, event).isStale, true)
  })

  test('given the same events twice, then the picture is the same as after once', () => {
    const w = world()
    const commands = [...w.start('E1'), ...w.ok('S', 'E1'), ...w.fail('B', 'E1')]
    const once = follow(pictureOf(world(), []), commands).picture
    assert.deepEqual(summaryOf(follow(once, commands).picture), summaryOf(once))
  })

  test('given a source action succeeds, then its execution carries the revision', () => {
    const w = world()
    const { picture } = follow(pictureOf(w, []), [
      ...w.start('E1'),
      ...w.ok('S', 'E1', { progress: { externalExecutionId: 'c0ffee', summary: 'Fix it' } }),
    ])
    assert.deepEqual(picture.tokens[0]?.revisions, [{ action: 'S', id: 'c0ffee', summary: 'Fix it' }])
  })

  test('given PARALLEL mode, when two executions run, then both stand in their stages', () => {
    const w = world(pipeline({ mode: 'PARALLEL' }))
    const { picture } = follow(pictureOf(w, []), [...w.start('E1'), ...w.ok('S', 'E1'), ...w.start('E2')])
    assert.deepEqual(
      picture.tokens.map(({ id, place }) => [id, place.at, place.stage]),
      [
        ['E1', 'inside', 'Build'],
        ['E2', 'inside', 'Src'],
      ],
    )
  })
})
