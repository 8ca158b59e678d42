import type { ActionTypeId } from '../../core/pipeline/declaration.ts'
import type { PipelineKey } from '../../core/execution/execution.ts'

/** Resource names of `spec` 9.2. Stages and actions have one for permissions only. */
export interface Place {
  readonly account: string
  readonly region: string
}

const prefix = ({ account, region }: Place) => `arn:aws:codepipeline:${region}:${account}:`

export const pipelineArn = (place: Place, pipeline: unknown): string => `${prefix(place)}${text(pipeline)}`

export const stageArn = (place: Place, pipeline: unknown, stage: unknown): string =>
  `${pipelineArn(place, pipeline)}/${text(stage)}`

export const actionArn = (place: Place, pipeline: unknown, stage: unknown, action: unknown): string =>
  `${stageArn(place, pipeline, stage)}/${text(action)}`

export const webhookArn = (place: Place, webhook: unknown): string => `${prefix(place)}webhook:${text(webhook)}`

export const actionTypeArn = (place: Place, { owner, category, provider, version }: ActionTypeIdInput): string =>
  `${prefix(place)}actiontype:${[owner, category, provider, version].map(text).join('/')}`

/** Permissions are asked for before the shape is checked: any member may be missing or of a wrong type. */
type ActionTypeIdInput = { readonly [Member in keyof ActionTypeId]?: unknown }
const text = (value: unknown) => (typeof value === 'string' ? value : '')

export type ArnTarget =
  | { readonly kind: 'pipeline'; readonly key: PipelineKey }
  /** `name` is `Category/Provider/Version` */
  | { readonly kind: 'actiontype'; readonly place: Place; readonly owner: string; readonly name: string }
  | { readonly kind: 'webhook'; readonly place: Place; readonly name: string }

/** @returns what a taggable resource's ARN names; `undefined` for any other ARN (stages, actions, other services) */
export function parseArn(arn: string): ArnTarget | undefined {
  const match = /^arn:aws(?:-\w+)*:codepipeline:([^:]+):(\d{12}):(?:(actiontype|webhook):)?([^:]+)$/.exec(arn)
  if (match === null) return undefined
  const [, region = '', account = '', kind, name = ''] = match
  const place = { account, region }
  if (kind === 'webhook') return name.includes('/') ? undefined : { kind, place, name }
  if (kind === 'actiontype') {
    const [owner = '', ...rest] = name.split('/')
    return rest.length === 3 ? { kind, place, owner, name: rest.join('/') } : undefined
  }
  return name.includes('/') ? undefined : { kind: 'pipeline', key: { ...place, name } }
}
