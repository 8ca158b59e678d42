import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { layoutPipeline, levelOf, type Layout, type Rect, type StageShape } from './layout.ts'
import { boxesOf, neighbour } from './neighbour.ts'
import { tokenSpots } from './token-spots.ts'
import type { Token } from './model.ts'

const WIDE = { width: 1400, height: 700 }
const PHONE = { width: 390, height: 800 }

/** `[2, 1]`: a stage of two rows, two actions side by side and then one */
const stage = (name: string, ...rows: readonly number[]): StageShape => ({
  name,
  gates: [],
  rows: rows.map((count, row) => ({
    actions: Array.from({ length: count }, (_, index) => ({ name: `${name}${row}-${index}` })),
  })),
})

const big = Array.from({ length: 50 }, (_, index) => stage(`Stage${index}`, 50))

const inside = (outer: Rect, inner: Rect): boolean =>
  inner.x >= outer.x - 0.01 &&
  inner.y >= outer.y - 0.01 &&
  inner.x + inner.width <= outer.x + outer.width + 0.01 &&
  inner.y + inner.height <= outer.y + outer.height + 0.01

const apart = (a: Rect, b: Rect): boolean =>
  a.x + a.width <= b.x + 0.01 ||
  b.x + b.width <= a.x + 0.01 ||
  a.y + a.height <= b.y + 0.01 ||
  b.y + b.height <= a.y + 0.01

function assertSound({ stages, width, height }: Layout): void {
  const page = { x: 0, y: 0, width, height }
  for (const [index, spot] of stages.entries()) {
    assert.ok(inside(page, spot), `${spot.name} sticks out of the page`)
    for (const other of stages.slice(index + 1)) assert.ok(apart(spot, other), `${spot.name} covers ${other.name}`)
    assert.ok(
      stages.every((other) => apart(spot.door, other)),
      `the door of ${spot.name} is covered`,
    )
    const parts = [...spot.gates, ...spot.actions, spot.rail]
    for (const [one, part] of parts.entries()) {
      assert.ok(inside(spot, part), `a part sticks out of ${spot.name}`)
      for (const other of parts.slice(one + 1)) assert.ok(apart(part, other), `parts of ${spot.name} cover each other`)
    }
  }
}

describe('the layout', () => {
  test('given any pipeline and any view, then nothing covers anything, and nothing sticks out', () => {
    const shape = fc.record({
      rows: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 }),
      gates: fc.subarray(['beforeEntry', 'onSuccess', 'onFailure'] as const),
    })
    fc.assert(
      fc.property(
        fc.array(shape, { minLength: 1, maxLength: 14 }),
        fc.constantFrom(WIDE, PHONE, { width: 700, height: 300 }),
        (shapes, view) => {
          const stages = shapes.map(({ rows, gates }, index) => ({
            ...stage(`S${index}`, ...rows),
            gates: gates.map((key) => ({ key })),
          }))
          assertSound(layoutPipeline(stages, view))
        },
      ),
      { numRuns: 200 },
    )
  })

  test('given a few stages, then they stand in one line, from left to right', () => {
    const { stages } = layoutPipeline([stage('Source', 1), stage('Build', 2), stage('Deploy', 1)], WIDE)
    assert.equal(new Set(stages.map(({ y }) => y)).size, 1)
    assert.deepEqual(
      stages.map(({ x }) => x),
      stages.map(({ x }) => x).toSorted((a, b) => a - b),
    )
  })

  test('given actions of one run order, then they stand side by side; those of the next below', () => {
    const [spot] = layoutPipeline([stage('Build', 2, 1)], WIDE).stages
    const [a, b, c] = spot?.actions ?? []
    assert.ok(a && b && c)
    assert.equal(a.y, b.y)
    assert.ok(b.x > a.x && c.y > a.y + a.height)
  })

  test('given 50 stages of 50 actions, then they are broken into lines and shown larger than in one', () => {
    const { width, height, stages } = layoutPipeline(big, WIDE)
    const lines = new Set(stages.map(({ y }) => y)).size
    assert.ok(lines > 2, `${lines} lines`)
    const scale = Math.min(WIDE.width / width, WIDE.height / height)
    assert.ok(scale > 0.1, `scale ${scale}`)
    assert.equal(levelOf(scale), 'far')
  })

  test('given 50 stages of 50 actions, then it takes a few milliseconds', () => {
    const begin = performance.now()
    for (let i = 0; i < 10; i += 1) layoutPipeline(big, WIDE)
    assert.ok((performance.now() - begin) / 10 < 20)
  })

  test('given a phone, then stages stand in one column as wide as the view', () => {
    const { stages, width } = layoutPipeline([stage('Source', 1), stage('Build', 3)], PHONE)
    assert.ok(width <= PHONE.width)
    assert.deepEqual(
      stages.map(({ x }) => x),
      [0, 0],
    )
  })

  test('given the same pipeline twice, then everything stands in the same place', () => {
    assert.deepEqual(layoutPipeline(big, WIDE), layoutPipeline(big, WIDE))
  })
})

describe('walking with arrow keys', () => {
  const layout = layoutPipeline([stage('Source', 1), stage('Build', 2, 1), stage('Deploy', 1)], WIDE)
  const boxes = boxesOf(layout)
  const walk = (from: string, ...directions: readonly ('left' | 'right' | 'up' | 'down')[]): string =>
    directions.reduce((key, direction) => neighbour(boxes, key, direction), from)

  test('given an action, when walking right, then its sister comes, and then the next stage', () => {
    assert.equal(walk('action:Build/Build0-0', 'right'), 'action:Build/Build0-1')
    assert.match(walk('action:Build/Build0-1', 'right'), /Deploy/)
  })

  test('given a stage’s head, when walking down and up, then its actions come, and the head again', () => {
    assert.equal(walk('stage:Build', 'down'), 'action:Build/Build0-0')
    assert.equal(walk('stage:Build', 'down', 'up'), 'stage:Build')
    assert.equal(walk('stage:Build', 'down', 'down'), 'action:Build/Build1-0')
  })

  test('given a stage’s head, when walking right, then the door to the next comes first', () => {
    assert.equal(walk('stage:Source', 'right'), 'door:Build')
    assert.equal(walk('stage:Source', 'right', 'right'), 'stage:Build')
  })

  test('given any box of a pipeline in lines, then walking right and down reaches every stage', () => {
    const many = boxesOf(layoutPipeline(big, WIDE))
    const reached = new Set<string>()
    let key = 'stage:Stage0'
    for (let steps = 0; steps < 3000; steps += 1) {
      reached.add(key.slice(key.indexOf(':') + 1).split('/')[0] ?? '')
      const next = neighbour(many, key, 'right')
      if (next === key) break
      key = next
    }
    assert.equal(reached.size, 50)
  })

  test('given nothing lies there, then one stays', () => {
    assert.equal(walk('door:Source', 'left'), 'door:Source')
  })
})

describe('executions on the picture', () => {
  const layout = layoutPipeline([stage('Source', 1), stage('Build', 1)], WIDE)
  const token = (id: string, place: Token['place']): Token => ({
    id,
    look: 'InProgress',
    isRollback: false,
    revisions: [],
    place,
  })

  test('given two inside a stage, then they stand side by side on its rail', () => {
    const [a, b] = tokenSpots(layout, [
      token('E1', { at: 'inside', stage: 'Build' }),
      token('E2', { at: 'inside', stage: 'Build' }),
    ])
    assert.ok(a && b && b.x > a.x && a.y === b.y)
  })

  test('given a queue, then who comes first stands at the door, the others behind', () => {
    const spots = tokenSpots(
      layout,
      Array.from({ length: 12 }, (_, position) => token(`E${position}`, { at: 'waiting', stage: 'Build', position })),
    )
    assert.deepEqual(
      spots.map(({ y }) => y),
      spots.map(({ y }) => y).toSorted((a, b) => a - b),
    )
    assert.ok((spots[0]?.depth ?? 0) > (spots[5]?.depth ?? 0))
  })
})
