import type {
  Project,
  ProjectArtifacts,
  ProjectEnvironment,
  ProjectSource,
  ProjectSourceVersion,
  StartBuildInput,
} from '@aws-sdk/client-codebuild'
import type { Reader, ResourceKey } from '../../store/store.ts'
import type { ArtifactReport, BuildStatus, PhaseContext, RunnerPhase } from '../../runner/runner.ts'
import { buildArn, nameOf, type Place } from './arns.ts'
import { notFound } from './errors.ts'

export type PhaseName = 'SUBMITTED' | 'QUEUED' | 'PROVISIONING' | RunnerPhase | 'COMPLETED'

export interface PhaseRecord {
  readonly type: PhaseName
  readonly startedAt: number
  readonly ended?: { readonly at: number; readonly status: BuildStatus; readonly context: PhaseContext }
}

/** A build as it is stored; times are ms since the epoch. */
export interface BuildRecord extends Place {
  /** `<project>:<uuid>` */
  readonly id: string
  readonly projectName: string
  readonly number: number
  readonly initiator: string
  readonly startedAt: number
  readonly endedAt?: number
  readonly status: BuildStatus | 'IN_PROGRESS'
  /** in order; the last one is the current one */
  readonly phases: readonly PhaseRecord[]
  readonly sourceVersion?: string
  readonly resolvedSourceVersion?: string
  readonly source: ProjectSource
  readonly secondarySources: readonly ProjectSource[]
  readonly secondarySourceVersions: readonly ProjectSourceVersion[]
  readonly artifacts: ProjectArtifacts
  readonly secondaryArtifacts: readonly ProjectArtifacts[]
  /** what the runner made of them */
  readonly uploaded: readonly ArtifactReport[]
  readonly environment: ProjectEnvironment
  readonly serviceRole: string
  readonly encryptionKey: string
  readonly timeoutInMinutes: number
  readonly queuedTimeoutInMinutes: number
  readonly cache?: Project['cache']
  readonly logs?: { readonly group: string; readonly stream: string }
  readonly exported: readonly { readonly name: string; readonly value: string }[]
  readonly stopRequested?: boolean
  /** for RetryBuild */
  readonly request: StartBuildInput
}

export const QUEUE = 'build'

/** What a job of the queue says about its build. */
export interface BuildJobDocument extends Place {
  readonly id: string
}

export const buildKey = ({ account, region }: Place, id: string): ResourceKey => ({
  account,
  region,
  service: 'codebuild',
  type: 'build',
  name: id,
})

export const jobIdOf = ({ account, region, id }: BuildJobDocument): string => `build:${account}:${region}:${id}`

export async function requireBuild(reader: Reader, place: Place, idOrArn: string | undefined): Promise<BuildRecord> {
  const id = nameOf(idOrArn ?? '')
  const found = await reader.resources.get<BuildRecord>(buildKey(place, id))
  if (found === undefined) throw notFound(`Build cannot be found: ${buildArn(place, id)}`)
  return found.document
}

export const currentPhase = ({ phases }: Pick<BuildRecord, 'phases'>): PhaseName => phases.at(-1)?.type ?? 'SUBMITTED'
