import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { domHeight, MAX_HEIGHT, placeAt, scrolledTo } from './scroll-scale.ts'

const VIEW = 600

describe('scrolling what is higher than a browser can draw', () => {
  it('changes nothing for what a browser can draw', () => {
    assert.equal(domHeight(5000), 5000)
    assert.deepEqual(scrolledTo(1234, { scrollTop: 1000, offset: 0 }, 5000, VIEW), {
      y: 1234,
      place: { scrollTop: 1234, offset: 0 },
    })
  })

  const total = MAX_HEIGHT * 3

  it('reaches both ends', () => {
    assert.equal(scrolledTo(0, { scrollTop: 900, offset: 50 }, total, VIEW).y, 0)
    assert.equal(scrolledTo(MAX_HEIGHT - VIEW, { scrollTop: 0, offset: 0 }, total, VIEW).y, total - VIEW)
    const end = placeAt(total - VIEW, total, VIEW)
    assert.equal(end.scrollTop, MAX_HEIGHT - VIEW)
  })

  it('goes where the bar is dragged, in proportion', () => {
    const { y } = scrolledTo((MAX_HEIGHT - VIEW) / 2, { scrollTop: 0, offset: 0 }, total, VIEW)
    assert.ok(Math.abs(y - (total - VIEW) / 2) < 2)
  })

  it('moves by pixels with the wheel, through all of it', () => {
    let place = placeAt(0, total, VIEW)
    let y = 0
    // the wheel, a hundred times, from a place in the middle
    place = placeAt((y = total / 3), total, VIEW)
    for (let turn = 0; turn < 2000; turn += 1) {
      const next = scrolledTo(place.scrollTop + 100, place, total, VIEW)
      assert.ok(Math.abs(next.y - y - 100) <= 1, `turn ${turn}: ${y} -> ${next.y}`)
      assert.ok(Math.abs(next.place.scrollTop + next.place.offset - next.y) <= 1)
      ;({ y, place } = next)
    }
  })

  it('gets to the end by the wheel alone', () => {
    let place = placeAt(total - 20_000, total, VIEW)
    let y = 0
    for (let turn = 0; turn < 400; turn += 1) {
      const scrollTop = Math.min(place.scrollTop + 100, MAX_HEIGHT - VIEW)
      ;({ y, place } = scrolledTo(scrollTop, place, total, VIEW))
    }
    assert.equal(y, total - VIEW)
  })
})
