/** Random histories in all three modes: whatever happens in whatever order, the rules hold and everything ends. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Command, PipelineEvent, PipelineState } from '../../../src/core/execution/execution.ts'
import { details, ordered, pipeline, Refused, world, type PipelineDetails, type World } from './harness.ts'
import { at, eventOf, pick, runningJobs, runningRules, SHAPES, step, type Step, type Untimed } from './random-steps.ts'

const isReport = ({ type }: Untimed): boolean =>
  (
    [
      'ActionSucceeded',
      'ActionFailed',
      'ActionTimedOut',
      'ActionAcknowledged',
      'RuleSucceeded',
      'RuleFailed',
      'RuleErrored',
      'RuleTimedOut',
    ] satisfies PipelineEvent['type'][] as string[]
  ).includes(type)

/** Nothing of the state may be changed in place: older states are history. */
function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const member of Object.values(value)) freeze(member)
}

/** Who enters a stage from a queue was first in it, but for those who left it because they are over. */
function assertQueueOrder(before: PipelineState, after: PipelineState): void {
  for (const [stage, { waiting }] of Object.entries(before.stages)) {
    // who skips all that a stage does is in front of the next one in the same turn
    const still = waiting.filter((id) => {
      const at = after.executions[id]?.at
      return at?.place === 'waiting' && at.stage === stage
    })
    assert.deepEqual(
      after.stages[stage]?.waiting.slice(0, still.length) ?? still,
      still,
      `the queue of ${stage} changed its order`,
    )
    const entered = waiting.filter((id) => after.executions[id]?.at?.place === 'inside')
    for (const id of entered) {
      const overtaken = waiting.slice(0, waiting.indexOf(id)).filter((other) => still.includes(other))
      assert.deepEqual(overtaken, [], `${id} overtook in ${stage}`)
    }
  }
}

function assertHistory(w: World, started: readonly string[]): void {
  const ends = new Map<string, string[]>()
  for (const { 'action-execution-id': id, state } of details(w.commands)) {
    if (typeof id === 'string') ends.set(id, [...(ends.get(id) ?? []), String(state)])
  }
  for (const [id, states] of ends) {
    assert.equal(states.length, 2, `${id}: ${states.join(', ')}`)
    assert.equal(states[0], 'STARTED')
  }
  for (const run of w.runs.values())
    assert.notEqual(run.status, 'InProgress', `${run.executionId}/${run.action} never ended`)
  for (const run of w.ruleRuns.values())
    assert.notEqual(run.status, 'InProgress', `${run.executionId}/${run.rule} never ended`)
  for (const id of started) {
    assert.ok(!['InProgress', 'Stopping'].includes(w.execution(id).status), `${id} is still ${w.execution(id).status}`)
  }
  const timers = (type: Command['type']) =>
    w.commands.flatMap((command) =>
      command.type === type && 'actionExecutionId' in command ? [command.actionExecutionId] : [],
    )
  assert.deepEqual(
    timers('CancelTimeout').toSorted(),
    timers('ScheduleTimeout').toSorted(),
    'every timer is set and cleared once',
  )
  const ruleTimers = w.commands.flatMap((command) =>
    command.type === 'ScheduleRule' && command.purpose === 'timeout' ? [command.ruleExecutionId] : [],
  )
  const cleared = w.commands.flatMap((command) =>
    command.type === 'CancelRuleTimers' ? [command.ruleExecutionId] : [],
  )
  assert.deepEqual(cleared.toSorted(), ruleTimers.toSorted(), 'every timer of a rule is set and cleared once')
}

/** A rollback goes back to what succeeded in its stage, in the same version unless it says otherwise, and was no rollback itself. */
function assertRollbacks(w: World): void {
  for (const { id, rollback, stages, pipelineVersion, artifacts, status, extension } of w.executionsOf('ROLLBACK')) {
    const target = w.execution(rollback?.targetExecutionId ?? '')
    const [stage = ''] = Object.keys(stages)
    assert.deepEqual(
      [target.type, target.pipelineVersion, target.stages[stage]?.status],
      [
        'STANDARD',
        extension?.type === 'RollbackAcrossVersions' ? extension.targetVersion : pipelineVersion,
        'Succeeded',
      ],
      id,
    )
    const runs = Object.values(stages[stage]?.actions ?? {})
    const made = new Set(runs.flatMap((run) => run.outputArtifacts.map(({ name }) => name)))
    for (const [name, location] of Object.entries(target.artifacts)) {
      if (!made.has(name)) assert.deepEqual(artifacts[name], location, `${name} of ${id}`)
    }
    assert.ok(!['InProgress', 'Stopping'].includes(status), `${id} is still ${status}`)
  }
}

/** What an execution says of itself is all there was: who started later has no earlier stages, who was skipped never worked. */
function assertExtensions(w: World, started: readonly string[]): void {
  for (const { id, extension, stages, artifacts, pipelineVersion } of started.map((each) => w.execution(each))) {
    if (extension?.type !== 'StartFromStage') continue
    const from = w.execution(extension.fromExecutionId)
    const declared = w.declarationOf(pipelineVersion)?.stages ?? []
    for (const { name, actions } of declared.slice(
      0,
      declared.findIndex((stage) => stage.name === extension.stage),
    )) {
      assert.ok(!Object.hasOwn(stages, name), `${id} ran ${name}`)
      for (const { name: artifact } of actions.flatMap(({ outputArtifacts }) => outputArtifacts))
        assert.deepEqual(artifacts[artifact], from.artifacts[artifact], `${artifact} of ${id}`)
    }
  }
  const worked = new Set(
    w.commands.flatMap((command) => (command.type === 'StartAction' ? [command.order.action.id] : [])),
  )
  for (const run of w.runs.values())
    assert.ok(
      run.skipped === undefined || !worked.has(run.id),
      `${run.executionId}/${run.action} was skipped and worked`,
    )
}

/** Opens every transition and delivers every result, until nobody has anything left to do. */
function finish(w: World): void {
  for (const { name } of w.state.declaration.stages) w.enable(name)
  for (let left = 2000; left > 0; left -= 1) {
    const [job] = runningJobs(w, (category) => category !== 'Approval')
    const [asked] = runningJobs(w, (category) => category === 'Approval')
    const run = asked && w.runs.get(asked.actionExecutionId)
    const [rule] = runningRules(w)
    if (rule !== undefined) w.send({ type: 'RuleSucceeded', ...rule })
    else if (job !== undefined) w.send({ type: 'ActionSucceeded', ...job, outputVariables: { k: 'v' } })
    else if (run !== undefined) w.answer(run.executionId, run.stage, run.action, 'Approved')
    else return
  }
  assert.fail('it does not come to an end')
}

const STARTS: ReadonlySet<PipelineEvent['type']> = new Set([
  'ExecutionRequested',
  'RollbackRequested',
  'StartFromStageRequested',
  'CrossVersionRollbackRequested',
])

function play(first: PipelineDetails, steps: readonly Step[]): void {
  const w = world(pipeline(first))
  const started: string[] = []
  const sent: Untimed[] = []
  const superseded = new Set<string>()
  for (const taken of steps) {
    const event = eventOf(w, taken, started, sent)
    if (event === undefined) continue
    const before = w.state
    freeze(before)
    try {
      const commands = w.send(event)
      if (STARTS.has(event.type) && 'executionId' in event) started.push(event.executionId)
      if (taken.type === 'repeat')
        assert.deepEqual([w.state === before, commands.length], [true, 0], 'a repeated report changed something')
      else if (isReport(event)) sent.push(event)
      for (const order of ordered(commands)) {
        assert.ok(!superseded.has(order.split('/')[0] ?? ''), `${order} was started for a superseded execution`)
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error
    }
    if (w.state.declaration.executionMode === 'QUEUED' && before.version === w.state.version)
      assertQueueOrder(before, w.state)
    for (const id of superseded) assert.equal(w.execution(id).status, 'Superseded')
    for (const id of started) if (w.execution(id).status === 'Superseded') superseded.add(id)
    for (const id of started) {
      if (w.execution(id).mode === 'PARALLEL') assert.ok(w.jobs().filter((job) => job.startsWith(`${id}/`)).length <= 5)
    }
  }
  assert.deepEqual(JSON.parse(JSON.stringify(w.state)), w.state, 'the state is plain JSON')
  finish(w)
  assertHistory(w, started)
  assertRollbacks(w)
  assertExtensions(w, started)
}

for (const first of ['SUPERSEDED', 'QUEUED', 'PARALLEL'] as const) {
  test(`given any history of a ${first} pipeline, when all results come in at last, then every rule was kept and everything ended`, () => {
    fc.assert(
      fc.property(pick, fc.array(step, { maxLength: 80, size: 'max' }), (shape, steps) => {
        play({ mode: first, stages: at(SHAPES, shape) ?? {} }, steps)
      }),
      { numRuns: Number(process.env['MODEL_RUNS'] ?? 150) },
    )
  })
}
