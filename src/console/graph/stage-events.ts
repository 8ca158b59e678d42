/** Stages are entered and left; their doors and conditions change. */
import type { StageConditionKey } from '../../core/pipeline/declaration.ts'
import { settled } from './assemble.ts'
import { fresh, stale, textOf, type Applied, type Detail } from './event-detail.ts'
import { replaced, settleTokens } from './execution-events.ts'
import { defined } from './from-api.ts'
import { lookOfAction, lookOfCondition, lookOfStage } from './looks.ts'
import type { ActionBox, ActionLook, Door, Picture, StageBox, Token } from './model.ts'

const STAGE_STATUS: Readonly<Record<string, string>> = {
  STARTED: 'InProgress',
  RESUMED: 'InProgress',
  STOPPING: 'Stopping',
  STOPPED: 'Stopped',
  SUCCEEDED: 'Succeeded',
  FAILED: 'Failed',
  CANCELED: 'Cancelled',
}

export function stageChanged(picture: Picture, detail: Detail): Applied {
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

export const withStage = (
  { stages }: Picture,
  name: string,
  change: (box: StageBox) => StageBox,
): readonly StageBox[] => stages.map((box) => (box.name === name ? settledSince(change(box)) : box))

/** What only the event knows (since when) outweighs what can be derived. */
const settledSince = (box: StageBox): StageBox => ({
  ...settled(box),
  ...(box.since === undefined ? {} : { since: box.since }),
})

export function doorChanged(picture: Picture, detail: Detail): Applied {
  const stage = detail.text('stage') ?? ''
  const who = defined({ changedBy: detail.text('changed-by'), changedAt: detail.instant('changed-at') })
  const door: Door =
    detail.text('state') === 'DISABLED'
      ? { isOpen: false, ...who, ...defined({ reason: detail.text('reason') }) }
      : { isOpen: true, ...who }
  if (!picture.stages.some(({ name }) => name === stage)) return stale(picture)
  return fresh({ ...picture, stages: picture.stages.map((box) => (box.name === stage ? { ...box, door } : box)) })
}

export function conditionChanged(picture: Picture, detail: Detail): Applied {
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

/** A running rule has said how it stands. */
export function ruleProgressed(picture: Picture, detail: Detail): Applied {
  const stage = picture.stages.find(({ name }) => name === detail.text('stage'))
  const summary = textOf(detail.record('execution-result')['external-execution-summary'])
  if (stage === undefined || summary === undefined || stage.executionId !== detail.text('execution-id'))
    return fresh(picture)
  const key = detail.text('condition')
  const gates = stage.gates.map((gate) =>
    gate.key === key && gate.look === 'InProgress' ? { ...gate, summary } : gate,
  )
  return fresh({ ...picture, stages: withStage(picture, stage.name, (box) => ({ ...box, gates })) })
}
