/** Why it does not go on: one test for each reason there is. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  explainExecution,
  explainPipeline,
  type Cause,
  type CircumstanceKind,
  type Reason,
} from '../../../src/core/execution/explain.ts'
import { ANA, action, approval, DAY, MINUTE, pipeline, rule, world, type World } from './harness.ts'

const why = (w: World, id: string): readonly Reason[] =>
  explainExecution({ state: w.state, now: w.now }, w.state.executions[id] ?? w.execution(id))

const kinds = (reasons: readonly Reason[]): readonly string[] => reasons.map(({ kind }) => kind)

/** The execution's one reason of this kind. */
function reason<Kind extends CircumstanceKind>(w: World, id: string, kind: Kind): Cause<Kind> & Reason {
  const found = why(w, id).filter((each) => each.kind === kind)
  assert.equal(found.length, 1, `${kind} among ${kinds(why(w, id)).join(', ')}`)
  return found[0] as Cause<Kind> & Reason
}

const gated = (details: Parameters<typeof approval>[1] = {}) =>
  pipeline({ stages: { Src: ['S'], Gate: [approval('Ask', details)], Deploy: ['D'] } })

const CODEBUILD = { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' } as const
const JOB = { category: 'Build', owner: 'Custom', provider: 'TJob', version: '1' } as const

test('Running: given an acknowledged job, then its worker is at it since then, and until when', () => {
  const w = world()
  w.pass('E1', 'S')
  const started = w.now
  w.acknowledge('B', 'E1')
  const { about, since, actionTypeId, timesOutAt, message, remedies } = reason(w, 'E1', 'Running')
  assert.deepEqual(about, { pipelineExecutionId: 'E1', stageName: 'Build', actionName: 'B' })
  assert.deepEqual([since, actionTypeId, timesOutAt], [w.now, JOB, started + DAY])
  assert.deepEqual([message, remedies], ['B is at work (TJob).', []])
})

test('WaitingForJobWorker: given a job nobody has acknowledged, then it says of which type a worker must ask', () => {
  const w = world()
  w.pass('E1', 'S')
  const { since, message, remedies } = reason(w, 'E1', 'WaitingForJobWorker')
  assert.equal(since, w.now)
  assert.equal(message, 'No job worker for Build/Custom/TJob/1 has acknowledged the job of B.')
  assert.deepEqual(
    remedies.map(({ operation, parameters }) => [operation, parameters]),
    [['PollForJobs', { actionTypeId: JOB, maxBatchSize: 1 }]],
  )
})

test('WaitingForRunner: given a build that is queued, then it waits for a runner; once one has begun, it is running', () => {
  const w = world(pipeline({ stages: { Src: ['S'], Build: [{ name: 'B', actionTypeId: CODEBUILD }], Deploy: ['D'] } }))
  w.pass('E1', 'S')
  const progress = { externalExecutionId: 'app:1', externalExecutionUrl: 'http://localhost/app:1' }
  w.send({ type: 'ActionProgressed', ...w.running('B', 'E1'), progress })
  const waits = reason(w, 'E1', 'WaitingForRunner')
  assert.equal(waits.externalExecutionUrl, 'http://localhost/app:1')
  assert.match(waits.message, /^The build of B is queued/)
  w.send({ type: 'ActionProgressed', ...w.running('B', 'E1'), progress: { begunAt: w.now } })
  assert.equal(reason(w, 'E1', 'Running').externalExecutionUrl, 'http://localhost/app:1')
})

test('WaitingForStage: given a stage that is held, then it says by whom, and how to stop that', () => {
  const w = world()
  w.pass('E1', 'S')
  w.pass('E2', 'S')
  const { about, heldBy, since, remedies } = reason(w, 'E2', 'WaitingForStage')
  assert.deepEqual([about.stageName, heldBy, since], ['Build', 'E1', w.now])
  assert.deepEqual(remedies[0]?.parameters, { pipelineName: 'shop', pipelineExecutionId: 'E1', abandon: false })
})

test('Queued: given a QUEUED pipeline, then each but the first in line says its position and who comes before', () => {
  const w = world(pipeline({ mode: 'QUEUED' }))
  for (const id of ['E1', 'E2', 'E3', 'E4']) w.pass(id, 'S')
  assert.deepEqual(kinds(why(w, 'E2')), ['WaitingForStage'])
  const { position, ahead, heldBy, message } = reason(w, 'E4', 'Queued')
  assert.deepEqual([position, ahead, heldBy], [3, ['E2', 'E3'], 'E1'])
  assert.equal(message, 'It is number 3 in the queue of stage Build, behind E2, E3.')
})

test('TransitionDisabled: given a disabled transition, then by whom, why, since when and until when it is resumed', () => {
  const w = world()
  w.disable('Build', 'Inbound', 'freeze')
  const disabledAt = w.now
  const [future, ...others] = explainPipeline({ state: w.state, now: w.now })
  assert.deepEqual([future?.kind, future?.about, others], ['TransitionDisabled', { stageName: 'Build' }, []])
  w.pass('E1', 'S')
  const held = reason(w, 'E1', 'TransitionDisabled')
  assert.deepEqual(
    [held.by, held.reason, held.since, held.givesUpAt, held.position],
    [ANA, 'freeze', w.now, w.now + 30 * DAY, 1],
  )
  assert.ok(held.since > disabledAt)
  assert.equal(held.message, `The transition into stage Build was disabled by ${ANA}: freeze.`)
  assert.deepEqual(held.remedies[0], {
    operation: 'EnableStageTransition',
    parameters: { pipelineName: 'shop', stageName: 'Build', transitionType: 'Inbound' },
    does: 'Enables the transition',
  })
  assert.equal(explainPipeline({ state: w.state, now: w.now }).length, 1, 'told of once, with who waits there')
})

test('TransitionDisabled: given a stage that is disabled and held at once, then the transition is the reason', () => {
  const w = world()
  w.pass('E1', 'S')
  w.pass('E2', 'S')
  w.disable('Build')
  assert.deepEqual(kinds(why(w, 'E2')), ['TransitionDisabled'])
})

test('ApprovalNeeded: given an open approval, then what is asked and until when, and never its token', () => {
  const configuration = {
    CustomData: 'ship it?',
    ExternalEntityLink: 'http://x/1',
    NotificationArn: 'arn:aws:sns:r:1:t',
  }
  const w = world(gated({ configuration, timeoutInMinutes: 5 }))
  w.pass('E1', 'S')
  const needed = reason(w, 'E1', 'ApprovalNeeded')
  assert.deepEqual(
    [needed.expiresAt, needed.question, needed.reviewUrl, needed.notificationArn],
    [w.now + 5 * MINUTE, 'ship it?', 'http://x/1', 'arn:aws:sns:r:1:t'],
  )
  const [approve] = needed.remedies
  assert.deepEqual([approve?.operation, approve?.needs], ['PutApprovalResult', ['token']])
  assert.equal(approve?.parameters['actionName'], 'Ask')
  assert.ok(!JSON.stringify(needed).includes(w.lastRun('Ask', 'E1').token ?? '?'))
})

test('ApprovalRejected: given a rejection, then by whom and with which comment', () => {
  const w = world(gated())
  w.pass('E1', 'S')
  w.answer('E1', 'Gate', 'Ask', 'Rejected', 'not on a Friday')
  const { by, comment, remedies } = reason(w, 'E1', 'ApprovalRejected')
  assert.deepEqual([by, comment], [ANA, 'not on a Friday'])
  assert.equal(remedies[0]?.operation, 'RetryStageExecution')
})

test('TimedOut: given nobody answered in time, then that is told apart from a failure', () => {
  const w = world(gated({ timeoutInMinutes: 5 }))
  w.pass('E1', 'S')
  w.send({ type: 'ActionTimedOut', ...w.running('Ask', 'E1') })
  assert.equal(reason(w, 'E1', 'TimedOut').message, 'Ask: The approval expired: nobody answered within 5 minutes.')
})

test('ActionFailed: given an action that failed, then code, text and link, and a retry; while others run, those too', () => {
  const w = world(pipeline({ stages: { Src: ['S'], Build: ['B', 'C'], Deploy: ['D'] } }))
  w.pass('E1', 'S')
  const externalExecutionUrl = 'http://ci/7'
  w.send({
    type: 'ActionFailed',
    ...w.running('B', 'E1'),
    error: { code: 'JobFailed', message: 'npm test exited with 1' },
    progress: { externalExecutionUrl },
  })
  assert.deepEqual(kinds(why(w, 'E1')), ['WaitingForJobWorker', 'ActionFailed'])
  w.ok('C', 'E1')
  const failed = reason(w, 'E1', 'ActionFailed')
  assert.deepEqual(failed.error, { code: 'JobFailed', message: 'npm test exited with 1' })
  assert.equal(failed.externalExecutionUrl, externalExecutionUrl)
  assert.equal(failed.message, 'B failed (JobFailed): npm test exited with 1.')
  assert.deepEqual(failed.remedies[0]?.parameters, {
    pipelineName: 'shop',
    stageName: 'Build',
    pipelineExecutionId: 'E1',
    retryMode: 'FAILED_ACTIONS',
  })
  w.pass('E2', 'S')
  assert.deepEqual(reason(w, 'E1', 'ActionFailed').remedies, [], 'another execution has taken its place')
})

test('Superseded: given a newer execution, then by which one and in front of which stage', () => {
  const w = world()
  for (const id of ['E1', 'E2', 'E3']) w.pass(id, 'S')
  const { about, supersededBy, message } = reason(w, 'E2', 'Superseded')
  assert.deepEqual([about.stageName, supersededBy], ['Build', 'E3'])
  assert.equal(message, 'It was superseded by execution E3 in front of stage Build.')
})

test('Superseded: given an execution of an older Pipewright, then its summary still tells by whom', () => {
  const w = world()
  for (const id of ['E1', 'E2', 'E3']) w.pass(id, 'S')
  const { supersededBy: _later, ...older } = w.execution('E2')
  const [old] = explainExecution({ state: w.state, now: w.now }, older)
  assert.deepEqual([old?.kind, old?.kind === 'Superseded' && old.supersededBy], ['Superseded', 'E3'])
})

test('Stopping and Stopped: given a stop, then by whom and why, and what it still waits for', () => {
  const w = world()
  w.pass('E1', 'S')
  w.stop('E1', { reason: 'wrong branch' })
  const stopping = reason(w, 'E1', 'Stopping')
  assert.deepEqual([stopping.by, stopping.reason, stopping.waitsFor], [ANA, 'wrong branch', ['B']])
  assert.deepEqual(stopping.remedies[0]?.parameters['abandon'], true)
  w.ok('B', 'E1')
  const stopped = reason(w, 'E1', 'Stopped')
  assert.deepEqual(
    [stopped.about.stageName, stopped.by, stopped.reason, stopped.abandoned, stopped.remedies.length],
    ['Build', ANA, 'wrong branch', false, 0],
  )
})

test('Stopped: given an abandoned action, then a retry goes on in the stage; of one that waited, only a new start does', () => {
  const w = world()
  w.pass('E1', 'S')
  w.pass('E2', 'S')
  w.stop('E2')
  assert.equal(reason(w, 'E2', 'Stopped').remedies[0]?.operation, 'StartPipelineExecution')
  w.stop('E1', { abandon: true })
  assert.equal(reason(w, 'E1', 'Stopped').remedies[0]?.operation, 'RetryStageExecution')
})

test('Abandoned: given a stop with abandon while another action had failed before, then both are told', () => {
  const w = world(pipeline({ stages: { Src: ['S'], Build: ['B', 'C'], Deploy: ['D'] } }))
  w.pass('E1', 'S')
  w.stop('E1', { abandon: true, reason: 'enough' })
  assert.deepEqual(kinds(why(w, 'E1')), ['Stopped', 'Abandoned', 'Abandoned'])
})

const checked = (stage: Parameters<typeof pipeline>[0] = {}) => pipeline(stage)
const entry = (result?: 'SKIP' | 'FAIL') => ({
  conditions: [{ rules: [rule('Window', { timeoutInMinutes: 10 })], ...(result && { result }) }],
})

test('ConditionWaiting: given rules that are not met yet, then which ones, what they say and when they are asked again', () => {
  const deploy = { name: 'Deploy', actions: [action({ name: 'D' })], beforeEntry: entry('FAIL') }
  const w = world(checked({ stages: { Src: ['S'], Deploy: deploy } }))
  w.pass('E1', 'S')
  const asked = w.now
  const until = w.now + 5 * MINUTE
  w.send({ type: 'RuleWaiting', ...w.runningRule('Window', 'E1'), until, progress: { summary: 'closed until 12:00' } })
  const waits = reason(w, 'E1', 'ConditionWaiting')
  assert.deepEqual(waits.about, { pipelineExecutionId: 'E1', stageName: 'Deploy', condition: 'beforeEntry' })
  assert.deepEqual(waits.rules, [
    { ruleName: 'Window', provider: 'VariableCheck', since: asked, summary: 'closed until 12:00', until },
  ])
  assert.deepEqual([waits.timesOutAt, waits.remedies[0]?.operation], [asked + 10 * MINUTE, 'OverrideStageCondition'])
})

test('ConditionFailed: given a condition that was not met, then which, why, and how to override it', () => {
  const build = { name: 'Build', actions: [action({ name: 'B' })], onSuccess: entry('FAIL') }
  const w = world(checked({ stages: { Src: ['S'], Build: build } }))
  w.pass('E1', 'S', 'B')
  w.unmet('Window', 'E1', 'closed')
  const failed = reason(w, 'E1', 'ConditionFailed')
  assert.equal(failed.message, 'The onSuccess condition of stage Build was not met: Rule Window failed: closed.')
  assert.deepEqual(
    failed.remedies.map(({ operation }) => operation),
    ['OverrideStageCondition', 'RetryStageExecution'],
  )
  assert.equal(failed.remedies[0]?.parameters['conditionType'], 'ON_SUCCESS')
})

test('Skipped: given an entry condition with SKIP, then the stage tells why it was left out, and none can override that', () => {
  const deploy = { name: 'Deploy', actions: [action({ name: 'D' })], beforeEntry: entry('SKIP') }
  const w = world(checked({ stages: { Src: ['S'], Deploy: deploy } }))
  w.pass('E1', 'S')
  assert.equal(reason(w, 'E1', 'ConditionWaiting').isOverridable, false)
  w.unmet('Window', 'E1', 'closed')
  assert.deepEqual(kinds(why(w, 'E1')), ['Skipped', 'Succeeded'])
  assert.match(reason(w, 'E1', 'Skipped').message, /^Stage Deploy was skipped by its entry condition: Rule Window/)
})

test('ActionSkipped: given an action that somebody had skipped, then by whom and why; it is no failure', () => {
  const w = world()
  w.start('E1')
  w.skip('E1', 'Build', 'B', 'known to be flaky')
  w.ok('S', 'E1')
  assert.deepEqual(kinds(why(w, 'E1')), ['WaitingForJobWorker', 'ActionSkipped'])
  const { by, reason: told, message } = reason(w, 'E1', 'ActionSkipped')
  assert.deepEqual([by, told, message], [ANA, 'known to be flaky', `B was skipped by ${ANA}: known to be flaky.`])
})

test('ActionLimit: given a PARALLEL execution whose actions are all it may run, then the others wait for a slot', () => {
  const names = ['A', 'B', 'C']
  const w = world(pipeline({ mode: 'PARALLEL', stages: { Src: ['S'], Build: names } }), {
    limits: { concurrentActions: 2 },
  })
  w.pass('E1', 'S')
  const scene = { state: w.state, now: w.now, limits: { concurrentActions: 2 } }
  const held = explainExecution(scene, w.execution('E1')).find(({ kind }) => kind === 'ActionLimit')
  assert.equal(held?.message, 'C must wait: an execution may run 2 actions at once, and does.')
})

test('ExecutionLimit and VariablesMissing: given an automatic start that could not be, then its record says why', () => {
  const full = world(pipeline({ mode: 'QUEUED' }), { limits: { concurrentExecutions: 1 } })
  full.start('E1')
  full.start('E2', { automatic: true })
  assert.equal(reason(full, 'E2', 'ExecutionLimit').remedies[0]?.operation, 'StartPipelineExecution')
  const lacking = world(pipeline({ variables: [{ name: 'Env' }] }))
  lacking.start('E1', { automatic: true })
  const { message, remedies } = reason(lacking, 'E1', 'VariablesMissing')
  assert.match(message, /must be given at the start: Env\.$/)
  assert.deepEqual(remedies[0]?.needs, ['variables'])
})

test('WaitedTooLong: given 30 days at a disabled transition, then it is not resumed, and that is why', () => {
  const w = world()
  w.disable('Build')
  w.pass('E1', 'S')
  w.wait(31 * DAY)
  w.enable('Build')
  assert.match(reason(w, 'E1', 'WaitedTooLong').message, /more than 30 days/)
})

test('Draining and Cancelled: given an update of the pipeline, then who runs ends first and who waits is cancelled', () => {
  const w = world()
  w.pass('E1', 'S')
  w.acknowledge('B', 'E1')
  w.pass('E2', 'S')
  w.update()
  assert.match(reason(w, 'E2', 'Cancelled').message, /updated to version 2/)
  assert.deepEqual(reason(w, 'E1', 'Draining').waitsFor, ['B'])
  w.ok('B', 'E1')
  assert.deepEqual(kinds(why(w, 'E1')), ['Cancelled'])
})

test('RolledBack: given a failure that was rolled back by itself, then to what and by which execution', () => {
  const deploy = { name: 'Deploy', actions: [action({ name: 'D' })], onFailure: { result: 'ROLLBACK' as const } }
  const w = world(pipeline({ stages: { Src: ['S'], Deploy: deploy } }))
  w.pass('E1', 'S', 'D')
  w.pass('E2', 'S')
  w.fail('D', 'E2')
  const [rollback] = w.executionsOf('ROLLBACK')
  const { targetExecutionId, rollbackExecutionId } = reason(w, 'E2', 'RolledBack')
  assert.deepEqual([targetExecutionId, rollbackExecutionId], ['E1', rollback?.id])
  assert.deepEqual(kinds(why(w, 'E2')), ['ActionFailed', 'RolledBack'])
})

test('Failed: given a failure whose reason an older Pipewright did not record, then its summary is all there is', () => {
  const w = world(pipeline({ variables: [{ name: 'Env' }] }))
  w.start('E1', { automatic: true })
  const { refusal: _later, ...older } = w.execution('E1')
  const [failed] = explainExecution({ state: w.state, now: w.now }, older)
  assert.deepEqual([failed?.kind, /Env/.test(failed?.message ?? '')], ['Failed', true])
})

test('a whole pipeline: given several executions, then each has its reason, and who needs a person comes first', () => {
  const w = world(gated())
  assert.deepEqual(explainPipeline({ state: w.state, now: w.now }), [])
  for (const id of ['E1', 'E2', 'E3']) w.pass(id, 'S')
  w.start('E4')
  const all = explainPipeline({ state: w.state, now: w.now })
  assert.deepEqual(
    all.map(({ kind, about }) => `${about.pipelineExecutionId} ${kind}`),
    ['E1 ApprovalNeeded', 'E4 WaitingForJobWorker', 'E3 WaitingForStage'],
  )
})

test('Succeeded: given nothing in progress and nothing left behind, then how the newest execution ended', () => {
  const w = world()
  w.pass('E1', 'S', 'B', 'D')
  assert.deepEqual(kinds(explainPipeline({ state: w.state, now: w.now })), ['Succeeded'])
})
