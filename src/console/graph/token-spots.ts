/** Where executions stand: inside a stage on its rail, or in line in front of its door. */
import type { Layout, StageSpot } from './layout.ts'
import type { Token } from './model.ts'

export const TOKEN = { width: 84, height: 26 } as const

export interface TokenSpot {
  readonly id: string
  readonly x: number
  readonly y: number
  /** those in front cover those behind */
  readonly depth: number
}

/** so many of a line are shown whole; the others stick out from behind them */
const WHOLE = 5

export function tokenSpots({ stages, direction }: Layout, tokens: readonly Token[]): readonly TokenSpot[] {
  const spots = new Map(stages.map((spot) => [spot.name, spot]))
  const inside = Map.groupBy(
    tokens.filter(({ place }) => place.at !== 'waiting'),
    ({ place }) => place.stage,
  )
  return tokens.flatMap((token) => {
    const { place } = token
    const spot = spots.get(place.stage ?? '')
    if (spot === undefined) return []
    if (place.at === 'waiting') return [waiting(token.id, spot, place.position, direction)]
    const company = inside.get(place.stage) ?? []
    return [onRail(token.id, spot, company.indexOf(token), company.length)]
  })
}

function waiting(id: string, { door }: StageSpot, position: number, direction: Layout['direction']): TokenSpot {
  const whole = Math.min(position, WHOLE)
  const behind = Math.max(0, position - WHOLE)
  return direction === 'across'
    ? {
        id,
        x: door.x + door.width / 2 - TOKEN.width + 22,
        y: door.y + door.height + 8 + whole * (TOKEN.height + 4) + behind * 5,
        depth: -position,
      }
    : {
        id,
        x: door.x - 10 - TOKEN.width - position * 14,
        y: door.y + (door.height - TOKEN.height) / 2,
        depth: -position,
      }
}

/** Side by side while there is room, then closer and closer. */
function onRail(id: string, { rail }: StageSpot, index: number, count: number): TokenSpot {
  const step = count < 2 ? 0 : Math.min(TOKEN.width + 6, (rail.width - TOKEN.width) / (count - 1))
  return { id, x: rail.x + index * step, y: rail.y + (rail.height - TOKEN.height) / 2, depth: index }
}
