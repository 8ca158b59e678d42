/** Holds the real state against what the rules say. */
import type { PipelineExecution, PipelineState } from '../../src/core/execution/execution.ts'
import type { ReferenceModel } from './reference-model.ts'
import { isActive, type ModelExecution, type ModelRun, type ModelStage } from './reference-state.ts'

/**
 * Ids that only the real thing knows (of runs, tokens, automatic rollbacks) are learned on the way; from then on they must stay.
 * @returns a sentence for each difference
 */
export function differences(model: ReferenceModel, state: PipelineState): readonly string[] {
  const found: string[] = []
  const expect = (what: string, real: Comparable, expected: Comparable): void => {
    if (real !== expected) found.push(`${what} is ${show(real)}, and should be ${show(expected)}`)
  }
  learnRollbacks(model, state)
  for (const execution of model.active()) {
    if (state.executions[execution.id] === undefined)
      found.push(`${execution.id} should be ${execution.status}, but is lost`)
  }
  for (const id of Object.keys(state.executions)) {
    const real = state.executions[id]
    const expected = model.find(id)
    if (real === undefined) continue
    if (expected === undefined) found.push(`${id} should not exist`)
    else compareExecution(real, expected, expect)
  }
  for (const { name } of state.declaration.stages) {
    const { holder, waiting = [], latest, stoppedInbound } = state.stages[name] ?? {}
    expect(`the holder of ${name}`, holder, model.holder(name)?.id)
    expect(
      `the line in front of ${name}`,
      waiting.join(' '),
      (model.lines.get(name) ?? []).map(({ id }) => id).join(' '),
    )
    expect(`the latest execution of ${name}`, latest, model.latest.get(name)?.id)
    expect(`the stopped inbound of ${name}`, stoppedInbound, model.stoppedInbound.get(name)?.id)
    expect(`the inbound transition of ${name}`, state.transitions[name]?.enabled ?? true, !model.closed.has(name))
  }
  return found
}

type Comparable = string | number | boolean | undefined
type Expect = (what: string, real: Comparable, expected: Comparable) => void

function compareExecution(real: PipelineExecution, expected: ModelExecution, expect: Expect): void {
  const { id, status, at, attempt, type, mode, rollback } = real
  expect(id, status, expected.status)
  expect(`the place of ${id}`, at && `${at.place} ${at.stage}`, placeOf(expected))
  expect(`the attempt of ${id}`, attempt, expected.attempt)
  expect(`the type of ${id}`, type, expected.rollback === undefined ? 'STANDARD' : 'ROLLBACK')
  expect(`the mode of ${id}`, mode, expected.mode)
  expect(`the target of ${id}`, rollback?.targetExecutionId, expected.rollback?.target.id)
  expect(`the stages that ${id} entered`, Object.keys(real.stages).join(' '), [...expected.stages.keys()].join(' '))
  for (const [name, stage] of expected.stages) {
    const there = real.stages[name]
    if (there !== undefined) compareStage(`${name} of ${id}`, there, stage, expect)
  }
}

const placeOf = ({ place }: ModelExecution): string | undefined =>
  place && `${place.inside ? 'inside' : 'waiting'} ${place.stage}`

function compareStage(
  what: string,
  real: PipelineExecution['stages'][string],
  expected: ModelStage,
  expect: Expect,
): void {
  expect(what, real.status, expected.status)
  expect(`the number of retries in ${what}`, retries(real), `${expected.retriesByHand}+${expected.retriesByItself}`)
  compareRuns(`in ${what}`, real.actions, expected.runs, expect)
  const conditions = real.conditions ?? {}
  expect(
    `the conditions asked of ${what}`,
    Object.keys(conditions).toSorted().join(' '),
    [...expected.gates.keys()].toSorted().join(' '),
  )
  for (const [name, gate] of expected.gates) {
    const condition = conditions[name]
    expect(`${name} of ${what}`, condition?.status, gate.status)
    if (condition !== undefined) compareRuns(`in ${name} of ${what}`, condition.rules, gate.rules, expect)
  }
}

const retries = ({ retry }: PipelineExecution['stages'][string]): string =>
  `${retry?.manual ?? 0}+${retry?.automatic ?? 0}`

interface RealRun {
  readonly id: string
  readonly status: string
  readonly token?: string
  readonly errored?: true
}

function compareRuns(
  where: string,
  real: Readonly<Record<string, RealRun>>,
  expected: ReadonlyMap<string, ModelRun>,
  expect: Expect,
): void {
  for (const name of Object.keys(real))
    if (!expected.has(name)) expect(`${name} ${where}`, real[name]?.status, undefined)
  for (const [name, run] of expected) {
    const there = real[name]
    expect(`${name} ${where}`, there?.status, run.status)
    if (there === undefined) continue
    expect(`the id of ${name} ${where}`, there.id, (run.id ??= there.id))
    if (there.token !== undefined) expect(`the token of ${name} ${where}`, there.token, (run.token ??= there.token))
  }
}

/** A rollback that happens by itself names the execution whose failure it answers. */
function learnRollbacks(model: ReferenceModel, state: PipelineState): void {
  for (const expected of model.executions) {
    if (expected.id !== '') continue
    const real = Object.values(state.executions).find(
      ({ id, trigger }) =>
        trigger.type === 'AutomatedRollback' &&
        trigger.detail === expected.rollback?.after?.id &&
        model.find(id) === undefined,
    )
    if (real !== undefined) expected.id = real.id
    else if (isActive(expected)) expected.id = `the rollback after ${expected.rollback?.after?.id}`
  }
}

const show = (value: Comparable): string => (value === undefined || value === '' ? 'nothing' : String(value))
