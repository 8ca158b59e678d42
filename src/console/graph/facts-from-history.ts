/** Facts out of histories alone: PARALLEL mode now, and every mode at an instant of the past. */
import type { ExecutionMode } from '../../core/pipeline/declaration.ts'
import { keyOf, type Condition, type Entered, type Facts } from './assemble.ts'
import type { DeclaredPipeline, DeclaredStage } from './declared.ts'
import { isOver, type ActionRun, type Door, type Instant, type Place, type Token } from './model.ts'
import {
  byExecution,
  ensure,
  placeOf,
  stagesEntered,
  stageStatus,
  type RuleRun,
  type RunsByStage,
} from './whereabouts.ts'

export interface History {
  readonly executions: readonly PastExecution[]
  readonly runs: readonly { readonly stage: string; readonly action: string; readonly run: ActionRun }[]
  readonly rules: readonly RuleRun[]
  readonly doors: ReadonlyMap<string, Door>
}

/** An execution but for its place. */
export type PastExecution = Omit<Token, 'place'> & { readonly status: string; readonly startedAt: Instant }

/** An execution has come to a stage. */
interface Visit extends Entered {
  readonly stage: string
  readonly at: Instant
  readonly isInside: boolean
}

export function factsFromHistory(pipeline: DeclaredPipeline, { executions, runs, rules, doors }: History): Facts {
  const ofExecutions = byExecution(runs)
  const rulesOf = Map.groupBy(rules, ({ executionId }) => executionId)
  const visits: Visit[] = []
  const shown = new Map<string, ActionRun[]>()
  const tokens = executions
    .toSorted((a, b) => a.startedAt - b.startedAt)
    .map(({ status, ...execution }): Token => {
      const own: RunsByStage = ofExecutions.get(execution.id) ?? new Map()
      const asked = rulesOf.get(execution.id) ?? []
      const isEnded = status !== 'InProgress' && status !== 'Stopping'
      const place = placeOf(pipeline, own, asked, { ...execution, isOver: isEnded })
      visits.push(...visitsOf(pipeline, execution, own, asked, place, status))
      for (const [stage, actions] of own) {
        for (const [action, run] of actions) ensure(shown, keyOf(stage, action), () => []).push(run)
      }
      const isWaiting = place.at === 'waiting' && execution.look === 'InProgress'
      return { ...execution, look: isWaiting ? 'Waiting' : execution.look, place }
    })
  const entered = lastVisits(visits, pipeline.mode)
  return {
    mode: pipeline.mode,
    version: pipeline.version,
    doors,
    entered,
    runs: newestFirst(shown),
    conditions: conditionsOf(pipeline, entered, rules),
    tokens: relevant(
      withPositions(pipeline.mode === 'PARALLEL' ? tokens : whereShown(pipeline, tokens, entered)),
      entered,
    ),
  }
}

/** A stage without runs before one with runs was skipped; rollbacks go to their one stage straight away. */
function visitsOf(
  pipeline: DeclaredPipeline,
  { id: executionId, isRollback }: Pick<Token, 'id' | 'isRollback'>,
  runs: RunsByStage,
  rules: readonly RuleRun[],
  place: Place,
  executionStatus: string,
): readonly Visit[] {
  const stages = stagesEntered(pipeline, runs, rules)
  const furthest = stages.at(-1)
  if (furthest === undefined) return []
  const passed = isRollback ? stages : pipeline.stages.slice(0, pipeline.stages.indexOf(furthest) + 1)
  let at = -Infinity
  return passed.map((stage): Visit => {
    const isSkipped = !stages.includes(stage)
    at = isSkipped ? at : enteredAt(stage, runs, rules)
    const status = isSkipped ? 'Skipped' : stageStatus(stage, runs, rules, place, executionStatus)
    return {
      stage: stage.name,
      executionId,
      at,
      status,
      isInside: place.at === 'inside' && place.stage === stage.name,
    }
  })
}

/** Who entered last; in PARALLEL mode those who are inside come first. */
function lastVisits(visits: readonly Visit[], mode: ExecutionMode): ReadonlyMap<string, Entered> {
  const last = new Map<string, Visit>()
  const outweighs = (one: Visit, other: Visit): boolean =>
    mode === 'PARALLEL' && one.isInside !== other.isInside ? one.isInside : one.at >= other.at
  for (const visit of visits) {
    const known = last.get(visit.stage)
    if (known === undefined || outweighs(visit, known)) last.set(visit.stage, visit)
  }
  return last
}

const enteredAt = ({ name }: DeclaredStage, runs: RunsByStage, rules: readonly RuleRun[]): Instant =>
  Math.min(
    ...[...(runs.get(name)?.values() ?? [])].map(({ startedAt = Infinity }) => startedAt),
    ...rules.filter(({ stage }) => stage === name).map(({ startedAt }) => startedAt),
  )

const newestFirst = (runs: ReadonlyMap<string, readonly ActionRun[]>): ReadonlyMap<string, readonly ActionRun[]> =>
  new Map([...runs].map(([key, list]) => [key, list.toSorted((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0))]))

/** Of the execution that the stage shows; the API names no condition of a rule, so that its name must do. */
export function conditionsOf(
  pipeline: DeclaredPipeline,
  entered: ReadonlyMap<string, Entered>,
  rules: readonly RuleRun[],
): ReadonlyMap<string, Condition> {
  const conditions = new Map<string, Condition>()
  for (const stage of pipeline.stages) {
    const executionId = entered.get(stage.name)?.executionId
    const own = rules.filter((rule) => rule.stage === stage.name && rule.executionId === executionId)
    for (const { key, rules: names } of stage.gates) {
      const runs = names.flatMap((name) => own.filter(({ rule }) => rule === name).slice(0, 1))
      if (runs.length > 0) conditions.set(keyOf(stage.name, key), outcomeOf(runs))
    }
  }
  return conditions
}

function outcomeOf(runs: readonly RuleRun[]): Condition {
  const since = Math.max(...runs.map(({ updatedAt }) => updatedAt))
  const bad = runs.find(({ status }) => status === 'Failed')
  const summary = (bad ?? runs.find((run) => run.summary !== undefined))?.summary
  const about = summary === undefined ? { since } : { since, summary }
  if (bad !== undefined) return { status: bad.errored === true ? 'Errored' : 'Failed', ...about }
  if (runs.some(({ status }) => status === 'InProgress')) return { status: 'InProgress', ...about }
  return { status: runs.some(({ status }) => status === 'Abandoned') ? 'Abandoned' : 'Succeeded', ...about }
}

/** Those that are not over, and those that a stage still shows. */
export function relevant(tokens: readonly Token[], entered: ReadonlyMap<string, Entered>): readonly Token[] {
  const shown = new Set([...entered.values()].map(({ executionId }) => executionId))
  return tokens.filter((token) => !isOver(token) || shown.has(token.id))
}

/** One that is over stands in the last stage that no other has entered since. */
function whereShown(
  pipeline: DeclaredPipeline,
  tokens: readonly Token[],
  entered: ReadonlyMap<string, Entered>,
): readonly Token[] {
  const stages = new Map(pipeline.stages.map(({ name }) => [entered.get(name)?.executionId, name]))
  return tokens.map((token) => {
    const stage = stages.get(token.id)
    return isOver(token) && stage !== undefined ? { ...token, place: { at: 'ended', stage } } : token
  })
}

/** Who waits in front of the same stage stands in line, who came first in front. */
export function withPositions(tokens: readonly Token[]): readonly Token[] {
  const lines = new Map<string, Token[]>()
  for (const token of tokens) {
    if (token.place.at === 'waiting') ensure(lines, token.place.stage, () => []).push(token)
  }
  const since = ({ place }: Token): Instant => (place.at === 'waiting' ? (place.since ?? Infinity) : 0)
  const positions = new Map(
    [...lines.values()].flatMap((line) =>
      line.toSorted((a, b) => since(a) - since(b)).map((token, index) => [token, index] as const),
    ),
  )
  return tokens.map((token) => {
    const position = positions.get(token)
    return position === undefined || token.place.at !== 'waiting'
      ? token
      : { ...token, place: { ...token.place, position } }
  })
}
