import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLogModel, LINE_HEIGHT } from './model.ts'
import { feedOf } from './testing.ts'
import { createViewport } from './viewport.ts'

const numbered = (from: number, count: number) => Array.from({ length: count }, (_, index) => `line ${from + index}`)

function open({ lines = numbered(0, 1000), following = false } = {}) {
  const { feed, say } = feedOf(lines)
  const model = createLogModel([feed], () => false)
  model.update()
  const viewport = createViewport(model, following, () => undefined)
  viewport.resize(400)
  viewport.refresh()
  viewport.shown(viewport.place.scrollTop)
  const hear = (...more: readonly string[]): void => {
    say(...more)
    model.update()
    viewport.refresh()
  }
  return { model, viewport, hear }
}

describe('the view of a log', () => {
  it('begins where the log begins, and shows a few rows more than are in view', () => {
    const { viewport } = open()
    assert.equal(viewport.top, 0)
    assert.deepEqual(viewport.rows(), { from: 0, to: 41 })
  })

  it('knows what is in view', () => {
    const { viewport } = open()
    assert.deepEqual(
      [0, 19, 20, 999].map((place) => viewport.sees(place)),
      [true, true, false, false],
    )
  })

  it('follows the end', () => {
    const { viewport, hear } = open({ following: true })
    assert.equal(viewport.top, 980)
    hear(...numbered(1000, 10))
    assert.equal(viewport.top, 990)
    assert.equal(viewport.unseen, 0)
  })

  it('stops following when one scrolls up, and says what one has not seen', () => {
    const { viewport, hear } = open({ following: true })
    viewport.scrolled(viewport.place.scrollTop - 200)
    assert.equal(viewport.isFollowing, false)
    const { top } = viewport
    hear(...numbered(1000, 10))
    assert.equal(viewport.top, top)
    assert.equal(viewport.unseen, 10)
    viewport.follow(true)
    assert.equal(viewport.unseen, 0)
    assert.equal(viewport.top, 990)
  })

  it('follows again when one scrolls to the end', () => {
    const { viewport, hear } = open()
    viewport.scrolled(1000 * LINE_HEIGHT - 400)
    assert.equal(viewport.isFollowing, true)
    hear('more')
    assert.equal(viewport.top, 981)
  })

  it('is not moved by what is folded or unfolded above it', () => {
    const { model, viewport } = open({ lines: ['+++ First', ...numbered(0, 100), '+++ Second', ...numbered(100, 900)] })
    viewport.show(500)
    const { top } = viewport
    const [first] = model.folds
    assert.ok(first)
    model.setFolded(first, true)
    viewport.refresh()
    assert.equal(viewport.top, top)
  })

  it('is not moved by rows above it that turn out higher', () => {
    const { viewport } = open()
    viewport.show(500, 'top')
    viewport.measured(3, 400)
    assert.equal(viewport.top, 500)
  })

  it('shows the fold when what one looked at is folded away', () => {
    const { model, viewport } = open({ lines: ['+++ First', ...numbered(0, 100), '+++ Second', ...numbered(100, 900)] })
    viewport.show(50, 'top')
    const [first] = model.folds
    assert.ok(first)
    model.setFolded(first, true)
    viewport.refresh()
    assert.equal(viewport.top, 0)
  })

  it('stays at the beginning when earlier lines of another log come late', () => {
    const [first, second] = [feedOf([]), feedOf(['b1', 'b2'])]
    const model = createLogModel([first.feed, second.feed])
    model.update()
    const viewport = createViewport(model, false, () => undefined)
    viewport.refresh()
    first.say('a1', 'a2')
    model.update()
    viewport.refresh()
    assert.equal(viewport.top, 0)
  })

  it('ignores the echo of its own scrolling, even one that comes after more has arrived', () => {
    const { viewport, hear } = open({ following: true })
    const { scrollTop } = viewport.place
    viewport.shown(scrollTop)
    hear(...numbered(1000, 500))
    viewport.scrolled(scrollTop)
    assert.equal(viewport.isFollowing, true)
    assert.equal(viewport.top, 1480)
  })
})
