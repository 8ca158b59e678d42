/** Actions run. */
import { fresh, stale, textOf, type Applied, type Detail } from './event-detail.ts'
import { defined } from './from-api.ts'
import { lookOfRun } from './looks.ts'
import type { ActionBox, ActionRun, Picture, Revision, StageBox, Token } from './model.ts'
import { withStage } from './stage-events.ts'

const RUN_STATUS: Readonly<Record<string, ActionRun['status']>> = {
  STARTED: 'InProgress',
  SUCCEEDED: 'Succeeded',
  FAILED: 'Failed',
  ABANDONED: 'Abandoned',
}

export function actionChanged(picture: Picture, detail: Detail): Applied {
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
export function actionSkipped(picture: Picture, detail: Detail): Applied {
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

export function actionProgressed(picture: Picture, detail: Detail): Applied {
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
