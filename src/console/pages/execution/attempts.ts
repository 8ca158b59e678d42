/** The action runs of an execution, put in order: which are tries of the same thing, and where each one's log and work are. */
import type { ActionExecutionDetail } from '@aws-sdk/client-codepipeline'

export interface Run {
  readonly id: string
  readonly stage: string
  readonly action: string
  /** `Stage/Action` */
  readonly key: string
  /** from 1 */
  readonly attempt: number
  readonly isLatest: boolean
  readonly status: string
  readonly startedAt: number
  readonly updatedAt: number
  readonly provider: string
  readonly category: string
  readonly log: LogPlace | undefined
  readonly detail: ActionExecutionDetail
}

export interface LogPlace {
  readonly group: string
  readonly stream: string
}

/** @param details in any order. @returns in the order in which they began */
export function runsOf(details: readonly ActionExecutionDetail[]): readonly Run[] {
  const ordered = details.toSorted((a, b) => Number(a.startTime ?? 0) - Number(b.startTime ?? 0))
  const groups = Map.groupBy(ordered, keyOf)
  return ordered.map((detail) => {
    const tries = groups.get(keyOf(detail)) ?? []
    const index = tries.indexOf(detail)
    return {
      id: detail.actionExecutionId ?? '',
      stage: detail.stageName ?? '',
      action: detail.actionName ?? '',
      key: keyOf(detail),
      attempt: index + 1,
      isLatest: index === tries.length - 1,
      status: detail.status ?? 'InProgress',
      startedAt: Number(detail.startTime ?? 0),
      updatedAt: Number(detail.lastUpdateTime ?? detail.startTime ?? 0),
      provider: detail.input?.actionTypeId?.provider ?? '',
      category: detail.input?.actionTypeId?.category ?? '',
      log: logPlaceOf(detail),
      detail,
    }
  })
}

const keyOf = ({ stageName = '', actionName = '' }: ActionExecutionDetail): string => `${stageName}/${actionName}`

/** Where the log of an action's build is; undefined when it runs no build, or has none yet. */
export function logPlaceOf({ input, output }: ActionExecutionDetail): LogPlace | undefined {
  const { externalExecutionId = '', logStreamARN = '' } = output?.executionResult ?? {}
  const named = /:log-group:(?<group>[^:]+):log-stream:(?<stream>.+)$/.exec(logStreamARN)?.groups
  if (named) return { group: named['group'] ?? '', stream: named['stream'] ?? '' }
  const [project, stream] = externalExecutionId.split(':')
  const isBuild = input?.actionTypeId?.provider === 'CodeBuild' && project !== undefined && stream !== undefined
  return isBuild ? { group: `/aws/codebuild/${project}`, stream } : undefined
}

/** How long it took; until now while it runs. */
export const took = ({ status, startedAt, updatedAt }: Run, now: number): number =>
  Math.max(0, (status === 'InProgress' ? now : updatedAt) - startedAt)
