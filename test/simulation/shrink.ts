/**
 * Makes a failing case smaller as long as it still fails in the same way: fewer steps first, then plainer steps, fewer and plainer
 * pipelines, stages and actions.
 */
import type { Case, PipelineSketch, StageSketch, Step } from './cases.ts'

/** @param fails is asked about ever smaller cases; at most `attempts` times */
export async function shrink(
  first: Case,
  fails: (candidate: Case) => Promise<boolean>,
  attempts = 3000,
): Promise<Case> {
  let best = first
  let left = attempts
  const isBetter = async (candidate: Case): Promise<boolean> => {
    if (left <= 0 || JSON.stringify(candidate) === JSON.stringify(best)) return false
    left -= 1
    if (!(await fails(candidate))) return false
    best = candidate
    return true
  }
  for (let before: Case | undefined; before !== best;) {
    before = best
    await withFewerSteps()
    for (let place = 0; place < best.steps.length; place += 1) await withPlainer(place)
    await withFewerPipelines()
  }
  return best

  async function withFewerSteps(): Promise<void> {
    for (
      let length = Math.ceil(best.steps.length / 2);
      length >= 1;
      length = length === 1 ? 0 : Math.ceil(length / 2)
    ) {
      for (let from = best.steps.length - length; from > -length; from -= length) {
        const steps = best.steps.filter((_, place) => place < Math.max(from, 0) || place >= from + length)
        await isBetter({ ...best, steps })
      }
    }
  }

  async function withPlainer(place: number): Promise<void> {
    for (const plainer of plainerSteps(best.steps[place]))
      await isBetter({ ...best, steps: best.steps.with(place, plainer) })
  }

  async function withFewerPipelines(): Promise<void> {
    for (const [place] of best.pipelines.entries()) {
      const others = best.pipelines.filter((_, other) => other !== place)
      const steps = best.steps
        .filter(({ pipeline = 0 }) => pipeline % best.pipelines.length !== place)
        .map(({ pipeline: _pipeline, ...step }): Step => step)
      if (others.length > 0) await isBetter({ pipelines: others, steps })
    }
    for (const place of best.pipelines.keys()) {
      for (const plainer of plainerPipelines(best.pipelines[place])) {
        // the plainer ones were made of what may have been made plainer meanwhile
        await isBetter({
          ...best,
          pipelines: best.pipelines.with(place, plainer(best.pipelines[place] ?? { mode: 'QUEUED', stages: [] })),
        })
      }
    }
  }
}

function* plainerSteps(step: Step | undefined): Generator<Step> {
  if (step === undefined) return
  for (const [member, value] of Object.entries(step)) {
    if (member === 'type') continue
    if (value === true || member === 'commits' || member === 'token' || member === 'pipeline') {
      const { [member as keyof Step]: _, ...plainer } = step
      yield plainer as Step
    } else if (typeof value === 'number' && value > 0) {
      for (const smaller of [0, 1, 2, 3, Math.floor(value / 2)])
        if (smaller < value) yield { ...step, [member]: smaller }
    }
  }
  if (step.type === 'update' || step.type === 'create')
    for (const plainer of plainerPipelines(step.to)) yield { ...step, to: plainer(step.to) }
  if (step.type === 'crash' && step.at !== 'now') yield { ...step, at: 'now' }
}

type Change = (pipeline: PipelineSketch) => PipelineSketch

function* plainerPipelines(pipeline: PipelineSketch | undefined): Generator<Change> {
  if (pipeline === undefined) return
  yield ({ needsVariable: _variable, ...plainer }) => plainer
  for (const { name, actions } of pipeline.stages) {
    // two stages is the least a pipeline has, one action the least of a stage
    yield (one) =>
      one.stages.length > 2 && one.stages[0]?.name !== name
        ? { ...one, stages: one.stages.filter((stage) => stage.name !== name) }
        : one
    for (const action of actions) {
      yield inStage(name, (stage) =>
        stage.actions.length > 1
          ? { ...stage, actions: stage.actions.filter((other) => other.name !== action.name) }
          : stage,
      )
      yield inStage(name, (stage) => ({
        ...stage,
        actions: stage.actions.map((other) =>
          other.name === action.name ? { name: other.name, by: 'provider' } : other,
        ),
      }))
      for (const member of ['group', 'refers', 'timeoutInMinutes'] as const)
        yield inStage(name, (stage) => ({
          ...stage,
          actions: stage.actions.map((other) => {
            const { [member]: _, ...plainer } = other
            return other.name === action.name ? plainer : other
          }),
        }))
    }
    for (const member of ['onFailure', 'entry', 'success', 'failure'] as const)
      yield inStage(name, ({ [member]: _member, ...plainer }) => plainer)
  }
}

const inStage =
  (name: string, change: (stage: StageSketch) => StageSketch): Change =>
  (pipeline) => ({ ...pipeline, stages: pipeline.stages.map((stage) => (stage.name === name ? change(stage) : stage)) })

/** The same kind of violation, whatever the names in it. */
export const kindOf = (violation: string | undefined): string =>
  (violation ?? '')
    .replace(/^after \w+: /, '')
    .replaceAll(/[E#]\d+/g, '…')
    .replaceAll(/\b[SBTGD]\d+\b/g, '…')
    .replaceAll(/Source|Build|Test|Gate|Deploy/g, '…')
    .replaceAll(/(…,? ?)+/g, '…')
