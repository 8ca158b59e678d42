/**
 * The engine on a store of its own, with a pipeline of three stages whose work is done here: parallel actions, one of them by a job
 * worker, an approval, and conditions that have to wait. Small enough to be killed at every single step.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { systemClock } from '../../src/base/clock.ts'
import { randomAlphanumeric } from '../../src/base/ids.ts'
import { silentLog } from '../../src/base/log.ts'
import type { ActionExecution, PipelineExecution, RuleExecution } from '../../src/core/execution/execution.ts'
import type { PipelineDeclaration, RuleDeclaration, StageConditions } from '../../src/core/pipeline/declaration.ts'
import { createEngine, customJobQueue, type CrashPoint, type CustomJobDocument } from '../../src/engine/engine.ts'
import { createJobs } from '../../src/jobs/jobs.ts'
import { createBus } from '../../src/journal/journal.ts'
import type { ActionProvider } from '../../src/providers/provider.ts'
import type { RuleProvider } from '../../src/rules/rule.ts'
import { openSqliteStore, type Store } from '../../src/store/store.ts'
import { action, approval, rule } from '../scenarios/core/harness.ts'

export const KEY = { account: '000000000000', region: 'us-east-1', name: 'steps' }

/** where a crash can strike: the engine's own points, in the middle of somebody's work, and behind every write of whoever it is */
export type Point = CrashPoint | 'at-work' | 'after-write'

const aws = (category: 'Source' | 'Build' | 'Deploy', provider: string) =>
  ({ category, owner: 'AWS', provider, version: '1' }) as const
const TYPES = { fetch: aws('Source', 'CodeCommit'), build: aws('Build', 'CodeBuild'), deploy: aws('Deploy', 'S3') }
const ROBOT = { category: 'Build', owner: 'Custom', provider: 'Robot', version: '1' } as const
const WINDOW = { category: 'Rule', owner: 'AWS', provider: 'DeploymentWindow', version: '1' } as const

const conditions = (...rules: readonly RuleDeclaration[]): StageConditions => ({
  conditions: [{ result: 'FAIL', rules }],
})
const output = (name: string) => ({ outputArtifacts: [{ name }] })
const input = (name: string) => ({ inputArtifacts: [{ name }] })

const DECLARATION: PipelineDeclaration = {
  name: KEY.name,
  roleArn: 'arn:aws:iam::000000000000:role/pipeline',
  artifactStore: { type: 'S3', location: 'artifacts' },
  version: 1,
  executionMode: 'SUPERSEDED',
  pipelineType: 'V2',
  stages: [
    {
      name: 'Source',
      actions: [action({ name: 'Fetch', actionTypeId: TYPES.fetch, namespace: 'F', ...output('Code') })],
    },
    {
      name: 'Build',
      beforeEntry: conditions(rule('Open', { ruleTypeId: WINDOW }), rule('Known')),
      actions: [
        action({ name: 'Left', actionTypeId: TYPES.build, ...input('Code'), ...output('Site') }),
        action({ name: 'Right', actionTypeId: TYPES.build, ...input('Code') }),
        action({ name: 'Robot', actionTypeId: ROBOT, ...input('Code') }),
        action({ ...approval('Ask'), runOrder: 2 }),
      ],
      onSuccess: conditions(rule('Sound')),
    },
    {
      name: 'Deploy',
      actions: [
        action({ name: 'Site', actionTypeId: TYPES.deploy, configuration: { Key: '#{F.Commit}' }, ...input('Site') }),
        action({ name: 'Docs', actionTypeId: TYPES.deploy, ...input('Code') }),
      ],
    },
  ],
}

export interface History {
  readonly status: string
  /** everything that must be the same whatever happened on the way; sorted where nothing says which came first */
  readonly actions: readonly string[]
  readonly rules: readonly string[]
  readonly stages: readonly string[]
  readonly events: readonly string[]
  /** ids of the action and rule runs that had ended before this process began, and were worked on in it all the same */
  readonly repeated: readonly string[]
  /** what is left over: outbox entries, timers, open jobs */
  readonly left: readonly unknown[]
}

export interface Options {
  readonly probe?: (point: Point, detail: string) => void
  /** puts itself between the engine and its store */
  readonly wrap?: (store: Store) => Store
}

/** Goes on with whatever is in the folder, from nothing at all to an execution that is over already. */
export async function runToEnd(folder: string, { probe = () => undefined, wrap = (store) => store }: Options = {}) {
  const work = join(folder, 'work.log')
  using scope = new DisposableStack()
  // the engine's timers keep no process alive, and here there is no server that does
  const alive = setInterval(() => undefined, 60_000)
  scope.defer(() => clearInterval(alive))
  await using inner = await openSqliteStore({ file: join(folder, 'db') })
  const store = wrap({
    ...inner,
    write: async (work) => {
      const result = await inner.write(work)
      probe('after-write', '')
      return result
    },
  })
  const endedBefore = new Set(await endedRuns(inner))
  const workedOnBefore = linesOf(work).length
  const workOn = async (id: string): Promise<void> => {
    appendFileSync(work, `${id}\n`)
    probe('at-work', id)
    await setImmediate()
  }
  const bus = createBus({ store, newId: randomUUID, log: silentLog })
  await using jobs = createJobs({ store, clock: systemClock, newId: randomUUID, redeliveryMs: 20 })
  await using engine = createEngine({
    store,
    bus,
    jobs,
    clock: systemClock,
    log: silentLog,
    newId: randomUUID,
    newKey: () => randomAlphanumeric(7),
    providers: [providerOf(workOn), APPROVAL],
    rules: [ruleOf(workOn)],
    clientFor: () => () => assert.fail('no client is needed here'),
    probe,
    // nothing here is worth waiting for, but the timeouts of actions must not happen
    schedule: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs > 60_000 ? 60_000 : Math.min(delayMs, 5)).unref()
      return () => clearTimeout(timer)
    },
  })
  const over = Promise.withResolvers<void>()
  const robot = new AbortController()

  /** A job worker that survives nothing: what it had taken before is still its own. */
  async function workAsRobot(): Promise<void> {
    const queue = customJobQueue(KEY, ROBOT)
    const lease = { worker: 'robot', leaseMs: 50, signal: robot.signal }
    const held = (await inner.read.jobs.open(queue)).find(({ status }) => status === 'InProgress')
    const claim = () => insist(() => jobs.claim(queue, lease))
    for (let taken = held ?? (await claim()); taken; taken = await claim()) {
      const { id, document } = taken
      const { order } = document as CustomJobDocument
      await workOn(order.action.id)
      const about = { executionId: order.executionId, actionExecutionId: order.action.id }
      await insist(() =>
        engine.send(
          KEY,
          { type: 'ActionSucceeded', ...about },
          async (tx) => void (await jobs.endIn(tx, id, 'Succeeded')),
        ),
      )
    }
  }

  let looking: Promise<void> | undefined
  let again = false
  const look = (): void => {
    again = true
    looking ??= (async () => {
      while (again) {
        again = false
        await answerOrEnd()
      }
      looking = undefined
    })().catch(over.reject)
  }
  async function answerOrEnd(): Promise<void> {
    const [execution] = await inner.read.pipelines.executions(KEY, { limit: 1 })
    const asked = execution?.stages['Build']?.actions['Ask']
    if (asked?.status === 'InProgress') {
      const { stage, action, token = '' } = asked
      const answer = { stage, action, token, status: 'Approved', summary: 'fine', by: 'arn:me' } as const
      await insist(() => engine.send(KEY, { type: 'ApprovalAnswered', ...answer }))
    }
    if (execution !== undefined && execution.status !== 'InProgress') over.resolve()
  }

  /** A caller whom the store failed asks again, as long as what he asked for has not happened. */
  async function insist<Result>(send: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await send()
      } catch {
        // he cannot know whether it was done; asking twice must be harmless
        await setImmediate()
      }
    }
  }

  bus.listen({}, look)
  await insist(() => engine.recover())
  const robotEnded = workAsRobot().catch(over.reject)
  await insist(async () => {
    if ((await inner.read.pipelines.load(KEY)) !== undefined) return
    await engine.create({ key: KEY, declaration: DECLARATION, tags: {}, startedBy: 'arn:me', variables: {} })
  })
  look()
  await over.promise
  robot.abort()
  await robotEnded
  await engine.idle()
  const worked = linesOf(work).slice(workedOnBefore)
  return await historyOf(
    inner,
    [...new Set(worked)].filter((id) => endedBefore.has(id)),
  )
}

const linesOf = (file: string): readonly string[] =>
  existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []

/** Whatever it does takes a turn of the event loop, so that parallel work is interleaved. */
const providerOf = (workOn: (id: string) => Promise<void>): ActionProvider => ({
  types: Object.values(TYPES),
  run: async ({ action }, context) => {
    await workOn(action.id)
    if (action.action === 'Left') await context.progress({ externalExecutionId: action.id })
    await setImmediate()
    return { type: 'Succeeded', outputVariables: { Commit: 'c1' } }
  },
})

/** A person ends it. */
const APPROVAL: ActionProvider = {
  types: [approval('any').actionTypeId ?? ROBOT],
  run: async () => ({ type: 'Pending' }),
}

const WINDOW_OPENS_AFTER_MS = 3

/** `Open` waits a moment, whichever process looks at the clock. */
const ruleOf = (workOn: (id: string) => Promise<void>): RuleProvider => ({
  types: [WINDOW, rule('any').ruleTypeId],
  run: async ({ rule: { id, typeId, startedAt } }, { now }) => {
    await workOn(id)
    const opensAt = startedAt + WINDOW_OPENS_AFTER_MS
    return typeId.provider === WINDOW.provider && now < opensAt
      ? { type: 'Waiting', until: opensAt, progress: { summary: 'not yet' } }
      : { type: 'Succeeded' }
  },
})

async function runsOf(store: Store): Promise<readonly (ActionExecution | RuleExecution)[]> {
  const [actions, rules] = await Promise.all([
    store.read.pipelines.actionExecutions(KEY, { limit: 100 }),
    store.read.pipelines.ruleExecutions(KEY, { limit: 100 }),
  ])
  return [...actions.map(({ action }) => action), ...rules.map(({ rule }) => rule)]
}

const endedRuns = async (store: Store): Promise<readonly string[]> =>
  (await runsOf(store)).filter(({ status }) => status !== 'InProgress').map(({ id }) => id)

async function historyOf(store: Store, repeated: readonly string[]): Promise<History> {
  const { pipelines, outbox, timers, jobs, events } = store.read
  const executions = await pipelines.executions(KEY, { limit: 10 })
  const runs = await runsOf(store)
  const journal = await events.after(0, 1000)
  const timer = await timers.next()
  return {
    status: executions.map(({ status }) => status).join(', '),
    stages: executions.flatMap(stagesOf),
    actions: runs.flatMap((run) => ('action' in run ? [actionLine(run)] : [])).toSorted(),
    rules: runs
      .flatMap((run) => ('rule' in run ? [`${run.stage}/${run.condition}/${run.rule} ${run.status}`] : []))
      .toSorted(),
    // what a provider reports while it works may be told again when it works again
    events: journal
      .flatMap(({ event }) => (/Progress/.test(event.detailType) ? [] : [eventLine(event.detail)]))
      .toSorted(),
    repeated: repeated.map((id) =>
      nameOf(
        runs.find((run) => run.id === id),
        id,
      ),
    ),
    left: [...(await outbox.pending()), ...(await jobs.open()), ...(timer === undefined ? [] : [timer])],
  }
}

const stagesOf = ({ stages, artifacts }: PipelineExecution): readonly string[] => [
  ...Object.entries(stages).map(
    ([name, { status, conditions = {} }]) =>
      `${name} ${status} ${Object.entries(conditions)
        .map(([key, condition]) => `${key}: ${condition.status}`)
        .join(', ')}`,
  ),
  `artifacts: ${Object.keys(artifacts).toSorted().join(', ')}`,
]

const actionLine = ({
  stage,
  action,
  status,
  summary = '',
  outputVariables = {},
  resolvedConfiguration,
}: ActionExecution) =>
  `${stage}/${action} ${status} ${summary} ${JSON.stringify(outputVariables)} ${JSON.stringify(resolvedConfiguration)}`

const eventLine = (detail: Readonly<Record<string, unknown>>): string =>
  ['stage', 'action', 'rule', 'condition', 'state'].map((member) => JSON.stringify(detail[member] ?? '-')).join(' ')

const nameOf = (run: ActionExecution | RuleExecution | undefined, id: string): string =>
  run === undefined ? id : 'action' in run ? run.action : run.rule
