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

/** @param name what it is called on the picture */
export function describeToken(token: Token, picture?: Picture, name = nameOfToken(token)): string {
  const what = token.isRollback ? 'Rollback' : 'Execution'
  const where = whereIs(token, picture)
  return [`${what} ${name} — ${styleOf(token.look).label}`, where].filter((part) => part !== '').join(', ')
}

/** Where it is; of one that waits, for whom or for what. */
export function whereIs({ place }: Token, picture?: Picture): string {
  switch (place.at) {
    case 'inside':
      return `in ${place.stage}`
    case 'waiting':
      return `waits before ${place.stage}${picture === undefined ? '' : `: ${reasonToWait(picture, place.stage, place.position)}`}`
    case 'ended':
      return place.stage === undefined ? '' : `came to ${place.stage}`
    default:
      return place satisfies never
  }
}

function reasonToWait({ stages, tokens }: Picture, name: string, ahead: number): string {
  const stage = stages.find((each) => each.name === name)
  if (stage !== undefined && !stage.door.isOpen) {
    const { reason, changedBy } = stage.door
    return `the transition is closed${changedBy === undefined ? '' : ` by ${changedBy.split('/').at(-1)}`}${reason === undefined ? '' : `: ${reason}`}`
  }
  if (ahead > 0) return `${ahead} ahead of it`
  const holder = tokens.find(({ id, place }) => id === stage?.executionId && place.at === 'inside')
  return holder === undefined ? 'it is about to enter' : `${nameOfToken(holder)} is in it`
}

/** The whole picture in one sentence. */
export function describePicture({ name, stages, tokens }: Picture): string {
  const looks = stages.map((stage) => `${stage.name} ${styleOf(stage.look).label.toLowerCase()}`)
  const active = tokens.filter(({ place }) => place.at !== 'ended').length
  return `Pipeline ${name}, ${stages.length} stages: ${looks.join(', ')}. ${active} execution${active === 1 ? '' : 's'} under way.`
}
