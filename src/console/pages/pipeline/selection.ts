/** What is chosen on the picture, as it stands in the address: `action:Build/Compile`, `stage:Build`, `token:<execution id>`… */
import type { StageConditionKey } from '../../../core/pipeline/declaration.ts'
import { actionsOf, type ActionBox, type Gate, type Picture, type StageBox, type Token } from '../../graph/model.ts'

export type Selection =
  | { readonly kind: 'action'; readonly stage: StageBox; readonly action: ActionBox }
  | { readonly kind: 'stage'; readonly stage: StageBox }
  | { readonly kind: 'door'; readonly stage: StageBox }
  | { readonly kind: 'gate'; readonly stage: StageBox; readonly gate: Gate }
  | { readonly kind: 'token'; readonly token: Token }

/** @returns undefined when the picture has no such thing (any more) */
export function selectionOf(picture: Picture, key: string | undefined): Selection | undefined {
  const [, kind = '', name = ''] = /^(\w+):(.+)$/.exec(key ?? '') ?? []
  const [stageName = '', part = ''] = name.split('/')
  const stage = picture.stages.find((each) => each.name === stageName)
  switch (kind) {
    case 'token': {
      const token = picture.tokens.find(({ id }) => id === name)
      return token && { kind, token }
    }
    case 'stage':
    case 'door':
      return stage && { kind, stage }
    case 'action': {
      const action = stage && actionsOf(stage).find((each) => each.name === part)
      return stage && action && { kind, stage, action }
    }
    case 'gate': {
      const gate = stage?.gates.find((each) => each.key === (part as StageConditionKey))
      return stage && gate && { kind, stage, gate }
    }
    default:
      return undefined
  }
}
