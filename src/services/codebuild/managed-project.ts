import { isManagedProject } from '../../core/catalog/managed-projects.ts'
import type { ProjectRecord } from './project-record.ts'

/** The project behind a build that a pipeline asks for without having one: nothing in it, overrides say everything. */
export const managedProject = (name: string | undefined): ProjectRecord | undefined =>
  name === undefined || !isManagedProject(name)
    ? undefined
    : {
        name,
        source: { type: 'CODEPIPELINE' },
        artifacts: { type: 'CODEPIPELINE' },
        environment: { type: undefined, image: undefined, computeType: undefined },
        serviceRole: undefined,
        createdAt: 0,
        modifiedAt: 0,
      }
