import { BatchGetBuildsCommand, CodeBuildClient } from '@aws-sdk/client-codebuild'
import type { Connection } from './connection.ts'

/** Why a build did not succeed, one line for each phase that failed: `BUILD: Error while executing command: …`. */
export async function whyBuildFailed(connection: Connection, id: string): Promise<readonly string[]> {
  const client = new CodeBuildClient(connection)
  try {
    const { builds = [] } = await client.send(new BatchGetBuildsCommand({ ids: [id] }))
    const failed = (builds[0]?.phases ?? []).filter(
      ({ phaseStatus, phaseType }) =>
        phaseType !== 'COMPLETED' && phaseStatus !== undefined && phaseStatus !== 'SUCCEEDED',
    )
    return failed.flatMap(({ phaseType = '', contexts = [] }) =>
      contexts.flatMap(({ message = '' }) => (message === '' ? [] : [`${phaseType}: ${message}`])),
    )
  } catch {
    return [] // an addition to what is known already: whoever may watch a pipeline need not be allowed to see its builds
  } finally {
    client.destroy()
  }
}
