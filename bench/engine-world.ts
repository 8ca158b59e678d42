/** The real core, engine, bus, triggers and SQLite in this process; only the actions are instantaneous, or what the benchmark says. */
import { systemClock } from '../src/base/clock.ts'
import { newId, randomAlphanumeric } from '../src/base/ids.ts'
import { silentLog } from '../src/base/log.ts'
import type { ExecutionId, PipelineKey } from '../src/core/execution/execution.ts'
import { createEngine, type Engine, type EngineAnswer, type EngineDependencies } from '../src/engine/engine.ts'
import { createJobs } from '../src/jobs/jobs.ts'
import { createBus } from '../src/journal/journal.ts'
import type { ActionProvider } from '../src/providers/provider.ts'
import { openSqliteStore } from '../src/store/store.ts'
import { createTriggers } from '../src/triggers/triggers.ts'
import { timed } from './report.ts'
import { EVENTS_PER_EXECUTION, SHOP_ACTIONS, USER } from './shop.ts'

export type EngineWorld = Awaited<ReturnType<typeof openEngineWorld>>

export async function openEngineWorld(
  file: string,
  {
    providers = [INSTANTANEOUS],
    limits,
  }: {
    readonly providers?: readonly ActionProvider[]
    readonly limits?: NonNullable<EngineDependencies['limits']>
  } = {},
) {
  await using opened = new AsyncDisposableStack()
  const store = opened.use(await openSqliteStore({ file }))
  const bus = createBus({ store, newId })
  const jobs = opened.use(createJobs({ store, clock: systemClock, newId }))
  const engine: Engine = opened.use(
    createEngine({
      store,
      bus,
      jobs,
      clock: systemClock,
      log: silentLog,
      newId,
      newKey: () => randomAlphanumeric(7),
      providers,
      clientFor: () => () => {
        throw new Error('actions of benchmarks call nobody')
      },
      declared: (key, declaration) => triggers.pipelineChanged(key, declaration),
      ...(limits && { limits }),
    }),
  )
  const triggers = opened.use(createTriggers({ store, bus, engine, log: silentLog, newId }))
  await triggers.start()

  const waiting = new Map<ExecutionId, (state: string) => void>()
  bus.listen(
    {
      detailType: 'CodePipeline Pipeline Execution State Change',
      matches: ({ detail }) => detail['state'] !== 'STARTED',
    },
    ({ detail }) => {
      const id = String(detail['execution-id'])
      waiting.get(id)?.(String(detail['state']))
      waiting.delete(id)
    },
  )

  function start(key: PipelineKey, executionId: ExecutionId = newId()): Promise<EngineAnswer> {
    return engine.send(key, {
      type: 'ExecutionRequested',
      executionId,
      trigger: { type: 'StartPipelineExecution', detail: USER },
      variables: {},
      sourceRevisions: [],
      automatic: false,
    })
  }

  /** @returns undefined when the start was refused */
  async function begin(key: PipelineKey): Promise<{ readonly ended: Promise<string> } | undefined> {
    const executionId = newId()
    const ended = new Promise<string>((resolve) => waiting.set(executionId, resolve))
    const answer = await start(key, executionId)
    if (answer.accepted) return { ended }
    waiting.delete(executionId)
    return undefined
  }

  async function execute(key: PipelineKey): Promise<void> {
    const end = await (await begin(key))?.ended
    if (end !== 'SUCCEEDED') throw new Error(`an execution ended as ${end ?? 'refused'}`)
  }

  const parts = opened.move()
  return {
    store,
    bus,
    engine,
    start,
    begin,
    execute,
    unitsPerCommit: () => store.stats.units / store.stats.commits,
    /** the pipelines run side by side, the executions of each one after the other */
    async transitionsPerSecond(keys: readonly PipelineKey[], executionsEach: number): Promise<number> {
      const ms = await timed(() =>
        Promise.all(
          keys.map(async (key) => {
            for (let index = 0; index < executionsEach; index += 1) await execute(key)
          }),
        ),
      )
      return (keys.length * executionsEach * EVENTS_PER_EXECUTION * 1000) / ms
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

export const INSTANTANEOUS: ActionProvider = {
  types: SHOP_ACTIONS.map(({ actionTypeId }) => actionTypeId),
  run: async () => ({ type: 'Succeeded' }),
}
