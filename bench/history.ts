/**
 * What a long history costs. Databases whose pipeline has run 1 k, 100 k and 1 M times, measured in turns: transitions a second,
 * one execution at a time, and ListPipelineExecutions of the longest, by HTTP from a `pipewright dev`. The floor of the
 * transitions is the database with the shortest history, that of the list a bare server that parses and writes the same answer.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startDevServer } from './dev-server.ts'
import { startEcho } from './echo.ts'
import { openEngineWorld, type EngineWorld } from './engine-world.ts'
import { fillHistory } from './filler.ts'
import { figure, format, heading, median, spread, timed } from './report.ts'
import { shop, shopKey, USER } from './shop.ts'
import { call, post } from './signed-request.ts'
import { temporaryFolder } from './temporary-folder.ts'

const SIZES = [1_000, 100_000, 1_000_000]
const ROUNDS = 15
const EXECUTIONS = 60
const CALLS = 40
const KEY = shopKey('shop')

export async function run(): Promise<void> {
  heading('A history of 1 k, 100 k and 1 M executions of four actions each')
  await using folder = await temporaryFolder()
  const states = SIZES.map((size) => join(folder.path, String(size)))
  for (const [index, size] of SIZES.entries()) await fill(states[index] ?? '', size)
  await transitions(states)
  await lists(states.at(-1) ?? '')
}

async function fill(state: string, size: number): Promise<void> {
  await mkdir(state)
  {
    await using world = await openEngineWorld(databaseIn(state))
    await world.engine.create({
      key: KEY,
      declaration: shop(KEY.name),
      tags: {},
      startedBy: USER,
      variables: undefined,
    })
    await world.execute(KEY)
  }
  await using world = await openEngineWorld(databaseIn(state))
  const ms = await timed(() => fillHistory(world.store, KEY, size - 1))
  figure(`filled with ${format(size)} executions`, `${format(ms / 1000)} s`)
}

async function transitions(states: readonly string[]): Promise<void> {
  await using opened = new AsyncDisposableStack()
  const worlds: EngineWorld[] = []
  for (const state of states) worlds.push(opened.use(await openEngineWorld(databaseIn(state))))
  const rounds: (readonly number[])[] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    const perSecond = await inTurns(worlds, (world) => world.transitionsPerSecond([KEY], EXECUTIONS))
    if (round > 0) rounds.push(perSecond) // the first warms up
  }
  for (const [index, size] of SIZES.entries()) {
    const samples = rounds.map((round) => round[index] ?? Number.NaN)
    figure(`transitions, ${format(size)} executions in history`, spread(samples, '/s'))
    if (index === 0) continue
    const costs = rounds.map((round) => (round[0] ?? Number.NaN) / (round[index] ?? Number.NaN))
    figure(`  cost of one, of that at ${format(SIZES[0] ?? 0)}`, format(median(costs)), '<= 1.1')
  }
}

async function inTurns<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const item of items) results.push(await work(item))
  return results
}

async function lists(state: string): Promise<void> {
  await using server = await startDevServer(state)
  const connection = { ...server.connection, region: KEY.region }
  const list = (input: object) =>
    call(connection, {
      service: 'codepipeline',
      target: 'CodePipeline_20150709.ListPipelineExecutions',
      input: { pipelineName: KEY.name, ...input },
    })
  const { body } = await list({})
  await using echo = await startEcho(body)
  const { nextToken } = JSON.parse(body) as { nextToken: string }
  const filter = { succeededInStage: { stageName: 'ShipStage' } }
  const asked = {
    'the newest 100': () => list({}),
    'the next 100': () => list({ nextToken }),
    'the newest 100 that succeeded in a stage': () => list({ filter }),
    'the same, of a stage where nobody did': () => list({ filter: { succeededInStage: { stageName: 'NoStage' } } }),
    'floor: parsed, written and sent': () => post(echo.url, ''),
  }
  const samples = Object.entries(asked).map(([name, ask]) => ({ name, ask, ms: [] as number[] }))
  for (let index = 0; index < CALLS; index += 1) {
    for (const { ask, ms } of samples) ms.push((await ask()).ms)
  }
  const floor = median(samples.at(-1)?.ms ?? [])
  for (const { name, ms } of samples) {
    figure(name, spread(ms, 'ms'), name.startsWith('floor') ? undefined : '<= 10 ms')
    if (!name.startsWith('floor')) figure('  of the floor', format(median(ms) / floor))
  }
}

const databaseIn = (state: string): string => join(state, 'pipewright.db')
