/**
 * Durable transitions per second: one engine event decided and committed with its state, outbox, timers and journal, by the real
 * core, engine, bus, triggers and SQLite; only the actions are instantaneous. The floor is what the disk and SQLite allow: one row
 * of 1 KB a commit, same settings, same folder, measured in turns with the engine so that both meet the same machine.
 */
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { systemClock } from '../src/base/clock.ts'
import { newId, randomAlphanumeric } from '../src/base/ids.ts'
import { silentLog } from '../src/base/log.ts'
import type { PipelineKey } from '../src/core/execution/execution.ts'
import type { ActionDeclaration, PipelineDeclaration } from '../src/core/pipeline/declaration.ts'
import { createEngine, type Engine } from '../src/engine/engine.ts'
import { createJobs } from '../src/jobs/jobs.ts'
import { createBus } from '../src/journal/journal.ts'
import { openSqliteStore } from '../src/store/store.ts'
import { createTriggers } from '../src/triggers/triggers.ts'
import { figure, format, heading, median, spread, timed } from './report.ts'
import { temporaryFolder } from './temporary-folder.ts'

const ROUNDS = 9
const AT_ONCE = 64
const EXECUTIONS_ALONE = 60
const EXECUTIONS_EACH = 12
const FLOOR_COMMITS = 400

export async function run(): Promise<void> {
  heading('Durable transitions (source, build, test, deploy; an event a commit)')
  await using folder = await temporaryFolder()
  using floor = openFloor(join(folder.path, 'floor.db'))
  await using world = await openWorld(join(folder.path, 'engine.db'))

  const samples = { floor: [] as number[], alone: [] as number[], together: [] as number[] }
  for (let round = 0; round < ROUNDS; round += 1) {
    samples.floor.push(perSecond(FLOOR_COMMITS, await timed(() => floor.commits(FLOOR_COMMITS))))
    samples.alone.push(await world.transitionsPerSecond(1, EXECUTIONS_ALONE))
    samples.together.push(await world.transitionsPerSecond(AT_ONCE, EXECUTIONS_EACH))
  }
  const ratios = (name: 'alone' | 'together'): number[] =>
    samples[name].map((value, round) => value / (samples.floor[round] ?? Number.NaN))

  figure('floor: commits of 1 KB', spread(samples.floor, '/s'))
  for (const [name, label, aim] of [
    ['alone', 'one execution at a time', '>= 0.5'],
    ['together', `${AT_ONCE} executions at a time`, '>= 10'],
  ] as const) {
    const warm = samples[name].slice(1)
    figure(label, spread(warm, '/s'))
    figure('  of the floor', format(median(ratios(name).slice(1))), aim)
    figure('  cold, the first round', `${format(samples[name][0] ?? Number.NaN)} /s`)
  }
  figure('units of work a commit, over all', format(world.unitsPerCommit()))
}

const perSecond = (count: number, ms: number): number => (count * 1000) / ms

function openFloor(file: string): Disposable & { commits(count: number): void } {
  const database = new DatabaseSync(file)
  database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 4000')
  database.exec('create table rows (id integer primary key, document text not null)')
  const insert = database.prepare('insert into rows (document) values (?)')
  const document = 'x'.repeat(1024)
  return {
    commits(count) {
      for (let index = 0; index < count; index += 1) insert.run(document)
    },
    [Symbol.dispose]: () => database.close(),
  }
}

async function openWorld(file: string) {
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
      providers: [{ types: ACTIONS.map(({ actionTypeId }) => actionTypeId), run: async () => ({ type: 'Succeeded' }) }],
      clientFor: () => () => {
        throw new Error('instantaneous actions call nobody')
      },
      declared: (key, declaration) => triggers.pipelineChanged(key, declaration),
    }),
  )
  const triggers = opened.use(createTriggers({ store, bus, engine, log: silentLog, newId }))
  await triggers.start()

  const keys = Array.from({ length: AT_ONCE }, (_, index): PipelineKey => ({
    account: '000000000000',
    region: 'eu-west-1',
    name: `shop-${index}`,
  }))
  for (const key of keys) {
    const declaration = { ...DECLARATION, name: key.name }
    await engine.create({ key, declaration, tags: {}, startedBy: USER, variables: undefined })
  }

  const waiting = new Map<string, () => void>()
  bus.listen(
    {
      detailType: 'CodePipeline Pipeline Execution State Change',
      matches: ({ detail }) => detail['state'] !== 'STARTED',
    },
    ({ detail }) => {
      if (detail['state'] !== 'SUCCEEDED') throw new Error(`an execution ended as ${String(detail['state'])}`)
      waiting.get(String(detail['pipeline']))?.()
    },
  )

  async function execute(key: PipelineKey): Promise<void> {
    const ended = new Promise<void>((resolve) => waiting.set(key.name, resolve))
    const answer = await engine.send(key, {
      type: 'ExecutionRequested',
      executionId: newId(),
      trigger: { type: 'StartPipelineExecution', detail: USER },
      variables: {},
      sourceRevisions: [],
      automatic: false,
    })
    if (!answer.accepted) throw new Error('an execution did not start')
    await ended
  }

  const parts = opened.move()
  return {
    unitsPerCommit: () => store.stats.units / store.stats.commits,
    async transitionsPerSecond(atOnce: number, executionsEach: number): Promise<number> {
      const ms = await timed(() =>
        Promise.all(
          keys.slice(0, atOnce).map(async (key) => {
            for (let index = 0; index < executionsEach; index += 1) await execute(key)
          }),
        ),
      )
      return perSecond(atOnce * executionsEach * EVENTS_PER_EXECUTION, ms)
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

const USER = 'arn:aws:iam::000000000000:user/bench'

const ACTIONS: readonly ActionDeclaration[] = (
  [
    ['Fetch', 'Source', 'CodeCommit'],
    ['Compile', 'Build', 'CodeBuild'],
    ['Check', 'Test', 'CodeBuild'],
    ['Ship', 'Deploy', 'S3'],
  ] as const
).map(([name, category, provider], index, all) => ({
  name,
  actionTypeId: { category, owner: 'AWS', provider, version: '1' },
  runOrder: 1,
  configuration: { ProjectName: 'shop', BucketName: 'shop-site', Extract: 'true' },
  inputArtifacts: index === 0 ? [] : [{ name: `${all[index - 1]?.[0]}Output` }],
  outputArtifacts: [{ name: `${name}Output` }],
}))

const DECLARATION: PipelineDeclaration = {
  name: 'shop',
  roleArn: 'arn:aws:iam::000000000000:role/pipeline',
  artifactStore: { type: 'S3', location: 'artifacts' },
  stages: ACTIONS.map((action) => ({ name: `${action.name}Stage`, actions: [action] })),
  version: 1,
  executionMode: 'QUEUED',
  pipelineType: 'V2',
}

/** the request, and the end of each action */
const EVENTS_PER_EXECUTION = 1 + ACTIONS.length
