/** Random cases: the seed decides everything about one. */
import type { ExecutionMode } from '../../src/core/pipeline/declaration.ts'
import { mulberry32 } from '../support/faulty-store.ts'
import {
  FAULTS,
  type ActionSketch,
  type Case,
  type ConditionSketch,
  type CrashAt,
  type Happening,
  type PipelineSketch,
  type StageSketch,
  type Step,
} from './cases.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** Stages come from a short list, so that an update keeps some, removes some and brings some back. */
const LATER_STAGES = ['Build', 'Test', 'Gate', 'Deploy']

const MODES: readonly ExecutionMode[] = ['SUPERSEDED', 'SUPERSEDED', 'QUEUED', 'QUEUED', 'PARALLEL']

export interface GenerateOptions {
  /** steps of a case, at most */
  readonly steps?: number
}

export function generate(seed: number, { steps = 120 }: GenerateOptions = {}): Case {
  const dice = createDice(seed)
  const pipelines = Array.from({ length: dice.chance(0.2) ? 2 : 1 }, () => randomPipeline(dice))
  // every third world is calm: nothing fails, and every step is committed at once
  const isCalm = dice.chance(0.33)
  const slowness = isCalm ? 0 : dice.number() ** 2
  const kinds = KINDS.filter(({ type }) => !(isCalm && FAULTS.has(type)))
  const length = Math.ceil(steps * (0.2 + 0.8 * dice.number()))
  return {
    pipelines,
    steps: Array.from({ length }, (): Step => ({
      ...dice.weighted(kinds).make(dice),
      ...(pipelines.length > 1 && { pipeline: dice.below(2) }),
      ...(dice.chance(slowness) && { commits: dice.below(3) }),
    })),
  }
}

type Dice = ReturnType<typeof createDice>

export function createDice(seed: number) {
  const number = mulberry32(seed)
  const below = (limit: number): number => Math.floor(number() * limit)
  return {
    number,
    below,
    chance: (probability: number): boolean => number() < probability,
    pick: (): number => below(1000),
    of: <Value>(...values: readonly [Value, ...Value[]]): Value => values[below(values.length)] ?? values[0],
    weighted<Choice extends { readonly weight: number }>(choices: readonly Choice[]): Choice {
      let place = number() * choices.reduce((sum, { weight }) => sum + weight, 0)
      const chosen = choices.find(({ weight }) => (place -= weight) < 0) ?? choices[0]
      if (chosen === undefined) throw new Error('there is nothing to choose from')
      return chosen
    },
  }
}

const KINDS: readonly {
  readonly type: Happening['type']
  readonly weight: number
  readonly make: (dice: Dice) => Happening
}[] = [
  {
    type: 'start',
    weight: 16,
    make: ({ chance, below }) => ({
      type: 'start',
      ...(chance(0.2) && { automatic: true }),
      ...(chance(0.2) && { withoutVariable: true }),
      ...(chance(0.1) && { token: below(3) }),
      ...(chance(0.1) && { revision: below(4) }),
    }),
  },
  {
    type: 'result',
    weight: 40,
    make: ({ pick, chance }) => ({
      type: 'result',
      of: pick(),
      ...(chance(0.15) && { fails: true }),
      ...(chance(0.1) && { silent: true }),
    }),
  },
  {
    type: 'job',
    weight: 10,
    make: ({ pick, chance }) => ({
      type: 'job',
      of: pick(),
      ...(chance(0.15) && { fails: true }),
      ...(chance(0.1) && { silent: true }),
    }),
  },
  { type: 'acknowledge', weight: 2, make: ({ pick }) => ({ type: 'acknowledge', of: pick() }) },
  {
    type: 'rule',
    weight: 10,
    make: ({ pick, of }) => ({ type: 'rule', of: pick(), says: of('met', 'met', 'met', 'unmet', 'broken', 'wait') }),
  },
  {
    type: 'answer',
    weight: 9,
    make: ({ pick, chance }) => ({
      type: 'answer',
      of: pick(),
      ...(chance(0.2) && { reject: true }),
      ...(chance(0.15) && { late: true }),
    }),
  },
  {
    type: 'stop',
    weight: 4,
    make: ({ pick, chance }) => ({ type: 'stop', of: pick(), ...(chance(0.5) && { abandon: true }) }),
  },
  {
    type: 'retry',
    weight: 7,
    make: ({ pick, chance }) => ({ type: 'retry', of: pick(), stage: pick(), ...(chance(0.4) && { all: true }) }),
  },
  { type: 'rollback', weight: 4, make: ({ pick }) => ({ type: 'rollback', to: pick(), stage: pick() }) },
  {
    type: 'override',
    weight: 6,
    make: ({ pick, chance }) => ({
      type: 'override',
      of: pick(),
      stage: pick(),
      ...(chance(0.5) && { success: true }),
    }),
  },
  {
    type: 'disable',
    weight: 3,
    make: ({ pick, chance }) => ({ type: 'disable', stage: pick(), ...(chance(0.2) && { outbound: true }) }),
  },
  {
    type: 'enable',
    weight: 4,
    make: ({ pick, chance }) => ({ type: 'enable', stage: pick(), ...(chance(0.2) && { outbound: true }) }),
  },
  { type: 'update', weight: 1, make: (dice) => ({ type: 'update', to: randomPipeline(dice) }) },
  { type: 'delete', weight: 0.2, make: () => ({ type: 'delete' }) },
  {
    type: 'create',
    weight: 0.8,
    make: (dice) => ({ type: 'create', to: randomPipeline(dice), ...(dice.chance(0.3) && { idle: true }) }),
  },
  {
    type: 'again',
    weight: 6,
    make: ({ pick, chance }) => ({ type: 'again', of: pick(), ...(chance(0.3) && { fails: true }) }),
  },
  { type: 'wait', weight: 1, make: ({ number }) => ({ type: 'wait', ms: Math.floor(number() ** 6 * 40 * DAY) }) },
  {
    type: 'clock',
    weight: 1,
    make: ({ number }) => ({ type: 'clock', ms: Math.floor((number() - 0.5) * 120) * MINUTE }),
  },
  {
    type: 'crash',
    weight: 3,
    make: ({ of }) => ({ type: 'crash', at: of<CrashAt>('now', 'now', 'shutdown', 'unanswered', ...POINTS) }),
  },
  { type: 'refuse', weight: 2, make: () => ({ type: 'refuse' }) },
  { type: 'disown', weight: 1, make: () => ({ type: 'disown' }) },
  { type: 'overtake', weight: 1, make: () => ({ type: 'overtake' }) },
]

const POINTS = ['after-commit', 'before-dispatch', 'after-provider', 'before-outcome-commit'] as const

function randomPipeline(dice: Dice): PipelineSketch {
  const mode = MODES[dice.below(MODES.length)] ?? 'SUPERSEDED'
  const later = LATER_STAGES.filter(() => dice.chance(0.5))
  // half of the pipelines use nothing that only V2 has
  const isPlain = dice.chance(0.5)
  return {
    mode,
    stages: ['Source', ...(later.length === 0 ? ['Deploy'] : later)].map((name, index) =>
      randomStage(dice, { name, isFirst: index === 0, mode, isPlain }),
    ),
    ...(!isPlain && dice.chance(0.15) && { needsVariable: true }),
  }
}

interface StageContext {
  readonly name: string
  readonly isFirst: boolean
  readonly mode: ExecutionMode
  readonly isPlain: boolean
}

function randomStage(dice: Dice, context: StageContext): StageSketch {
  const { name, isFirst, isPlain } = context
  const { chance, below } = dice
  const size = chance(0.08) ? 7 : 1 + below(isFirst ? 2 : 3)
  const actions = Array.from({ length: size }, (_, number) => randomAction(dice, context, number))
  if (isPlain) return { name, actions }
  const results: readonly ['FAIL', ...'ROLLBACK'[]] = mayRollBack(context) ? ['FAIL', 'ROLLBACK'] : ['FAIL']
  const onFailure =
    chance(0.35) && (mayRollBack(context) ? dice.of('RETRY', 'RETRY_ALL', 'ROLLBACK') : dice.of('RETRY', 'RETRY_ALL'))
  const asked = <Result>(...of: readonly [Result, ...Result[]]): ConditionSketch<Result> => ({
    result: dice.of(...of),
    rules: 1 + below(2),
  })
  return {
    name,
    actions,
    ...(onFailure !== false && { onFailure }),
    ...(chance(0.15) && { entry: asked('FAIL', 'SKIP') }),
    ...(chance(0.15) && { success: asked(...results) }),
    ...(chance(0.1) && { failure: asked(...results, 'RETRY') }),
  }
}

/** What validation refuses, no pipeline has: no way back to the source stage, and none in PARALLEL mode. */
const mayRollBack = ({ isFirst, mode }: StageContext): boolean => !isFirst && mode !== 'PARALLEL'

function randomAction({ chance, of, below }: Dice, { name, isFirst }: StageContext, number: number): ActionSketch {
  const by = isFirst
    ? 'provider'
    : name === 'Gate'
      ? of('person', 'provider')
      : of<ActionSketch['by']>('provider', 'provider', 'provider', 'worker', 'person')
  return {
    name: `${name[0]}${number + 1}`,
    by,
    ...(!isFirst && chance(0.4) && { group: 1 + below(3) }),
    ...(!isFirst && by !== 'person' && chance(0.1) && { refers: true }),
    ...(chance(0.1) && { timeoutInMinutes: 5 + below(600) }),
  }
}
