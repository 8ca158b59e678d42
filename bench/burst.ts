/**
 * 10,000 starts at once of one pipeline, in each mode: what was answered, what became of what was accepted, and whether the mode's
 * rule was kept, read from the events. Modes with a limit refuse what is above it, as the service does; those callers ask again, 50
 * at a time, until everybody has had an execution. Actions end at once. The floor is the same with 100 starts.
 */
import type { ExecutionMode } from '../src/core/execution/execution.ts'
import { DEFAULT_LIMITS } from '../src/core/execution/limits.ts'
import type { BusEvent } from '../src/store/store.ts'
import { join } from 'node:path'
import { openEngineWorld, type EngineWorld } from './engine-world.ts'
import { figure, format, heading, timed } from './report.ts'
import { shop, shopKey, USER } from './shop.ts'
import { temporaryFolder } from './temporary-folder.ts'

const FEW = 100
const MANY = 10_000
const LIMIT = DEFAULT_LIMITS.concurrentExecutions

export async function run(): Promise<void> {
  for (const mode of ['SUPERSEDED', 'QUEUED', 'PARALLEL'] as const) {
    heading(`A burst of ${format(MANY)} starts, ${mode}`)
    await using folder = await temporaryFolder()
    await using world = await openEngineWorld(join(folder.path, 'engine.db'))
    await burst(world, mode, FEW) // warms up
    const few = await burst(world, mode, FEW)
    const many = await burst(world, mode, MANY)
    figure('answered', `${format(many.answeredMs / 1000)} s, ${format(many.refused)} refused at first`)
    figure(
      'all over',
      `${format(many.overMs / 1000)} s, ${Math.round(process.memoryUsage.rss() / 1024 / 1024)} MB resident`,
    )
    figure(
      'how they ended',
      Object.entries(many.ends)
        .map(([end, count]) => `${format(count)} ${end}`)
        .join(', '),
    )
    figure(`cost of one, of that among ${FEW}`, format(many.overMs / MANY / (few.overMs / FEW)))
    figure('starts without an end', String(many.lost), '0')
    figure('times that the rule was broken', String(many.broken), '0')
  }
}

async function burst(world: EngineWorld, mode: ExecutionMode, count: number) {
  const key = shopKey(`${mode.toLowerCase()}-${count}-${performance.now()}`)
  await world.engine.create({ key, declaration: shop(key.name, mode), tags: {}, startedBy: USER, variables: undefined })
  const rule = watchRule(mode)
  const stop = world.bus.listen({ matches: ({ detail }) => detail['pipeline'] === key.name }, (event) =>
    rule.see(event),
  )
  const ends: Record<string, number> = {}
  let answeredMs = 0
  let refused = 0
  const overMs = await timed(async () => {
    const from = performance.now()
    const first = await Promise.all(Array.from({ length: count }, () => world.begin(key)))
    answeredMs = performance.now() - from
    const again = first.filter((execution) => execution === undefined)
    refused = again.length
    const patient = Array.from({ length: LIMIT }, async () => {
      while (again.length > 0) {
        again.pop()
        let execution = await world.begin(key)
        while (execution === undefined) execution = await world.begin(key)
        note(await execution.ended)
      }
    })
    await Promise.all(first.map(async (execution) => execution && note(await execution.ended)))
    await Promise.all(patient)
  })
  stop()
  function note(end: string): void {
    ends[end] = (ends[end] ?? 0) + 1
  }
  const ended = Object.values(ends).reduce((sum, each) => sum + each, 0)
  return { answeredMs, overMs, refused, ends, lost: count - ended, broken: rule.broken() }
}

/** What each mode promises, told from the events alone. */
function watchRule(mode: ExecutionMode): { see(event: BusEvent): void; broken(): number } {
  const order = new Map<string, number>()
  const inside = new Map<string, string>()
  const lastIn = new Map<string, number>()
  let inProgress = 0
  let broken = 0

  function pipelineChanged(id: string, state: unknown): void {
    if (state === 'STARTED') order.set(id, order.size)
    inProgress += state === 'STARTED' ? 1 : -1
    if (mode !== 'SUPERSEDED' && inProgress > LIMIT) broken += 1
  }

  function stageChanged(id: string, stage: string, state: unknown): void {
    if (mode === 'PARALLEL') return
    if (state !== 'STARTED') return void inside.delete(stage)
    const age = order.get(id) ?? -1
    if (inside.has(stage) || age <= (lastIn.get(stage) ?? -1)) broken += 1
    inside.set(stage, id)
    lastIn.set(stage, age)
  }

  return {
    see({ detailType, detail }) {
      const id = String(detail['execution-id'])
      if (detailType === 'CodePipeline Pipeline Execution State Change') pipelineChanged(id, detail['state'])
      if (detailType === 'CodePipeline Stage Execution State Change') {
        stageChanged(id, String(detail['stage']), detail['state'])
      }
    },
    broken: () => broken,
  }
}
