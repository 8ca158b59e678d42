import { logStreamKey, type LogStreamKey, type LogStreamRecord } from '../../journal/journal.ts'
import type { Reader } from '../../store/store.ts'
import { buildKey, type BuildRecord } from './build-record.ts'

/** Is the stream the output of a build that has ended? Of streams that others write nobody knows. */
export async function isLogComplete({ resources }: Pick<Reader, 'resources'>, key: LogStreamKey): Promise<boolean> {
  const record = await resources.get<LogStreamRecord>(logStreamKey(key))
  // streams of builds that have not begun are not there yet
  const id = record?.document.build ?? usualBuild(key)
  if (id === undefined) return false
  const build = await resources.get<BuildRecord>(buildKey(key, id))
  return build === undefined ? record?.document.build !== undefined : build.document.status !== 'IN_PROGRESS'
}

/** By the names that a project's log has when its definition says nothing else. */
function usualBuild({ group, stream }: LogStreamKey): string | undefined {
  const project = /^\/aws\/codebuild\/([^/]+)$/.exec(group)?.[1]
  return project === undefined ? undefined : `${project}:${stream}`
}
