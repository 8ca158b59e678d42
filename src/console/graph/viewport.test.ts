import assert from 'node:assert/strict'
import { test } from 'node:test'
import { layoutPipeline } from './layout.ts'
import { fitted, frameHeight, outlookOf, viewportOf } from './viewport.ts'

const stages = ['Source', 'Build', 'Deploy'].map((name) => ({
  name,
  gates: [],
  rows: [{ actions: [{ name: 'Work' }] }],
}))
const VIEW = { width: 1200, height: 560 }

test('given a small pipeline, then all of it is shown, in the middle, no larger than it is', () => {
  const layout = layoutPipeline(stages, VIEW)
  const { x, y, zoom } = fitted(layout, VIEW)
  assert.equal(zoom, 1)
  assert.ok(x > 0 && y > 0 && x + layout.width <= VIEW.width && y + layout.height <= frameHeight(layout, VIEW))
})

test('given where one looked, when it is shown again in a frame of another size, then the same is in the middle', () => {
  const layout = layoutPipeline(stages, VIEW)
  const outlook = outlookOf({ x: -120, y: 33, zoom: 0.8 }, layout, VIEW)
  const other = { width: 900, height: 400 }
  const again = outlookOf(viewportOf(outlook, layout, other), layout, other)
  assert.deepEqual(again, outlook)
})

test('given an outlook from nowhere, then the zoom stays within reason', () => {
  const layout = layoutPipeline(stages, VIEW)
  assert.ok(viewportOf({ x: 0, y: 0, zoom: 900 }, layout, VIEW).zoom < 2)
})
