import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../base/log.ts'
import type { RuleContext, RuleOrder, RuleOutcome } from '../rules/rule.ts'
import { ActionAborted } from '../providers/provider.ts'
import { createRuleDispatch, type RuleDispatchDependencies } from './dispatch-rules.ts'

const PIPELINE = { account: '111122223333', region: 'eu-west-1', name: 'shop' }

const order = (provider = 'VariableCheck'): RuleOrder => ({
  pipeline: PIPELINE,
  pipelineArn: 'arn:aws:codepipeline:eu-west-1:111122223333:shop',
  pipelineRoleArn: 'arn:aws:iam::111122223333:role/pipeline',
  executionId: 'E1',
  rule: {
    id: 'r-1',
    executionId: 'E1',
    pipelineVersion: 1,
    stage: 'Deploy',
    condition: 'beforeEntry',
    rule: 'Check',
    typeId: { category: 'Rule', owner: 'AWS', provider, version: '1' },
    region: 'eu-west-1',
    status: 'InProgress',
    startedAt: 1,
    updatedAt: 1,
    configuration: {},
    resolvedConfiguration: {},
    inputArtifacts: [],
  },
  artifactBucket: 'artifacts',
  timeoutAt: 2,
})

const abandon = {
  type: 'AbandonRule',
  pipeline: PIPELINE,
  executionId: 'E1',
  ruleExecutionId: 'r-1',
  reason: 'no longer needed',
} as const

const never = () => {
  throw new Error('nobody needs this here')
}

function dispatchOf(run: (order: RuleOrder, context: RuleContext) => Promise<RuleOutcome>) {
  const saved: unknown[] = []
  const removed: number[] = []
  const tx = { outbox: { remove: async (ids: readonly number[]) => void removed.push(...ids) } }
  const store = { write: async (work: (writer: typeof tx) => Promise<unknown>) => await work(tx) }
  const dispatch = createRuleDispatch({
    store: store as unknown as RuleDispatchDependencies['store'],
    bus: {} as RuleDispatchDependencies['bus'],
    steps: { send: never },
    clientFor: never,
    providers: [],
    rules: [{ types: [order().rule.typeId], run }],
    clock: { now: () => 42 },
    log: silentLog,
    newId: () => 'request-1',
    save: async (outboxId, _pipeline, event) => void saved.push([outboxId, event]),
    insist: async (_id, write) => void (await write()),
    ending: new Set(),
    isStopping: () => false,
  })
  return { dispatch, saved, removed }
}

const about = { executionId: 'E1', ruleExecutionId: 'r-1' }

test('given a rule, when its provider has an outcome, then that is saved together with the end of its outbox entry', async () => {
  const until = 99
  for (const [outcome, event] of [
    [{ type: 'Succeeded' }, { type: 'RuleSucceeded', ...about }],
    [
      { type: 'Waiting', until },
      { type: 'RuleWaiting', until, ...about },
    ],
  ] as const) {
    const { dispatch, saved } = dispatchOf(async (_, { now }) => (assert.equal(now, 42), outcome))
    await dispatch.start(7, order())
    assert.deepEqual(saved, [[7, event]])
  }
})

test('given a rule that waits for ever, when it is abandoned, then its signal says so, nothing is saved and both entries are gone', async () => {
  let signal: AbortSignal | undefined
  const { dispatch, saved, removed } = dispatchOf(
    (_, context) =>
      new Promise((_resolve, reject) => {
        signal = context.signal
        signal.addEventListener('abort', () => reject(context.signal.reason as Error))
      }),
  )
  const started = dispatch.start(7, order())
  await dispatch.abandon(8, abandon)
  await started
  assert.ok(signal?.reason instanceof ActionAborted && signal.reason.message === 'no longer needed')
  assert.deepEqual([saved, removed], [[], [7, 8]])
})

test('given nobody runs the rule any more, when it is abandoned, then its entry is gone all the same', async () => {
  const { dispatch, removed } = dispatchOf(never)
  await dispatch.abandon(8, abandon)
  assert.deepEqual(removed, [8])
})

test('given a provider with a bug, then the rule could not be evaluated, and the owner gets a request id and not our text', async () => {
  const { dispatch, saved } = dispatchOf(async () => {
    throw new Error('secret internals')
  })
  await dispatch.start(7, order())
  const error = { code: 'InternalError', message: 'Pipewright failed internally (request id request-1)' }
  assert.deepEqual(saved, [[7, { type: 'RuleErrored', error, ...about }]])
})

test('given a service that says no, then the rule could not be evaluated, for the reason the service gives', async () => {
  const { dispatch, saved } = dispatchOf(async () => {
    const denied = Object.assign(new Error('User: arn is not authorized'), { name: 'AccessDenied' })
    throw Object.assign(denied, { $fault: 'client', $metadata: { httpStatusCode: 403 } })
  })
  await dispatch.start(7, order())
  const error = { code: 'PermissionError', message: 'User: arn is not authorized' }
  assert.deepEqual(saved, [[7, { type: 'RuleErrored', error, ...about }]])
})

test('given a type that nobody provides, then the rule says so', async () => {
  const { dispatch, saved } = dispatchOf(never)
  await dispatch.start(7, order('CloudWatchAlarm'))
  const message = 'Pipewright cannot evaluate the rule type CloudWatchAlarm yet.'
  assert.deepEqual(saved, [[7, { type: 'RuleErrored', error: { code: 'ConfigurationError', message }, ...about }]])
})
