/** The names of things for those who hear the picture instead of seeing it. */
import { GATE_NAMES } from './looks.ts'
import {
  actionsOf,
  nameOfToken,
  type ActionBox,
  type Door,
  type Gate,
  type Instant,
  type Picture,
  type StageBox,
  type Token,
} from './model.ts'
import { BY_WEIGHT, styleOf } from './state-style.ts'

/** "2 minutes ago": the caller knows what time it is */
export type Ago = (at: Instant) => string

/** "Build: Compile — Failed, 2 minutes ago" */
export function describeAction(action: ActionBox, ago: Ago): string {
  const { stage, name, look, run, isEarlier, others } = action
  const when = run?.status === 'InProgress' ? run.startedAt : run?.updatedAt
  const parts = [
    `${stage}: ${name} — ${styleOf(look).label}`,
    when === undefined || look === 'Pending'
      ? undefined
      : `${run?.status === 'InProgress' ? 'since ' : ''}${ago(when)}`,
    isEarlier ? 'in an earlier execution' : undefined,
    others.length > 0 ? `and ${others.length} more running` : undefined,
  ]
  return parts.filter((part) => part !== undefined).join(', ')
}

/** "Stage Build — In progress, 3 actions: 1 Failed, 2 Succeeded" */
export function describeStage(stage: StageBox): string {
  const count = actionsOf(stage).length
  return `Stage ${stage.name} — ${styleOf(stage.look).label}, ${count} action${count === 1 ? '' : 's'}: ${countsOf(stage)}`
}

export const countsOf = ({ tally }: Pick<StageBox, 'tally'>): string =>
  BY_WEIGHT.flatMap((look) =>
    tally[look] === undefined ? [] : [`${tally[look]} ${styleOf(look).label.toLowerCase()}`],
  ).join(', ')

/** "Transition into Deploy — Closed: freeze" */
export const describeDoor = (stage: string, door: Door): string =>
  `Transition into ${stage} — ${door.isOpen ? 'Open' : `Closed${door.reason === undefined ? '' : `: ${door.reason}`}`}`

export const describeGate = (stage: string, { key, look, summary }: Gate): string =>
  `${stage}: ${GATE_NAMES[key]} — ${look === 'Idle' ? 'Not asked' : styleOf(look).label}${summary === undefined ? '' : `, ${summary}`}`

export function describeToken(token: Token): string {
  const { place } = token
  const where =
    place.at === 'inside'
      ? `in ${place.stage}`
      : place.at === 'waiting'
        ? `waits before ${place.stage}${place.position > 0 ? `, ${place.position} ahead of it` : ''}`
        : place.stage === undefined
          ? ''
          : `came to ${place.stage}`
  const what = token.isRollback ? 'Rollback' : 'Execution'
  return [`${what} ${nameOfToken(token)} — ${styleOf(token.look).label}`, where]
    .filter((part) => part !== '')
    .join(', ')
}

/** The whole picture in one sentence. */
export function describePicture({ name, stages, tokens }: Picture): string {
  const looks = stages.map((stage) => `${stage.name} ${styleOf(stage.look).label.toLowerCase()}`)
  const active = tokens.filter(({ place }) => place.at !== 'ended').length
  return `Pipeline ${name}, ${stages.length} stages: ${looks.join(', ')}. ${active} execution${active === 1 ? '' : 's'} under way.`
}
