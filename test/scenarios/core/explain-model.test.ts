/** Whatever happened to a pipeline: everything is explained, and what is suggested would be accepted. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { decide, type PipelineEvent } from '../../../src/core/execution/execution.ts'
import { explainExecution, explainPipeline, type Remedy } from '../../../src/core/execution/explain.ts'
import { isActive } from '../../../src/core/execution/status.ts'
import { ANA, pipeline, Refused, world, type World } from './harness.ts'
import { at, eventOf, pick, SHAPES, step, type Step } from './random-steps.ts'

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The call that a remedy of the rules' own stands for; others need what only a person or a worker has. */
function eventFor({ operation, parameters }: Remedy): PipelineEvent | undefined {
  const executionId = text(parameters['pipelineExecutionId'])
  const common = { at: 0, by: ANA, stage: text(parameters['stageName']) }
  switch (operation) {
    case 'EnableStageTransition':
      return { type: 'TransitionEnabled', ...common, direction: 'Inbound' }
    case 'StopPipelineExecution':
      return { type: 'StopRequested', ...common, executionId, abandon: parameters['abandon'] === true }
    case 'RetryStageExecution':
      return { type: 'RetryRequested', ...common, executionId, mode: 'FAILED_ACTIONS' }
    case 'OverrideStageCondition': {
      const condition = parameters['conditionType'] === 'BEFORE_ENTRY' ? 'beforeEntry' : 'onSuccess'
      return { type: 'OverrideRequested', ...common, executionId, condition }
    }
    default:
      return undefined
  }
}

function assertExplained(w: World, started: readonly string[]): void {
  const scene = { state: w.state, now: w.now }
  for (const id of started) {
    const execution = w.execution(id)
    const reasons = explainExecution(scene, w.state.executions[id] ?? execution)
    assert.ok(reasons.length > 0, `${id}, ${execution.status}, is not explained`)
    if (isActive(execution)) assert.notEqual(reasons[0]?.kind, 'Succeeded')
    for (const { message, since, kind } of reasons) {
      assert.doesNotMatch(message, /undefined|NaN/, kind)
      assert.ok(since <= w.now, `${kind} since ${since}`)
    }
  }
  const reasons = explainPipeline(scene)
  const told = new Set(reasons.map(({ about }) => about.pipelineExecutionId))
  for (const { id } of Object.values(w.state.executions).filter(isActive)) assert.ok(told.has(id), `${id} is left out`)
  const everything = JSON.stringify(reasons)
  for (const { token } of w.runs.values()) assert.ok(token === undefined || !everything.includes(token), 'a token')
  for (const remedy of reasons.flatMap(({ remedies }) => remedies)) {
    const event = eventFor(remedy)
    if (event === undefined) continue
    const decision = decide(w.state, { ...event, at: w.now }, w.options)
    // a full pipeline takes back nothing until another execution has ended, and a stop may be asked for already
    const full = 'ConcurrentPipelineExecutionsLimitExceededException'
    if (decision.accepted || decision.rejection.code === full) continue
    const isStopping = decision.rejection.code === 'DuplicatedStopRequestException'
    assert.ok(isStopping, `${JSON.stringify(remedy)}: ${decision.rejection.message}`)
  }
}

function play(mode: 'SUPERSEDED' | 'QUEUED' | 'PARALLEL', shape: number, steps: readonly Step[]): void {
  const w = world(pipeline({ mode, stages: at(SHAPES, shape) ?? {} }))
  const started: string[] = []
  for (const taken of steps) {
    const event = eventOf(w, taken, started, [])
    if (event === undefined) continue
    try {
      w.send(event)
      // whatever began a new execution, it has the next id
      if ('executionId' in event && event.executionId === `E${started.length + 1}`) started.push(event.executionId)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
    }
    assertExplained(w, started)
  }
}

for (const mode of ['SUPERSEDED', 'QUEUED', 'PARALLEL'] as const) {
  test(`given any history of a ${mode} pipeline, then every execution has a reason, and its remedies would be accepted`, () => {
    fc.assert(
      fc.property(pick, fc.array(step, { maxLength: 50, size: 'max' }), (shape, steps) => play(mode, shape, steps)),
      { numRuns: Number(process.env['MODEL_RUNS'] ?? 60) },
    )
  })
}
