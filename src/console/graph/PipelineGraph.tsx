/**
 * The picture of a pipeline. React Flow pans and zooms; where things stand is said by `layout.ts`, what they are by `model.ts`. A stage
 * is a node: one that did not change is the same object, and is not drawn again.
 */
import '@xyflow/react/dist/base.css'
import './graph.css'
import { MiniMap, ReactFlow, ReactFlowProvider, useReactFlow, ViewportPortal, type Viewport } from '@xyflow/react'
import {
  useCallback,
  useEffect,
  useEffectEvent,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type Ref,
  type RefObject,
} from 'react'
import { describePicture } from './describe.ts'
import { Edges } from './Edges.tsx'
import { createGraphStore, GraphContext, type GraphHandles, type View } from './graph-store.ts'
import { layoutPipeline, levelOf, shapeKey, type Layout, type Rect, type Size } from './layout.ts'
import type { Instant, Picture } from './model.ts'
import { boxesOf, neighbour, type Box, type Direction } from './neighbour.ts'
import { createNodes, type StageFlowNode } from './nodes.ts'
import { StageNode } from './StageNode.tsx'
import { styleOf } from './state-style.ts'
import { threadOf } from './thread.ts'
import {
  fitted,
  frameHeight,
  LEAST_HEIGHT,
  MAX_ZOOM,
  MIN_ZOOM,
  MOST_OF_PAGE,
  outlookOf,
  roomIn,
  startOf,
  type Outlook,
} from './viewport.ts'
import { TOKEN, tokenSpots } from './token-spots.ts'
import { Tokens } from './Tokens.tsx'

export type { Outlook } from './viewport.ts'

export interface PipelineGraphProps {
  readonly picture: Picture
  /** what is chosen: `action:Build/Compile`, `stage:Build`, `door:Build`, `gate:Build/beforeEntry`, `token:<execution id>` */
  readonly selected?: string | undefined
  readonly onSelect: (key: string | undefined) => void
  /** an execution that is pointed at elsewhere; its thread is lit */
  readonly pointedAt?: string | undefined
  /** the instant that the picture shows; absent: now */
  readonly at?: Instant | undefined
  readonly controls?: Ref<GraphControls>
  /** where the reader looks, instead of at everything; read at the beginning and when the layout changes */
  readonly outlook?: Outlook | undefined
  /** the reader has moved the picture; undefined: everything is shown again */
  readonly onOutlook?: (outlook: Outlook | undefined) => void
  /** px at the right that something else covers */
  readonly covered?: number
}

export interface GraphControls {
  /** shows everything */
  readonly fit: () => void
  /** goes to a box, and there with the keyboard */
  readonly goTo: (key: string) => void
  readonly zoom: (factor: number) => void
}

/** Nothing is drawn before the frame is measured: the first picture has its place and its level of detail at once. */
export function PipelineGraph(props: PipelineGraphProps) {
  const { picture, at } = props
  const frame = useRef<HTMLDivElement>(null)
  const view = useFrameSize(frame)
  const layout = useLayout(picture, view)
  const onZoom = useCallback((zoom: number) => frame.current?.style.setProperty('--pg-zoom', String(stepOf(zoom))), [])
  return (
    <div
      ref={frame}
      className="pg"
      role="application"
      aria-roledescription="pipeline"
      aria-label={describePicture(picture)}
      data-direction={layout.direction}
      data-past={at !== undefined || undefined}
      style={{ height: frameHeight(layout, view) }}
    >
      {view.width > 0 && (
        <ReactFlowProvider>
          <Graph {...props} frame={frame} view={view} layout={layout} onZoom={onZoom} />
        </ReactFlowProvider>
      )}
    </div>
  )
}

const NODE_TYPES = { stage: StageNode }
const NO_EDGES: never[] = []
const MINIMAP_FROM = 9
/** the zoom at which a box is shown to who walks to it */
const READABLE = 0.75
/** px between what is chosen and what covers the rest */
const REVEALED = 24

interface GraphProps extends PipelineGraphProps {
  readonly frame: RefObject<HTMLDivElement | null>
  readonly view: Size
  readonly layout: Layout
  readonly onZoom: (zoom: number) => void
}

function Graph(props: GraphProps) {
  const { picture, selected, onSelect, pointedAt, at, controls, outlook, onOutlook, covered = 0 } = props
  const { frame, view, layout, onZoom } = props
  const [first] = useState(() => startOf(outlook, layout, view))
  const [nodesOf] = useState(createNodes)
  const nodes = useMemo(() => nodesOf(picture, layout), [nodesOf, picture, layout])
  const boxes = useMemo(() => boxesOf(layout), [layout])
  const flow = useReactFlow<StageFlowNode>()
  const [handles] = useState(() => createHandles({ level: levelOf(first.zoom), selected, at }))
  const { store } = handles
  const isColumn = layout.direction === 'down'

  useEffect(() => handles.listen({ onSelect, picture }), [handles, onSelect, picture])
  useEffect(() => store.set({ selected, at }), [store, selected, at])
  useEffect(() => handles.hover(pointedAt), [handles, pointedAt])
  useEffect(() => {
    const { focus } = store.get()
    if (focus === undefined || !boxes.some(({ key }) => key === focus)) store.set({ focus: firstStop(picture, boxes) })
  }, [store, boxes, picture])

  const onViewport = useCallback(
    ({ zoom }: Viewport) => {
      store.set({ level: levelOf(zoom) })
      onZoom(zoom)
    },
    [store, onZoom],
  )
  const show = useEffectEvent((viewport: Viewport, duration: number) => {
    void flow.setViewport(viewport, { duration })
    onViewport(viewport)
  })
  const begin = useEffectEvent((to: Layout, size: Size) => show(startOf(outlook, to, size), 0))
  useLayoutEffect(() => begin(layout, view), [layout, view])

  const goTo = useEffectEvent((key: string) => {
    const box = boxes.find((each) => each.key === key)
    if (box === undefined) return
    store.set({ focus: key })
    const zoom = Math.max(flow.getZoom(), READABLE)
    const isThere = element(frame.current, key) !== null && isInView(flow.getViewport(), view, box)
    if (!isThere) void flow.setCenter(box.x + box.width / 2, box.y + box.height / 2, { zoom, duration: 250 })
    focusSoon(frame.current, key)
  })
  /** what is chosen is told of at the side: it must not lie beneath */
  const reveal = useEffectEvent((key: string, free: number) => {
    const rect = rectOf(key, boxes, layout, picture)
    const { x, y, zoom } = flow.getViewport()
    const over = rect === undefined ? 0 : (rect.x + rect.width) * zoom + x + REVEALED - free
    if (over > 0) void flow.setViewport({ x: x - over, y, zoom }, { duration: 250 })
  })
  useEffect(() => {
    if (selected !== undefined && covered > 0) reveal(selected, view.width - covered)
  }, [selected, covered, view])
  useImperativeHandle(controls, () => ({
    fit: () => {
      show(fitted(layout, view), 300)
      onOutlook?.(undefined)
    },
    goTo: (key) => goTo(key),
    zoom: (factor) => void flow.zoomTo(flow.getZoom() * factor, { duration: 150 }),
  }))

  const onKeyDown = useEffectEvent((event: KeyboardEvent): void => {
    const direction = DIRECTIONS[event.key]
    if (direction === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    const from = (event.target as HTMLElement).closest<HTMLElement>('[data-key]')?.dataset['key'] ?? store.get().focus
    if (from === undefined) return
    event.preventDefault()
    goTo(neighbour(boxes, from, direction))
  })
  useEffect(() => {
    const box = frame.current
    const listener = (event: KeyboardEvent): void => onKeyDown(event)
    box?.addEventListener('keydown', listener)
    return () => box?.removeEventListener('keydown', listener)
  }, [frame])

  return (
    <GraphContext value={handles}>
      {/* the arrow keys walk over the boxes within, each of which is a button */}
      <ReactFlow
        defaultViewport={first}
        nodes={nodes}
        edges={NO_EDGES}
        nodeTypes={NODE_TYPES}
        minZoom={MIN_ZOOM}
        maxZoom={MAX_ZOOM}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        elementsSelectable={false}
        // a page scrolls; a picture is zoomed with the fingers or with Ctrl
        zoomOnScroll={false}
        zoomOnDoubleClick={!isColumn}
        preventScrolling={false}
        panOnDrag={!isColumn}
        zoomOnPinch={!isColumn}
        disableKeyboardA11y
        onlyRenderVisibleElements={picture.stages.length > 12}
        onViewportChange={onViewport}
        onMove={(_, viewport) => onViewport(viewport)}
        onMoveEnd={(event, viewport) => {
          // what the picture does by itself is no wish of the reader
          if (event !== null && !isColumn) onOutlook?.(outlookOf(viewport, layout, view))
        }}
        onPaneClick={() => onSelect(undefined)}
      >
        <ViewportPortal>
          <Edges layout={layout} stages={picture.stages} />
          <Tokens picture={picture} layout={layout} />
        </ViewportPortal>
        {picture.stages.length >= MINIMAP_FROM && !isColumn && (
          <MiniMap
            className="pg-minimap"
            pannable
            zoomable
            ariaLabel="The whole pipeline, small"
            nodeBorderRadius={24}
            nodeClassName={toneClass}
          />
        )}
      </ReactFlow>
    </GraphContext>
  )
}

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
}

const toneClass = ({ data }: StageFlowNode): string => `pg-mini-${styleOf(data.stage.look).tone}`

/** Handles that stay the same while what they do is told anew. */
function createHandles(view: Partial<View>) {
  const store = createGraphStore(view)
  let current: { onSelect: (key: string | undefined) => void; picture: Picture } | undefined
  const handles: GraphHandles & { listen: (to: NonNullable<typeof current>) => () => void } = {
    store,
    select: (key) => current?.onSelect(store.get().selected === key ? undefined : key),
    hover: (id) =>
      store.set({ thread: id === undefined || current === undefined ? undefined : threadOf(current.picture, id) }),
    listen(to) {
      current = to
      return () => {
        current = undefined
      }
    },
  }
  return handles
}

/** The size of the frame; its height follows from the layout, so that only width and window count. */
function useFrameSize(frame: RefObject<HTMLDivElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 })
  useLayoutEffect(() => {
    const box = frame.current
    if (box === null) return
    const measure = (): void => {
      const width = box.clientWidth
      const height = Math.max(LEAST_HEIGHT, Math.round(globalThis.innerHeight * MOST_OF_PAGE))
      setSize((known) => (known.width === width && known.height === height ? known : { width, height }))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(box)
    return () => observer.disconnect()
  }, [frame])
  return size
}

/** Statuses move nothing: the layout is made anew only when the structure or the view changes. */
function useLayout(picture: Picture, view: Size): Layout {
  const shape = shapeKey(picture.stages)
  const { stages } = picture
  return useMemo(
    () => layoutPipeline(stages, roomIn(view)),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `shape` is all of `stages` that the layout reads
    [shape, view],
  )
}

/** coarse, so that sizes that follow the zoom change now and then instead of all the time */
const stepOf = (zoom: number): number => Math.round(1.15 ** Math.round(Math.log(zoom) / Math.log(1.15)) * 1000) / 1000

function rectOf(
  key: string,
  boxes: readonly Box[],
  layout: Layout,
  picture: Picture,
): Pick<Rect, 'x' | 'width'> | undefined {
  const box = boxes.find((each) => each.key === key)
  if (box !== undefined) return box
  const spot = tokenSpots(layout, picture.tokens).find(({ id }) => `token:${id}` === key)
  return spot && { x: spot.x, width: TOKEN.width }
}

const isInView = ({ x, y, zoom }: Viewport, view: Size, box: Box): boolean =>
  levelOf(zoom) !== 'far' &&
  box.x * zoom + x >= 0 &&
  box.y * zoom + y >= 0 &&
  (box.x + box.width) * zoom + x <= view.width &&
  (box.y + box.height) * zoom + y <= view.height

const element = (frame: HTMLElement | null, key: string): HTMLElement | null =>
  frame?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`) ?? null

/** A box that comes into view is drawn some frames later. */
function focusSoon(frame: HTMLElement | null, key: string, tries = 30): void {
  const found = element(frame, key)
  if (found !== null) found.focus({ preventScroll: true })
  else if (tries > 0) requestAnimationFrame(() => focusSoon(frame, key, tries - 1))
}

/** Where Tab leads first: to what needs somebody, else to the beginning. */
function firstStop(picture: Picture, boxes: readonly Box[]): string | undefined {
  const urgent = picture.stages
    .flatMap(({ rows }) => rows.flatMap(({ actions }) => actions))
    .find(({ look, isEarlier }) => !isEarlier && (look === 'Failed' || look === 'Errored' || look === 'NeedsApproval'))
  return urgent === undefined ? boxes[1]?.key : `action:${urgent.stage}/${urgent.name}`
}
