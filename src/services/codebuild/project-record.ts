import type { CreateProjectInput, Project } from '@aws-sdk/client-codebuild'
import type { Reader, ResourceKey } from '../../store/store.ts'
import { nameOf, projectArn, type Place } from './arns.ts'
import { notFound } from './errors.ts'

/** A project as it is stored: what was asked for, defaults filled in, times as numbers. */
export interface ProjectRecord extends Omit<CreateProjectInput, 'name'> {
  readonly name: string
  readonly createdAt: number
  readonly modifiedAt: number
}

export const projectKey = ({ account, region }: Place, name: string): ResourceKey => ({
  account,
  region,
  service: 'codebuild',
  type: 'project',
  name,
})

export async function requireProject(
  reader: Reader,
  place: Place,
  nameOrArn: string | undefined,
): Promise<ProjectRecord> {
  const name = nameOf(nameOrArn ?? '')
  const found = await reader.resources.get<ProjectRecord>(projectKey(place, name))
  if (found === undefined) throw notFound(`Project cannot be found: ${projectArn(place, name)}`)
  return found.document
}

export function toProject(place: Place, record: ProjectRecord): Project {
  const { createdAt, modifiedAt, badgeEnabled, ...rest } = record
  return {
    ...rest,
    arn: projectArn(place, record.name),
    created: new Date(createdAt),
    lastModified: new Date(modifiedAt),
    badge: { badgeEnabled: badgeEnabled ?? false },
    projectVisibility: 'PRIVATE',
  }
}
