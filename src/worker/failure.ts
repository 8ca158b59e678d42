import type { FailureType } from '@aws-sdk/client-codepipeline'

export type { FailureType }

/** Thrown by a handler: fails the action with this type and message. Any other error fails it as `JobFailed`. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure'
  readonly type: FailureType
  /** of the system that did the work */
  readonly externalExecutionId: string | undefined

  constructor(message: string, { type = 'JobFailed', externalExecutionId }: JobFailureOptions = {}) {
    super(message)
    this.type = type
    this.externalExecutionId = externalExecutionId
  }
}

interface JobFailureOptions {
  readonly type?: FailureType
  readonly externalExecutionId?: string
}
