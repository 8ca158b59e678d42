/**
 * Callers who know nothing of each other: starts, stops, retries, rollbacks, updates, transitions and workers at the same moment, in
 * every mode. Whatever happens, each call is answered with a result or one of its documented exceptions, and once nobody asks for
 * anything more, everything comes to an end.
 */
import {
  GetPipelineStateCommand,
  PollForJobsCommand,
  type PipelineExecutionSummary,
} from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandOf, documentedExceptions } from '../../support/operations.ts'
import { JOB, job, p3, source, SOURCE, stage, startTester, type Tester } from '../../support/worker.ts'

const MODES = ['SUPERSEDED', 'QUEUED', 'PARALLEL'] as const
const ROUNDS = 20
const CALLS_AT_ONCE = 8

const documented = documentedExceptions()
/** Not documented, and yet the answer: `spec` 1.4, P-02. */
const allowed = (operation: string): readonly string[] => [
  ...(documented.get(operation) ?? []),
  ...(operation === 'UpdatePipeline' ? ['PipelineNotFound'] : []),
]

type Asked = readonly [operation: string, input: object]

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

for (const [index, mode] of MODES.entries()) {
  test(`given ${mode} mode and everybody at once, then every answer is one of the documented, and all comes to an end`, async () => {
    await using tester = await startTester()
    const random = randomFrom(index + 1)
    const pick = <Item>(items: readonly Item[]): Item =>
      items[Math.floor(random() * items.length)] ?? assert.fail('none')
    const declaration = (executionMode: (typeof MODES)[number]) =>
      p3({
        executionMode,
        stages: [
          stage('Src', source()),
          stage('Build', job('B1'), job('B2', { runOrder: 2 })),
          { ...stage('Deploy', job('D')), onFailure: { result: 'RETRY' } },
        ],
      })
    await tester.create(declaration(mode))
    const answers = new Map<string, number>()

    async function ask([operation, input]: Asked): Promise<void> {
      const answer = await tester.codepipeline.send(commandOf(operation, input)).then(
        () => 'ok',
        (error: unknown) => {
          assert.ok(error instanceof Error)
          const name = error.name.replace(/Exception$/, '')
          assert.ok(allowed(operation).includes(name), `${operation} answers with ${error.name}: ${error.message}`)
          return name
        },
      )
      answers.set(`${operation} ${answer}`, (answers.get(`${operation} ${answer}`) ?? 0) + 1)
    }

    for (let round = 0; round < ROUNDS; round += 1) {
      const known = (await tester.executions()).slice(0, 8)
      const calls = Array.from({ length: CALLS_AT_ONCE }, () => anyCall(known))
      await Promise.all([...calls.map(ask), ...[1, 2, 3].map(async () => await work(tester, random, ask))])
      await tester.engine.idle()
    }
    assert.ok([...answers.keys()].filter((key) => key.endsWith(' ok')).length >= 8, JSON.stringify([...answers]))

    for (const stageName of ['Src', 'Build', 'Deploy']) {
      await ask(['EnableStageTransition', { pipelineName: 'P3', stageName, transitionType: 'Inbound' }])
    }
    for (let patience = 500; patience > 0; patience -= 1) {
      await tester.engine.idle()
      if (!(await work(tester, () => 1, ask)) && (await unfinished(tester)).length === 0) break
      // what nobody acknowledged is handed out again after a minute
      await tester.advance(61_000)
    }
    assert.deepEqual(await unfinished(tester), [])
    const { stageStates = [] } = await tester.codepipeline.send(new GetPipelineStateCommand({ name: 'P3' }))
    for (const { stageName, latestExecution, inboundExecution } of stageStates) {
      assert.notEqual(latestExecution?.status, 'InProgress', `inside ${stageName}`)
      assert.notEqual(inboundExecution?.status, 'InProgress', `before ${stageName}`)
    }

    function anyCall(known: readonly PipelineExecutionSummary[]): Asked {
      const any = pick(known).pipelineExecutionId
      /** one of them in that status, if there is one: a call that cannot succeed proves little */
      const of = (...statuses: readonly string[]) =>
        known.find(({ status = '' }) => statuses.includes(status))?.pipelineExecutionId ?? any
      const stageName = pick(['Src', 'Build', 'Deploy'])
      const place = { pipelineName: 'P3', stageName }
      const makers: readonly (() => Asked)[] = [
        () => ['StartPipelineExecution', { name: 'P3' }],
        () => ['StartPipelineExecution', { name: 'P3', clientRequestToken: pick(['a', 'b']) }],
        () => [
          'PutActionRevision',
          {
            ...place,
            stageName: 'Src',
            actionName: 'S',
            actionRevision: { revisionId: pick(['r1', 'r2', 'r3']), revisionChangeId: 'c', created: new Date(0) },
          },
        ],
        () => [
          'StopPipelineExecution',
          { ...place, pipelineExecutionId: of('InProgress', 'Stopping'), abandon: random() < 0.5 },
        ],
        () => [
          'RetryStageExecution',
          {
            ...place,
            pipelineExecutionId: of('Failed', 'Stopped'),
            retryMode: pick(['FAILED_ACTIONS', 'ALL_ACTIONS']),
          },
        ],
        () => ['RollbackStage', { ...place, targetPipelineExecutionId: of('Succeeded') }],
        () => ['OverrideStageCondition', { ...place, pipelineExecutionId: any, conditionType: 'BEFORE_ENTRY' }],
        () => ['DisableStageTransition', { ...place, transitionType: 'Inbound', reason: 'busy' }],
        // opened more often than closed, or nobody would get far
        ...Array.from({ length: 3 }, () => (): Asked => [
          'EnableStageTransition',
          { ...place, transitionType: 'Inbound' },
        ]),
        () => ['GetPipelineExecution', { pipelineName: 'P3', pipelineExecutionId: any }],
        () => ['GetPipelineState', { name: 'P3' }],
        () => ['ListActionExecutions', { pipelineName: 'P3', filter: { pipelineExecutionId: any } }],
      ]
      // an update ends most of what is going on: it comes now and then
      return random() < 0.01 ? ['UpdatePipeline', { pipeline: declaration(pick(MODES)) }] : pick(makers)()
    }
  })
}

/** A worker who takes what there is, and ends it well, badly or twice. @returns whether there was anything */
async function work(tester: Tester, random: () => number, ask: (asked: Asked) => Promise<void>): Promise<boolean> {
  let found = 0
  for (const actionTypeId of [SOURCE, JOB]) {
    const { jobs = [] } = await tester.codepipeline.send(new PollForJobsCommand({ actionTypeId, maxBatchSize: 10 }))
    found += jobs.length
    for (const { id: jobId, nonce } of jobs) {
      if (random() < 0.1) continue // it went away
      await ask(['AcknowledgeJob', { jobId, nonce }])
      const failed = random() < 0.3
      const end = (): Asked =>
        failed
          ? ['PutJobFailureResult', { jobId, failureDetails: { type: 'JobFailed', message: 'it broke' } }]
          : ['PutJobSuccessResult', { jobId }]
      await Promise.all([ask(end()), ...(random() < 0.1 ? [ask(end())] : [])])
    }
  }
  return found > 0
}

const unfinished = async (tester: Tester): Promise<readonly string[]> =>
  (await tester.executions())
    .filter(({ status }) => status === 'InProgress' || status === 'Stopping')
    .map(({ pipelineExecutionId, status }) => `${pipelineExecutionId} is ${status}`)
