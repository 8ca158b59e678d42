import { buildKey, jobIdOf, QUEUE, type BuildJobDocument, type BuildRecord } from './build-record.ts'
import { endBuild } from './builds.ts'
import type { CodeBuildDependencies } from './dependencies.ts'

/** Ends builds that no runner took in time (`queuedTimeoutInMinutes`). */
export function watchQueueTimeouts(deps: CodeBuildDependencies): Disposable {
  const timers = new Map<string, NodeJS.Timeout>()
  const forget = (id: string): void => {
    clearTimeout(timers.get(id))
    timers.delete(id)
  }
  const expire = async (document: BuildJobDocument): Promise<void> => {
    forget(jobIdOf(document))
    const job = await deps.jobs.get(jobIdOf(document))
    if (job?.status !== 'Queued') return
    await endBuild(deps, document, 'TIMED_OUT', {
      statusCode: '',
      message: 'No runner took the build within its queue timeout',
    })
  }
  const watch = ({ queuedTimeoutInMinutes, startedAt, ...document }: BuildRecord): void => {
    const wait = startedAt + queuedTimeoutInMinutes * 60_000 - deps.clock.now()
    const timer = setTimeout(
      () => {
        expire(document).catch((error: unknown) =>
          deps.log.error({ err: error, build: document.id }, 'a queued build could not be ended'),
        )
      },
      Math.max(wait, 0),
    )
    timers.set(jobIdOf(document), timer.unref())
  }
  const look = async (document: BuildJobDocument): Promise<void> => {
    const found = await deps.store.read.resources.get<BuildRecord>(buildKey(document, document.id))
    if (found?.document.status === 'IN_PROGRESS') watch(found.document)
  }
  const failed = (error: unknown): void => deps.log.error({ err: error }, 'queued builds could not be watched')
  const lookAtAll = async (): Promise<void> => {
    for (const job of await deps.store.read.jobs.open(QUEUE))
      if (job.status === 'Queued') await look(job.document as BuildJobDocument)
  }
  lookAtAll().catch(failed)
  const unsubscribe = deps.bus.listen(
    { source: 'aws.codebuild' },
    ({ account, region, detailType, detail, resources }) => {
      const id = resources[0]?.split('/').slice(1).join('/') ?? ''
      const document = { account, region, id }
      if (detailType === 'CodeBuild Build Phase Change' && detail['completed-phase'] === 'QUEUED')
        forget(jobIdOf(document))
      if (detailType !== 'CodeBuild Build State Change') return
      if (detail['build-status'] === 'IN_PROGRESS') look(document).catch(failed)
      else forget(jobIdOf(document))
    },
  )
  return {
    [Symbol.dispose]() {
      unsubscribe()
      for (const id of timers.keys()) forget(id)
    },
  }
}
