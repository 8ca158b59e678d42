/** The nodes of React Flow, one a stage. A stage that did not change keeps its object, and is not drawn again. */
import type { Node } from '@xyflow/react'
import type { Layout, StageSpot } from './layout.ts'
import { tokenNames, type Picture, type StageBox } from './model.ts'

export type StageNodeData = {
  readonly stage: StageBox
  readonly spot: StageSpot
  /** what people call the execution that was in it last; absent when its token stands there and says so itself */
  readonly holder: string | undefined
}
export type StageFlowNode = Node<StageNodeData, 'stage'>

/** @returns a function that remembers what it made last */
export function createNodes(): (picture: Picture, layout: Layout) => StageFlowNode[] {
  let known: ReadonlyMap<string, StageFlowNode> = new Map()
  return (picture, layout) => {
    const names = tokenNames(picture.tokens)
    const here = new Set(
      picture.tokens.filter(({ place }) => place.at !== 'waiting').map(({ id, place }) => `${id} ${place.stage}`),
    )
    const next = new Map<string, StageFlowNode>()
    for (const [index, spot] of layout.stages.entries()) {
      const stage = picture.stages[index]
      if (stage === undefined) continue
      const { executionId: id } = stage
      const holder = id === undefined || here.has(`${id} ${stage.name}`) ? undefined : (names.get(id) ?? id.slice(0, 8))
      const before = known.get(stage.name)
      const isSame =
        before !== undefined &&
        before.data.stage === stage &&
        before.data.spot === spot &&
        before.data.holder === holder
      next.set(stage.name, isSame ? before : nodeOf(stage, spot, holder))
    }
    known = next
    return [...next.values()]
  }
}

const nodeOf = (stage: StageBox, spot: StageSpot, holder: string | undefined): StageFlowNode => ({
  id: stage.name,
  type: 'stage',
  position: { x: spot.x, y: spot.y },
  width: spot.width,
  height: spot.height,
  // nothing is measured: the layout knows
  measured: { width: spot.width, height: spot.height },
  handles: [],
  data: { stage, spot, holder },
})
