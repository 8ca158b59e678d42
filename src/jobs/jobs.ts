/**
 * The job-worker protocol: queued, handed out with a nonce, acknowledged by one, ended once. Custom actions and our own build
 * runners both work through it. Waiting for work is event-driven: `claim` resolves the moment a job is there.
 */
import type { JobRow, Writer } from '../store/store.ts'

export type { JobRow } from '../store/store.ts'

export interface NewJob {
  readonly id: string
  readonly queue: string
  readonly query?: string
  readonly document: unknown
}

export type JobEnd = 'Succeeded' | 'Failed' | 'TimedOut'

export interface JobHolder {
  readonly worker?: string
  readonly nonce?: string
}

export interface Jobs {
  /** Idempotent by id: enqueuing again changes nothing. */
  enqueue(job: NewJob): Promise<void>
  enqueueIn(tx: Writer, job: NewJob): Promise<void>
  /** Wakes claimers of the queue; call after the commit of an `enqueueIn`. */
  wake(queue: string): void
  /** Hands out jobs; each gets a new nonce and is Dispatched until acknowledged or the redelivery time is over. Does not wait. */
  poll(queue: string, options: { max: number; query?: string }): Promise<readonly JobRow[]>
  /** @returns the job, now InProgress; or why not. The same nonce again gives the same answer. */
  acknowledge(
    id: string,
    nonce: string,
    options?: { worker?: string; leaseMs?: number },
  ): Promise<JobRow | 'unknown' | 'wrong-nonce' | 'ended'>
  get(id: string): Promise<JobRow | undefined>
  /** Waits until there is work on the queue, then polls and acknowledges one job; undefined when the signal fires. */
  claim(queue: string, options: { worker: string; leaseMs: number; signal: AbortSignal }): Promise<JobRow | undefined>
  /**
   * A runner is alive and at it: extends the leases.
   * @returns the jobs it still holds; it must stop working on the others, they ended or are somebody else's now
   */
  renew(ids: readonly string[], worker: string, leaseMs: number): Promise<readonly string[]>
  /**
   * Ends the job in the caller's unit of work.
   * @param holder for results that workers send: only a job in progress that this worker, or the bearer of this nonce, holds
   * @returns false when it had ended before, is unknown or is not the holder's
   */
  endIn(tx: Writer, id: string, status: JobEnd, holder?: JobHolder): Promise<boolean>
  end(id: string, status: JobEnd, holder?: JobHolder): Promise<boolean>
  /** Someone wants the job to stop (StopBuild, abandon): tells whoever works on it. */
  cancel(id: string, reason: string): void
  /** Called when `cancel` is, and soon when it was already. @returns unsubscribe */
  onCancel(id: string, listener: (reason: string) => void): () => void
}

export { createJobs, type JobsOptions } from './create-jobs.ts'
