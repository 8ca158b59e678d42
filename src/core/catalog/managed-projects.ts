/**
 * Commands actions run on builds without a project of the user's. They name one that nobody can create (`@` is not allowed in names of
 * projects): the build service makes it up for a pipeline's own session, and keeps nothing of it.
 */
const PREFIX = 'codepipeline@'

export const managedProjectName = (pipeline: string): string => `${PREFIX}${pipeline}`

export const isManagedProject = (name: string): boolean => name.startsWith(PREFIX)
