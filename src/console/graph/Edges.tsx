import { memo } from 'react'
import { useView } from './graph-store.ts'
import type { Edge, Layout } from './layout.ts'
import type { StageBox } from './model.ts'

/** The ways from stage to stage. */
export function Edges({ layout, stages }: { layout: Layout; stages: readonly StageBox[] }) {
  const doors = new Map(stages.map(({ name, door }) => [name, door.isOpen]))
  return (
    <svg className="pg-edges" width={layout.width + 60} height={layout.height + 60} aria-hidden="true">
      {layout.edges.map((edge) => (
        <EdgePath key={edge.stage} edge={edge} isOpen={doors.get(edge.stage) ?? true} />
      ))}
    </svg>
  )
}

const EdgePath = memo(function EdgePath({ edge, isOpen }: { edge: Edge; isOpen: boolean }) {
  const isLit = useView(
    ({ thread }) => thread !== undefined && (thread.holds.has(edge.stage) || thread.had.has(edge.stage)),
  )
  return <path d={pathOf(edge.points)} data-open={isOpen} data-lit={isLit || undefined} />
})

const ROUND = 14

/** A line through the points with rounded corners. */
export function pathOf(points: Edge['points']): string {
  const [first, ...rest] = points
  if (first === undefined) return ''
  let path = `M${first[0]} ${first[1]}`
  let from = first
  for (const [index, point] of rest.entries()) {
    const next = rest[index + 1]
    if (next === undefined) {
      path += `L${point[0]} ${point[1]}`
    } else {
      const before = towards(point, from)
      const after = towards(point, next)
      path += `L${before[0]} ${before[1]}Q${point[0]} ${point[1]} ${after[0]} ${after[1]}`
    }
    from = point
  }
  return path
}

function towards(from: readonly [number, number], to: readonly [number, number]): readonly [number, number] {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]]
  const length = Math.hypot(dx, dy)
  const step = length === 0 ? 0 : Math.min(ROUND, length / 2) / length
  return [from[0] + dx * step, from[1] + dy * step]
}
