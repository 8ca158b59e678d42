/** Actions that job workers run: a job is queued for the workers of the action's type, and they end the action (spec 6.2, 6.4). */
import type { ActionOrder } from '../core/execution/execution.ts'
import type { ActionTypeId } from '../core/pipeline/declaration.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Store } from '../store/store.ts'

/** What a custom job's row holds. The first job of an action has the action execution's id; later rounds have ids of their own. */
export interface CustomJobDocument {
  readonly accountId: string
  readonly order: ActionOrder
  /** of the round before */
  readonly continuationToken?: string
}

/** What the engine asks about an action type that job workers run. */
export interface WorkerType {
  /** the value of the queryable property, which workers may ask for */
  readonly query?: string
  /** absent: that of a custom type of the pipeline's account */
  readonly queue?: string
  /** why no worker will ever run this action */
  readonly problem?: string
}

/** Where workers of the type look for jobs; the region is that of the action. */
export const customJobQueue = (
  { account, region }: { readonly account: string; readonly region: string },
  { category, provider, version }: Pick<ActionTypeId, 'category' | 'provider' | 'version'>,
): string => `custom:${account}:${region}:${category}/${provider}/${version}`

/** Queues the action's job and removes the outbox entry in one commit; queuing it again changes nothing. */
export async function queueCustomJob(
  { store, jobs }: { store: Store; jobs: Jobs },
  { order, outboxId, type }: { order: ActionOrder; outboxId: number; type: WorkerType },
): Promise<void> {
  const { action, pipeline } = order
  const { query, queue = customJobQueue({ account: pipeline.account, region: action.region }, action.typeId) } = type
  const document: CustomJobDocument = { accountId: pipeline.account, order }
  await store.write(async (tx) => {
    await jobs.enqueueIn(tx, { id: action.id, queue, document, ...(query !== undefined && { query }) })
    await tx.outbox.remove([outboxId])
  })
  jobs.wake(queue)
}

/** Ends whatever job of the action is still open, and tells a worker of ours that is at it. */
export async function endCustomJobs(
  { store, jobs }: { store: Store; jobs: Jobs },
  { actionExecutionId, status, reason }: { actionExecutionId: string; status: 'Failed' | 'TimedOut'; reason: string },
): Promise<void> {
  const open = (await store.read.jobs.open()).filter(
    ({ queue, document }) =>
      (queue.startsWith('custom:') || queue.startsWith('thirdparty:')) &&
      (document as CustomJobDocument).order.action.id === actionExecutionId,
  )
  for (const { id } of open) {
    await jobs.end(id, status)
    jobs.cancel(id, reason)
  }
}
