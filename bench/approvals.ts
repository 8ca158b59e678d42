/**
 * 5,000 executions that wait for somebody's approval, 50 each of 100 pipelines in PARALLEL mode: what the process holds meanwhile,
 * and how long an answer takes. In a process of its own; the floor is the same process when only 50 are waiting.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { ActionDeclaration, PipelineDeclaration } from '../src/core/pipeline/declaration.ts'
import type { ActionProvider } from '../src/providers/provider.ts'
import { INSTANTANEOUS, openEngineWorld, type EngineWorld } from './engine-world.ts'
import { figure, format, heading, spread, timed } from './report.ts'
import { shop, SHOP_ACTIONS, shopKey, USER } from './shop.ts'
import { temporaryFolder } from './temporary-folder.ts'

const PIPELINES = 100
const EACH = 50
/** pipelines, when it is looked at */
const LOOKS = new Set([1, 20, 50, PIPELINES])
const ANSWERS = 40

export async function run(): Promise<void> {
  heading(`${format(PIPELINES * EACH)} executions waiting for approval`)
  const child = fork(import.meta.filename, { execArgv: ['--expose-gc'] })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`the process ended with ${code}`)
}

async function measure(): Promise<void> {
  await using folder = await temporaryFolder()
  await using world = await openEngineWorld(join(folder.path, 'engine.db'), { providers: [INSTANTANEOUS, APPROVAL] })
  const looks: number[] = []
  for (let pipelines = 1; pipelines <= PIPELINES; pipelines += 1) {
    await startWaiting(world, `gated-${pipelines}`)
    if (!LOOKS.has(pipelines)) continue
    looks.push(await heldMb())
    const ratio = format((looks.at(-1) ?? Number.NaN) / (looks[0] ?? Number.NaN))
    figure(`heap with ${format(pipelines * EACH)} waiting`, `${format(looks.at(-1) ?? 0)} MB, ${ratio} of the first`)
  }
  const answers: number[] = []
  for (let index = 0; index < ANSWERS; index += 1)
    answers.push(await timed(() => answerOne(world, 1 + (index % PIPELINES))))
  figure('an answer, until the execution is over', spread(answers, 'ms'))
}

async function startWaiting(world: EngineWorld, name: string): Promise<void> {
  const key = shopKey(name)
  await world.engine.create({ key, declaration: gated(name), tags: {}, startedBy: USER, variables: undefined })
  const begun = await Promise.all(Array.from({ length: EACH }, () => world.begin(key)))
  if (begun.includes(undefined)) throw new Error('a start was refused')
  await world.engine.idle()
}

/** Of the heap after a collection: what is resident says more of the collector than of what is held. */
async function heldMb(): Promise<number> {
  for (let index = 0; index < 3; index += 1) {
    globalThis.gc?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 1024 / 1024
}

async function answerOne(world: EngineWorld, pipeline: number): Promise<void> {
  const key = shopKey(`gated-${pipeline}`)
  const [execution] = await world.store.read.pipelines.executions(key, { limit: 1 })
  const run = execution?.stages['GateStage']?.actions['Gate']
  if (execution === undefined || run?.token === undefined) throw new Error(`nobody waits in ${key.name}`)
  const answer = await world.engine.send(key, {
    type: 'ApprovalAnswered',
    stage: run.stage,
    action: run.action,
    token: run.token,
    status: 'Approved',
    summary: '',
    by: USER,
  })
  if (!answer.accepted) throw new Error('an approval was refused')
}

const GATE: ActionDeclaration = {
  name: 'Gate',
  actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' },
  runOrder: 1,
  configuration: {},
  inputArtifacts: [],
  outputArtifacts: [],
}

const gated = (name: string): PipelineDeclaration => ({
  ...shop(name, 'PARALLEL'),
  stages: [...SHOP_ACTIONS.slice(0, 1), GATE].map((action) => ({ name: `${action.name}Stage`, actions: [action] })),
})

const APPROVAL: ActionProvider = { types: [GATE.actionTypeId], run: async () => ({ type: 'Pending' }) }

if (import.meta.main) await measure()
