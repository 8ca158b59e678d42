/**
 * One live event applied to the picture, so that the screen changes in the frame in which the event arrives. Events are those of
 * `core/execution/state-changes.ts`. Whatever does not fit (an unknown execution, another version) asks for the answers again;
 * applying an event a second time, or one that an answer had in it already, does no harm.
 */
import type { StageConditionKey } from '../../core/pipeline/declaration.ts'
import { settled } from './assemble.ts'
import { defined } from './from-api.ts'
import { lookOfAction, lookOfCondition, lookOfRun, lookOfStage } from './looks.ts'
import {
  isOver,
  type ActionBox,
  type ActionLook,
  type ActionRun,
  type Door,
  type Instant,
  type Picture,
  type Revision,
  type StageBox,
  type Token,
  type TokenLook,
} from './model.ts'

/** As it comes over the wire. */
export interface BusEvent {
  readonly detailType: string
  readonly time: Instant
  readonly detail: Readonly<Record<string, unknown>>
}

export interface Applied {
  readonly picture: Picture
  /** the event said less than the picture shows, or did not fit: the answers should be asked for again */
  readonly isStale: boolean
}

export function applyEvent(picture: Picture, event: BusEvent): Applied {
  const detail = reader(event)
  const apply = Object.hasOwn(APPLY, event.detailType) ? APPLY[event.detailType] : undefined
  if (apply === undefined || detail.text('pipeline') !== picture.name) return { picture, isStale: false }
  const version = detail.number('version')
  if (version !== undefined && version > picture.version) return { picture, isStale: true }
  return apply(picture, detail)
}

/** Events in the order in which they were published. */
export function applyEvents(picture: Picture, events: readonly BusEvent[]): Applied {
  let current = picture
  let isStale = false
  for (const event of events) {
    const applied = applyEvent(current, event)
    current = applied.picture
    isStale ||= applied.isStale
  }
  return { picture: current, isStale }
}

const APPLY: Readonly<Record<string, (picture: Picture, detail: Detail) => Applied>> = {
  'CodePipeline Pipeline Execution State Change': executionChanged,
  'CodePipeline Pipeline Execution Waiting': executionWaits,
  'CodePipeline Stage Execution State Change': stageChanged,
  'CodePipeline Stage Transition State Change': doorChanged,
  'CodePipeline Stage Condition State Change': conditionChanged,
  'CodePipeline Action Execution State Change': actionChanged,
  'CodePipeline Action Execution Progress': actionProgressed,
  'CodePipeline Action Execution Skipped': actionSkipped,
  'CodePipeline Pipeline Structure Change': (picture) => stale(picture),
}

const fresh = (picture: Picture): Applied => ({ picture, isStale: false })
const stale = (picture: Picture): Applied => ({ picture, isStale: true })

// ---- executions ----------------------------------------------------------------------------------------------------------

const EXECUTION_LOOKS: Readonly<Record<string, TokenLook>> = {
  STARTED: 'InProgress',
  RESUMED: 'InProgress',
  STOPPING: 'Stopping',
  STOPPED: 'Stopped',
  SUCCEEDED: 'Succeeded',
  FAILED: 'Failed',
  SUPERSEDED: 'Superseded',
  CANCELED: 'Cancelled',
}
const ONGOING: ReadonlySet<TokenLook> = new Set(['InProgress', 'Stopping'])

function executionChanged(picture: Picture, detail: Detail): Applied {
  const id = detail.text('execution-id')
  const look = EXECUTION_LOOKS[detail.text('state') ?? '']
  if (id === undefined || look === undefined) return stale(picture)
  const known = picture.tokens.find((token) => token.id === id)
  if (known === undefined)
    return detail.text('state') === 'STARTED' ? fresh(begin(picture, id, detail)) : stale(picture)
  const { place } = known
  const changed: Token = {
    ...known,
    look,
    updatedAt: detail.time,
    ...(detail.text('stop-execution-comments') === undefined
      ? {}
      : { summary: detail.text('stop-execution-comments') ?? '' }),
    place: ONGOING.has(look) ? place : { at: 'ended', stage: lastStage(picture, known) },
  }
  return fresh(settleTokens({ ...picture, tokens: replaced(picture.tokens, changed) }))
}

function begin(picture: Picture, id: string, detail: Detail): Picture {
  const [first] = picture.stages
  const trigger = detail.record('execution-trigger')['trigger-type']
  const isRollback = trigger === 'ManualRollback' || trigger === 'AutomatedRollback'
  const token: Token = {
    id,
    look: 'InProgress',
    isRollback,
    startedAt: detail.instant('start-time') ?? detail.time,
    updatedAt: detail.time,
    ...(typeof trigger === 'string' ? { trigger } : {}),
    revisions: [],
    place: { at: 'waiting', stage: first?.name ?? '', position: 0, since: detail.time },
  }
  return { ...picture, tokens: [...picture.tokens, token] }
}

const lastStage = ({ stages }: Picture, { id, place }: Token): string => {
  const entered = stages.findLast(({ executionId }) => executionId === id)?.name
  return (place.at === 'waiting' ? entered : place.stage) ?? entered ?? stages[0]?.name ?? ''
}

function executionWaits(picture: Picture, detail: Detail): Applied {
  const id = detail.text('execution-id')
  const stage = detail.text('stage')
  const token = picture.tokens.find((each) => each.id === id)
  if (token === undefined || stage === undefined) return stale(picture)
  const line = picture.tokens.filter(
    ({ place, id: other }) => place.at === 'waiting' && place.stage === stage && other !== id,
  )
  const since = detail.instant('since') ?? detail.time
  const waiting: Token = { ...token, look: 'Waiting', place: { at: 'waiting', stage, position: line.length, since } }
  return fresh(settleTokens({ ...picture, tokens: replaced(picture.tokens, waiting) }))
}

const replaced = (tokens: readonly Token[], changed: Token): readonly Token[] =>
  tokens.map((token) => (token.id === changed.id ? changed : token))

/** Lines close up, and those that are over go when no stage shows them any more. */
function settleTokens(picture: Picture): Picture {
  // of several stages that show an execution the last one is as far as it came
  const shown = new Map(picture.stages.map(({ executionId, name }) => [executionId, name]))
  const next = new Map<string, number>()
  const inLine = picture.tokens
    .filter(({ place }) => place.at === 'waiting')
    .toSorted((a, b) => positionOf(a) - positionOf(b))
  const positions = new Map(
    inLine.map(({ id, place }) => {
      const position = next.get(place.stage ?? '') ?? 0
      next.set(place.stage ?? '', position + 1)
      return [id, position]
    }),
  )
  const tokens = picture.tokens
    .filter((token) => !isOver(token) || shown.has(token.id))
    .map((token) => {
      const position = positions.get(token.id)
      const { place } = token
      const stage = shown.get(token.id)
      if (place.at === 'ended' && stage !== undefined && stage !== place.stage && picture.mode !== 'PARALLEL')
        return { ...token, place: { at: 'ended' as const, stage } }
      if (position === undefined || place.at !== 'waiting' || place.position === position) return token
      return { ...token, place: { ...place, position } }
    })
  return { ...picture, tokens }
}

const positionOf = ({ place }: Token): number => (place.at === 'waiting' ? place.position : 0)

// ---- stages --------------------------------------------------------------------------------------------------------------

const STAGE_STATUS: Readonly<Record<string, string>> = {
  STARTED: 'InProgress',
  RESUMED: 'InProgress',
  STOPPING: 'Stopping',
  STOPPED: 'Stopped',
  SUCCEEDED: 'Succeeded',
  FAILED: 'Failed',
  CANCELED: 'Cancelled',
}

function stageChanged(picture: Picture, detail: Detail): Applied {
  const id = detail.text('execution-id')
  const state = detail.text('state') ?? ''
  const name = detail.text('stage') ?? ''
  const stage = picture.stages.find((each) => each.name === name)
  const token = picture.tokens.find((each) => each.id === id)
  const status = detail.flag('skipped') ? 'Skipped' : STAGE_STATUS[state]
  if (id === undefined || stage === undefined || token === undefined || status === undefined) return stale(picture)
  const enters = state === 'STARTED' || state === 'RESUMED'
  const isShown = enters || stage.executionId === id
  // in PARALLEL mode a stage shows who entered last; when that one leaves, another one who is still inside
  const hasCompany = picture.tokens.some(
    ({ place, id: other }) => other !== id && place.at === 'inside' && place.stage === name,
  )
  const isStale = state === 'RESUMED' || (picture.mode === 'PARALLEL' && isShown && !enters && hasCompany)
  const moved: Token = enters
    ? { ...token, look: 'InProgress', place: { at: 'inside', stage: name } }
    : { ...token, look: token.look === 'NeedsApproval' ? 'InProgress' : token.look }
  const stages = isShown
    ? withStage(picture, name, (box) => ({
        ...entered(box, id, state, status),
        look: lookOfStage(status),
        since: detail.time,
      }))
    : picture.stages
  const tokens = replaced(picture.tokens, moved)
  return { picture: settleTokens({ ...picture, stages, tokens }), isStale }
}

/** What a retry brings back; of those that a person had skipped nothing tells here. */
const AGAIN: ReadonlySet<ActionLook> = new Set(['Failed', 'Errored', 'Abandoned'])

/** What the stage had before is of an earlier execution now. */
function entered(box: StageBox, executionId: string, state: string, status: string): StageBox {
  if (state === 'STARTED') {
    const { retries: _retries, ...rest } = box
    return {
      ...rest,
      executionId,
      gates: box.gates.map(({ key, rules }) => ({ key, rules, look: 'Idle' })),
      rows: mapActions(box, overtaken),
    }
  }
  if (state === 'RESUMED') {
    return {
      ...box,
      executionId,
      retries: (box.retries ?? 0) + 1,
      gates: box.gates.map((gate) =>
        gate.key === 'beforeEntry' && (gate.look === 'Succeeded' || gate.look === 'Overridden')
          ? gate
          : { key: gate.key, rules: gate.rules, look: 'Idle' },
      ),
      rows: mapActions(box, (action) => (AGAIN.has(action.look) ? { ...action, look: 'Pending' } : action)),
    }
  }
  // what had not begun when the stage ended shows again what it had been
  const look = lookOfStage(status)
  const over = look === 'Stopping' ? 'Idle' : look
  return {
    ...box,
    rows: mapActions(box, (action) =>
      action.look === 'Pending'
        ? { ...action, ...lookOfAction(action.run, action.category, executionId, over) }
        : action,
    ),
  }
}

/** PARALLEL mode: what runs goes on running in another execution. */
function overtaken(action: ActionBox): ActionBox {
  const { run, others } = action
  const goesOn = run?.status === 'InProgress' ? [run, ...others] : others
  return { ...action, look: 'Pending', isEarlier: run !== undefined, others: goesOn }
}

const mapActions = ({ rows }: StageBox, change: (action: ActionBox) => ActionBox): StageBox['rows'] =>
  rows.map((row) => ({ ...row, actions: row.actions.map(change) }))

const withStage = ({ stages }: Picture, name: string, change: (box: StageBox) => StageBox): readonly StageBox[] =>
  stages.map((box) => (box.name === name ? settledSince(change(box)) : box))

/** What only the event knows (since when) outweighs what can be derived. */
const settledSince = (box: StageBox): StageBox => ({
  ...settled(box),
  ...(box.since === undefined ? {} : { since: box.since }),
})

function doorChanged(picture: Picture, detail: Detail): Applied {
  const stage = detail.text('stage') ?? ''
  const who = defined({ changedBy: detail.text('changed-by'), changedAt: detail.instant('changed-at') })
  const door: Door =
    detail.text('state') === 'DISABLED'
      ? { isOpen: false, ...who, ...defined({ reason: detail.text('reason') }) }
      : { isOpen: true, ...who }
  if (!picture.stages.some(({ name }) => name === stage)) return stale(picture)
  return fresh({ ...picture, stages: picture.stages.map((box) => (box.name === stage ? { ...box, door } : box)) })
}

function conditionChanged(picture: Picture, detail: Detail): Applied {
  const stage = picture.stages.find(({ name }) => name === detail.text('stage'))
  const key = detail.text('condition') as StageConditionKey | undefined
  if (stage === undefined || !stage.gates.some((gate) => gate.key === key)) return stale(picture)
  if (stage.executionId !== detail.text('execution-id')) return { picture, isStale: picture.mode !== 'PARALLEL' }
  const about = { since: detail.instant('changed-at') ?? detail.time, ...defined({ summary: detail.text('summary') }) }
  const gates = stage.gates.map((gate) =>
    gate.key === key
      ? { key: gate.key, rules: gate.rules, look: lookOfCondition(detail.text('state')), ...about }
      : gate,
  )
  // what an override takes back besides is said by no event
  const isStale = detail.text('state') === 'Overridden'
  return { isStale, picture: { ...picture, stages: withStage(picture, stage.name, (box) => ({ ...box, gates })) } }
}

// ---- actions -------------------------------------------------------------------------------------------------------------

const RUN_STATUS: Readonly<Record<string, ActionRun['status']>> = {
  STARTED: 'InProgress',
  SUCCEEDED: 'Succeeded',
  FAILED: 'Failed',
  ABANDONED: 'Abandoned',
}

function actionChanged(picture: Picture, detail: Detail): Applied {
  const status = RUN_STATUS[detail.text('state') ?? '']
  // one that never started and now never will: its stage says so next
  if (status === undefined) return fresh(picture)
  const result = detail.record('execution-result')
  const summary = textOf(result['external-execution-summary'])
  const code = textOf(result['error-code'])
  const externalId = textOf(result['external-execution-id'])
  const isSource = detail.record('type')['category'] === 'Source'
  const run: ActionRun = {
    status,
    updatedAt: detail.time,
    ...defined({
      id: detail.text('action-execution-id'),
      executionId: detail.text('execution-id'),
      startedAt: detail.instant('start-time'),
      summary,
      url: textOf(result['external-execution-url']),
      externalId,
      error: code === undefined ? undefined : { code, message: summary ?? '' },
      revisionId: isSource && status === 'Succeeded' ? externalId : undefined,
    }),
  }
  const changed = withRun(picture, detail, run)
  if (changed === undefined) return stale(picture)
  const revision = isSource && status === 'Succeeded' ? revisionOf(detail, externalId, summary) : undefined
  const withRevision = revision === undefined ? changed : addRevision(changed, run.executionId ?? '', revision)
  // the token of an approval is told to those who may ask for it only
  return { picture: withRevision, isStale: detail.record('type')['category'] === 'Approval' && status === 'InProgress' }
}

/** A person had it skipped: it holds nobody up. */
function actionSkipped(picture: Picture, detail: Detail): Applied {
  const run: ActionRun = {
    status: 'Abandoned',
    updatedAt: detail.time,
    ...defined({
      id: detail.text('action-execution-id'),
      executionId: detail.text('execution-id'),
      startedAt: detail.instant('start-time'),
      summary: detail.text('reason'),
      updatedBy: detail.text('skipped-by'),
    }),
  }
  const changed = withRun(picture, detail, run)
  return changed === undefined ? stale(picture) : { picture: changed, isStale: true }
}

function actionProgressed(picture: Picture, detail: Detail): Applied {
  const id = detail.text('action-execution-id')
  const action = findAction(picture, detail)
  if (action === undefined) return stale(picture)
  const known = [action.run, ...action.others].find((run) => run?.id === id)
  if (known === undefined || known.status !== 'InProgress') return fresh(picture)
  const result = detail.record('execution-result')
  const run: ActionRun = {
    ...known,
    updatedAt: detail.time,
    ...defined({
      summary: textOf(result['external-execution-summary']),
      url: textOf(result['external-execution-url']),
      externalId: textOf(result['external-execution-id']),
      percentComplete: detail.number('percent-complete'),
    }),
  }
  const changed = withRun(picture, detail, run)
  return changed === undefined ? stale(picture) : fresh(changed)
}

const findAction = ({ stages }: Picture, detail: Detail): ActionBox | undefined =>
  stages
    .find(({ name }) => name === detail.text('stage'))
    ?.rows.flatMap(({ actions }) => actions)
    .find(({ name }) => name === detail.text('action'))

/** @returns undefined when there is no such action, or its execution never came to the stage as far as the picture knows */
function withRun(picture: Picture, detail: Detail, run: ActionRun): Picture | undefined {
  const stage = picture.stages.find(({ name }) => name === detail.text('stage'))
  const action = findAction(picture, detail)
  if (stage === undefined || action === undefined) return undefined
  const isShown = stage.executionId === run.executionId
  if (!isShown && picture.mode !== 'PARALLEL') return undefined
  const changed = isShown ? shownRun(action, run) : otherRun(action, run)
  if (changed === action) return picture
  const stages = withStage(picture, stage.name, (box) => {
    const rows = box.rows.map((row) =>
      row.actions.includes(action)
        ? { ...row, actions: row.actions.map((each) => (each === action ? changed : each)) }
        : row,
    )
    return { ...box, rows }
  })
  return { ...picture, stages, tokens: withLook(picture.tokens, run.executionId, stages) }
}

function shownRun(action: ActionBox, run: ActionRun): ActionBox {
  const { run: known } = action
  const isSame = known?.id !== undefined && known.id === run.id
  // an event from before what is known already
  if (isSame && known.status !== 'InProgress' && run.status === 'InProgress') return action
  if (!isSame && !action.isEarlier && (known?.startedAt ?? 0) > (run.startedAt ?? Infinity)) return action
  const merged = isSame ? { ...known, ...run } : run
  const { token: _token, percentComplete: _percent, ...ended } = merged
  return {
    ...action,
    run: merged.status === 'InProgress' ? merged : ended,
    look: lookOfRun(merged, action.category),
    isEarlier: false,
    others: action.others.filter(({ id }) => id !== run.id),
  }
}

/** PARALLEL mode, an execution that the stage does not show. */
function otherRun(action: ActionBox, run: ActionRun): ActionBox {
  const others = action.others.filter(({ id }) => id !== run.id)
  return { ...action, others: run.status === 'InProgress' ? [run, ...others] : others }
}

/** Whether an execution needs a person follows from its stage. */
function withLook(
  tokens: readonly Token[],
  executionId: string | undefined,
  stages: readonly StageBox[],
): readonly Token[] {
  return tokens.map((token) => {
    if (token.id !== executionId || (token.look !== 'InProgress' && token.look !== 'NeedsApproval')) return token
    const { place } = token
    const stage = stages.find(
      ({ name, executionId: shown }) => place.at === 'inside' && name === place.stage && shown === token.id,
    )
    const look = stage?.look === 'NeedsApproval' ? 'NeedsApproval' : 'InProgress'
    return look === token.look ? token : { ...token, look }
  })
}

const revisionOf = (detail: Detail, id: string | undefined, summary: string | undefined): Revision | undefined => {
  const action = detail.text('action')
  return id === undefined || action === undefined ? undefined : { action, id, ...defined({ summary }) }
}

const addRevision = (picture: Picture, executionId: string, revision: Revision): Picture => ({
  ...picture,
  tokens: picture.tokens.map((token) =>
    token.id === executionId
      ? { ...token, revisions: [...token.revisions.filter(({ action }) => action !== revision.action), revision] }
      : token,
  ),
})

// ---- details -------------------------------------------------------------------------------------------------------------

type Detail = ReturnType<typeof reader>

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const reader = ({ detail, time }: BusEvent) => ({
  time,
  text: (name: string) => textOf(detail[name]),
  number: (name: string) => (typeof detail[name] === 'number' ? detail[name] : undefined),
  flag: (name: string) => detail[name] === true,
  instant: (name: string) => {
    const at = Date.parse(textOf(detail[name]) ?? '')
    return Number.isNaN(at) ? undefined : at
  },
  record: (name: string): Readonly<Record<string, unknown>> => {
    const value = detail[name]
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  },
})
