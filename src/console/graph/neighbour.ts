/** Walking over the picture with arrow keys: which box lies next in a direction. */
import type { Layout, Rect } from './layout.ts'

export type Direction = 'left' | 'right' | 'up' | 'down'

/** `stage:Build`, `door:Build`, `gate:Build/beforeEntry`, `action:Build/Compile` */
export type BoxKey = string

export interface Box extends Rect {
  readonly key: BoxKey
  readonly stage: string
}

/** In the order in which they are read: door, stage, entry condition, actions, other conditions; stage by stage. */
export const boxesOf = ({ stages }: Layout): readonly Box[] =>
  stages.flatMap(({ name, door, rail, gates, actions, x, y, width }) => {
    const gateBoxes = gates.map(({ key, ...rect }) => ({ ...rect, key: `gate:${name}/${key}`, stage: name }))
    return [
      { ...door, key: `door:${name}`, stage: name },
      { x, y, width, height: rail.y - y, key: `stage:${name}`, stage: name },
      ...gateBoxes.filter(({ key }) => key.endsWith('/beforeEntry')),
      ...actions.map(({ name: action, ...rect }) => ({ ...rect, key: `action:${name}/${action}`, stage: name })),
      ...gateBoxes.filter(({ key }) => !key.endsWith('/beforeEntry')),
    ]
  })

/**
 * The nearest box in the direction, what lies straight ahead before what lies aside. Where a line of stages ends, right leads to the
 * beginning of the next, and left back.
 * @returns the box itself where there is nothing
 */
export function neighbour(boxes: readonly Box[], from: BoxKey, direction: Direction): BoxKey {
  const here = boxes.find(({ key }) => key === from)
  if (here === undefined) return boxes[0]?.key ?? from
  let best: Box | undefined
  let bestCost = Infinity
  for (const box of boxes) {
    const cost = costOf(here, box, direction)
    if (cost < bestCost) {
      best = box
      bestCost = cost
    }
  }
  return (best ?? overTheEdge(boxes, here, direction))?.key ?? from
}

/** sideways movement costs more, so that columns and rows are followed */
const ASIDE = 3

function costOf(from: Box, to: Box, direction: Direction): number {
  if (to === from) return Infinity
  const isAcross = direction === 'left' || direction === 'right'
  const ahead = direction === 'right' || direction === 'down' ? gap(from, to, isAcross) : gap(to, from, isAcross)
  if (ahead < 0) return Infinity
  const overlap = isAcross
    ? overlaps(from.y, from.height, to.y, to.height)
    : overlaps(from.x, from.width, to.x, to.width)
  const aside = isAcross ? Math.abs(middleY(from) - middleY(to)) : Math.abs(from.x - to.x)
  // another line of stages is not "right of" anything here
  if (isAcross && !overlap && aside > 2000) return Infinity
  return ahead + (overlap ? aside / 50 : aside * ASIDE + 40)
}

/** from the far edge of one to the near edge of the other; boxes that touch or overlap by a little lie ahead of each other */
const gap = (one: Rect, other: Rect, isAcross: boolean): number =>
  isAcross ? other.x - (one.x + one.width) + 1 : other.y - (one.y + one.height) + 1

const overlaps = (a: number, lengthA: number, b: number, lengthB: number): boolean => a < b + lengthB && b < a + lengthA

const middleY = ({ y, height }: Rect): number => y + height / 2

function overTheEdge(boxes: readonly Box[], here: Box, direction: Direction): Box | undefined {
  if (direction === 'right')
    return boxes.find(({ stage }, index) => stage !== here.stage && index > boxes.indexOf(here))
  if (direction === 'left') return boxes.slice(0, boxes.indexOf(here)).findLast(({ stage }) => stage !== here.stage)
  return undefined
}
