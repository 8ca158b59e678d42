import type { ActionTypeId } from '@aws-sdk/client-codepipeline'

/** One job, as its handler sees it. */
export interface Job {
  readonly id: string
  readonly actionType: Readonly<ActionTypeId>
  /** resolved; secret values are in the clear */
  readonly configuration: Readonly<Record<string, string>>
  readonly pipeline: string
  readonly executionId: string
  readonly stage: string
  readonly action: string
  readonly actionExecutionId: string
  /** what the job before this one returned as its `continuationToken` */
  readonly continuationToken: string | undefined
  /** names of the artifacts */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** the job's own folder, empty at first, removed when the job is over */
  readonly folder: string
  /** fires when nobody waits for the job any more: stopped and abandoned, timed out */
  readonly signal: AbortSignal
  /**
   * Fetches an input artifact with the job's credentials and unpacks it. Asked again, it is not fetched again.
   * @param name the first input when absent
   * @returns the folder with the artifact's files
   */
  input(name?: string): Promise<string>
  /**
   * Packs a folder, or some files in it, and stores it as an output artifact.
   * @param name the first output when absent
   */
  output(folder: string, options?: { readonly name?: string; readonly files?: readonly string[] }): Promise<void>
}

/** How an action ended well, or goes on. */
export interface JobResult {
  /** up to 2048 characters, shown with the action */
  readonly summary?: string
  /** fills `{ExternalExecutionId}` of the type's execution URL */
  readonly externalExecutionId?: string
  readonly percentComplete?: number
  /** for `#{namespace.name}`; not together with a `continuationToken` */
  readonly outputVariables?: Readonly<Record<string, string>>
  /** of a source action: what it has fetched */
  readonly revision?: {
    readonly id: string
    readonly changeId?: string
    readonly summary?: string
    readonly created?: Date
  }
  /** the action goes on: another job with this token follows, for whichever worker is free */
  readonly continuationToken?: string
}
