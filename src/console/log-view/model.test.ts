import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLogModel, LINE_HEIGHT } from './model.ts'
import { feedOf } from './testing.ts'

const shown = (lines: readonly string[], model: ReturnType<typeof createLogModel>): readonly (string | undefined)[] =>
  Array.from({ length: model.rows.rows }, (_, row) => lines[model.rows.line(row)])

describe('what the log view shows', () => {
  const lines = ['--- Install', 'a', 'b', '--- Broken', 'error: x', '+++ Test', 'c']

  it('folds quiet groups that are over, but none in which something failed', () => {
    const model = createLogModel([feedOf(lines).feed])
    model.update()
    assert.deepEqual(shown(lines, model), ['--- Install', '--- Broken', 'error: x', '+++ Test', 'c'])
    assert.equal(model.heights.total, 5 * LINE_HEIGHT)
  })

  it('leaves open what somebody reads', () => {
    const model = createLogModel([feedOf(lines).feed], () => false)
    model.update()
    assert.equal(model.rows.rows, lines.length)
  })

  it('folds a group when it ends, and not again when somebody opened it', () => {
    const { feed, say } = feedOf(['--- Install', 'a'])
    const model = createLogModel([feed])
    model.update()
    assert.equal(model.rows.rows, 2)
    say('+++ Test', 'b')
    model.update()
    assert.equal(model.rows.rows, 3)
    const [install] = model.folds
    assert.ok(install)
    model.setFolded(install, false)
    say('c')
    model.update()
    assert.equal(model.rows.rows, 5)
    assert.equal(model.foldAt(0), install)
    assert.equal(model.foldAt(1), undefined)
  })

  it('opens what hides a line that is looked for', () => {
    const model = createLogModel([feedOf(lines).feed])
    model.update()
    model.reveal(2)
    assert.equal(model.rows.isHidden(2), false)
    model.foldAll(true)
    assert.equal(model.rows.rows, 3)
    model.foldAll(false)
    assert.equal(model.rows.rows, 7)
  })

  it('gives a wrapped line the room it needs, and a cut one that was asked for all of it', () => {
    const { feed, say } = feedOf(['x'.repeat(250), 'y'])
    const model = createLogModel([feed])
    model.setColumns(100)
    model.update()
    assert.equal(model.heights.top(1), 3 * LINE_HEIGHT)
    say('z'.repeat(10_000))
    model.update()
    assert.equal(model.heights.height(2), 40 * LINE_HEIGHT)
    model.expand(2)
    assert.equal(model.heights.height(2), 100 * LINE_HEIGHT)
    model.setColumns(undefined)
    assert.equal(model.heights.total, 3 * LINE_HEIGHT)
  })
})
