/**
 * Durable transitions per second: one engine event decided and committed with its state, outbox, timers and journal. The floor is
 * what the disk and SQLite allow, in the same folder, measured in turns with the engine so that both meet the same machine.
 */
import { join } from 'node:path'
import { openDiskFloor } from './disk-floor.ts'
import { openEngineWorld } from './engine-world.ts'
import { figure, format, heading, median, perSecond, spread, timed } from './report.ts'
import { shop, shopKey, USER } from './shop.ts'
import { temporaryFolder } from './temporary-folder.ts'

const ROUNDS = 9
const AT_ONCE = 64
const EXECUTIONS_ALONE = 60
const EXECUTIONS_EACH = 12
const FLOOR_COMMITS = 400

export async function run(): Promise<void> {
  heading('Durable transitions (source, build, test, deploy; an event a commit)')
  await using folder = await temporaryFolder()
  using floor = openDiskFloor(join(folder.path, 'floor.db'))
  await using world = await openEngineWorld(join(folder.path, 'engine.db'))
  const keys = Array.from({ length: AT_ONCE }, (_, index) => shopKey(`shop-${index}`))
  for (const key of keys) {
    await world.engine.create({ key, declaration: shop(key.name), tags: {}, startedBy: USER, variables: undefined })
  }

  const samples = { floor: [] as number[], alone: [] as number[], together: [] as number[] }
  for (let round = 0; round < ROUNDS; round += 1) {
    samples.floor.push(perSecond(FLOOR_COMMITS, await timed(() => floor.commits(FLOOR_COMMITS))))
    samples.alone.push(await world.transitionsPerSecond(keys.slice(0, 1), EXECUTIONS_ALONE))
    samples.together.push(await world.transitionsPerSecond(keys, EXECUTIONS_EACH))
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
