/** Executions begin, wait, end. */
import { fresh, stale, type Applied, type Detail } from './event-detail.ts'
import { isOver, type Picture, type Token, type TokenLook } from './model.ts'

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

export function executionChanged(picture: Picture, detail: Detail): Applied {
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

export function executionWaits(picture: Picture, detail: Detail): Applied {
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

export const replaced = (tokens: readonly Token[], changed: Token): readonly Token[] =>
  tokens.map((token) => (token.id === changed.id ? changed : token))

/** Lines close up, and those that are over go when no stage shows them any more. */
export function settleTokens(picture: Picture): Picture {
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
