/** Puts a picture together from facts, wherever they come from: the API's present answers, or what history says of an instant. */
import type { ExecutionMode, StageConditionKey } from '../../core/pipeline/declaration.ts'
import { lookOfAction, lookOfCondition, lookOfRun, lookOfStage, refineStageLook, tallyOf } from './looks.ts'
import type { ActionBox, ActionRun, Door, Gate, Instant, Picture, Row, StageBox, StageLook, Token } from './model.ts'
import type { DeclaredAction, DeclaredPipeline, DeclaredStage } from './declared.ts'

export interface Facts {
  readonly mode: ExecutionMode
  readonly version: number
  /** by stage; a stage without one is open */
  readonly doors: ReadonlyMap<string, Door>
  /** by stage: who entered it last, and what became of that */
  readonly entered: ReadonlyMap<string, Entered>
  /** by `stage/action`: the newest run; in PARALLEL mode those of all executions that are not over besides, newest first */
  readonly runs: ReadonlyMap<string, readonly ActionRun[]>
  /** by `stage/key` */
  readonly conditions: ReadonlyMap<string, Condition>
  readonly tokens: readonly Token[]
}

export interface Entered {
  readonly executionId: string
  readonly status: string
  readonly retries?: number
}

export interface Condition {
  readonly status: string
  readonly since?: Instant
  readonly summary?: string
}

export const keyOf = (stage: string, name: string): string => `${stage}/${name}`

export function assemble(pipeline: DeclaredPipeline, facts: Facts): Picture {
  return {
    name: pipeline.name,
    version: facts.version,
    mode: facts.mode,
    stages: pipeline.stages.map((stage) => stageBox(stage, facts)),
    tokens: withApprovals(facts.tokens, pipeline, facts),
  }
}

const OPEN: Door = { isOpen: true }

function stageBox(stage: DeclaredStage, facts: Facts): StageBox {
  const entered = facts.entered.get(stage.name)
  const look = lookOfStage(entered?.status)
  const box: StageBox = {
    name: stage.name,
    look,
    ...(entered === undefined ? {} : { executionId: entered.executionId }),
    door: facts.doors.get(stage.name) ?? OPEN,
    gates: stage.gates.map(({ key, rules }) => gate(facts.conditions.get(keyOf(stage.name, key)), key, rules)),
    rows: rowsOf(stage, (action) =>
      actionBox(stage.name, action, facts.runs.get(keyOf(stage.name, action.name)) ?? [], entered?.executionId, look),
    ),
    tally: {},
    ...(entered?.retries === undefined || entered.retries === 0 ? {} : { retries: entered.retries }),
  }
  return settled(box)
}

/** Derives anew what follows from the actions and gates of a stage: its refined look, its tally, since when. */
export function settled(box: StageBox): StageBox {
  const actions = box.rows.flatMap((row) => row.actions)
  const since = sinceOf(box, actions)
  return {
    ...box,
    look: refineStageLook(box.look, actions, box.gates),
    tally: tallyOf(box.rows),
    ...(since === undefined ? {} : { since }),
  }
}

/** Of a stage in progress the beginning, else the end. */
function sinceOf({ look, gates }: StageBox, actions: readonly ActionBox[]): Instant | undefined {
  const current = actions.filter(({ isEarlier, run }) => !isEarlier && run !== undefined)
  const isRunning = look === 'InProgress' || look === 'NeedsApproval' || look === 'Stopping'
  const instants = [
    ...current.map(({ run }) => (isRunning ? run?.startedAt : run?.updatedAt)),
    ...gates.map(({ since }) => since),
  ].filter((at): at is Instant => at !== undefined)
  if (instants.length === 0) return undefined
  return isRunning ? Math.min(...instants) : Math.max(...instants)
}

/** Actions of equal run order run side by side, in the order of their declaration. */
export function rowsOf(stage: DeclaredStage, box: (action: DeclaredAction) => ActionBox): readonly Row[] {
  const rows = new Map<number, ActionBox[]>()
  for (const action of stage.actions) {
    const row = rows.get(action.runOrder)
    if (row === undefined) rows.set(action.runOrder, [box(action)])
    else row.push(box(action))
  }
  return [...rows].toSorted(([a], [b]) => a - b).map(([runOrder, actions]) => ({ runOrder, actions }))
}

function actionBox(
  stage: string,
  { name, category, provider }: DeclaredAction,
  runs: readonly ActionRun[],
  holder: string | undefined,
  stageLook: StageLook,
): ActionBox {
  const [newest] = runs
  const own = runs.find(({ executionId }) => executionId === holder)
  const run = own ?? newest
  const others = runs.filter((other) => other !== run && other.status === 'InProgress')
  return {
    stage,
    name,
    category,
    provider,
    ...lookOfAction(run, category, holder, stageLook),
    ...(run && { run }),
    others,
  }
}

function gate(condition: Condition | undefined, key: StageConditionKey, rules: readonly string[]): Gate {
  return {
    key,
    rules,
    look: lookOfCondition(condition?.status),
    ...(condition?.since === undefined ? {} : { since: condition.since }),
    ...(condition?.summary === undefined ? {} : { summary: condition.summary }),
  }
}

/** An execution of which nothing but approvals run needs a person. */
function withApprovals(tokens: readonly Token[], pipeline: DeclaredPipeline, { runs }: Facts): readonly Token[] {
  return tokens.map((token) => {
    const { look, place, id } = token
    if (look !== 'InProgress' || place.at !== 'inside') return token
    const stage = pipeline.stages.find(({ name }) => name === place.stage)
    const looks = new Set(
      (stage?.actions ?? []).flatMap(({ name, category }) =>
        (runs.get(keyOf(place.stage, name)) ?? [])
          .filter((run) => run.executionId === id && run.status === 'InProgress')
          .map((run) => lookOfRun(run, category)),
      ),
    )
    const isAsked = looks.has('NeedsApproval') && !looks.has('InProgress')
    return isAsked ? { ...token, look: 'NeedsApproval' } : token
  })
}
