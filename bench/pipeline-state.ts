/**
 * GetPipelineState of 50 stages with 50 actions each, every action having run: from the request to the last byte of the answer, by
 * HTTP, signed, from a `pipewright dev`. The floor is a bare HTTP server in a process of its own that parses the same answer's text
 * and writes it again.
 */
import { join } from 'node:path'
import type { ActionDeclaration, PipelineDeclaration } from '../src/core/pipeline/declaration.ts'
import { startDevServer } from './dev-server.ts'
import { startEcho } from './echo.ts'
import { openEngineWorld } from './engine-world.ts'
import { figure, format, heading, median, spread } from './report.ts'
import { shop, SHOP_ACTIONS, shopKey, USER } from './shop.ts'
import { call, post } from './signed-request.ts'
import { temporaryFolder } from './temporary-folder.ts'

const STAGES = 50
const ACTIONS = 50
const WARM_UP = 10
const ROUNDS = 40
const KEY = shopKey('large')

export async function run(): Promise<void> {
  heading(`GetPipelineState, ${STAGES} stages with ${ACTIONS} actions each`)
  await using folder = await temporaryFolder()
  const state = join(folder.path, 'state')
  await runOnce(join(state, 'pipewright.db'))
  await using server = await startDevServer(state)
  const connection = { ...server.connection, region: KEY.region }
  const ask = () =>
    call(connection, {
      service: 'codepipeline',
      target: 'CodePipeline_20150709.GetPipelineState',
      input: { name: KEY.name },
    })
  const { body, ms: first } = await ask()
  await using echo = await startEcho(body)
  for (let index = 0; index < WARM_UP; index += 1) await Promise.all([ask(), post(echo.url, '')])

  const samples = { floor: [] as number[], asked: [] as number[] }
  for (let index = 0; index < ROUNDS; index += 1) {
    samples.floor.push((await post(echo.url, '')).ms)
    samples.asked.push((await ask()).ms)
  }
  figure('size of the answer', `${format(body.length / 1024)} KB`)
  figure('floor: parsed, written and sent', spread(samples.floor, 'ms'))
  figure('GetPipelineState', spread(samples.asked, 'ms'), '<= 20 ms')
  figure('  of the floor', format(median(samples.asked) / median(samples.floor)))
  figure('  the first after the start', `${format(first)} ms`)
}

/** Makes the database that the server finds. Actions end at once, in the engine itself. */
async function runOnce(file: string): Promise<void> {
  await using world = await openEngineWorld(file)
  await world.engine.create({ key: KEY, declaration: LARGE, tags: {}, startedBy: USER, variables: undefined })
  await world.execute(KEY)
}

const LARGE: PipelineDeclaration = {
  ...shop(KEY.name),
  stages: Array.from({ length: STAGES }, (_, stage) => ({
    name: `Stage${stage}`,
    actions: Array.from({ length: ACTIONS }, (_, action) => actionOf(stage, action)),
  })),
}

/** Source actions first, then deployments of what the first of them fetched. */
function actionOf(stage: number, action: number): ActionDeclaration {
  const [source, , , deploy] = SHOP_ACTIONS
  if (source === undefined || deploy === undefined) throw new Error('the shop has a source and a deployment')
  const name = `Action${stage}-${action}`
  if (stage === 0) return { ...source, name, outputArtifacts: [{ name: `Source${action}` }] }
  return { ...deploy, name, inputArtifacts: [{ name: 'Source0' }], outputArtifacts: [] }
}
