/** What went wrong, in words for a person: the API's own code and text, and what to do about it. */
export interface Failure {
  readonly code: string
  readonly message: string
  readonly advice: string
  /** another try may well succeed */
  readonly passing: boolean
}

const ADVICE: Readonly<Record<string, string>> = {
  AccessDeniedException:
    'Ask an administrator for the permission named in the text, or sign in as somebody who has it.',
  AccessDenied: 'Ask an administrator for the permission named in the text, or sign in as somebody who has it.',
  ValidationException: 'Change the value that the text names and send it again.',
  InvalidStructureException: 'Change the part of the pipeline that the text names and save again.',
  PipelineNotFoundException: 'It may have been deleted, or be in another region: look at the list of pipelines.',
  PipelineExecutionNotFoundException: 'It may belong to another pipeline, or its history was forgotten.',
  StageNotRetryableException:
    'Only a stage that failed, in an execution that is still the latest there, can be retried.',
  NotLatestPipelineExecutionException: 'A newer execution holds the stage now: look at that one.',
  ConcurrentModificationException: 'Somebody changed it at the same moment: look at it again, then decide.',
  ConflictException: 'It changed meanwhile: look at it again, then decide.',
  ApprovalAlreadyCompletedException: 'Somebody answered before you: nothing is left to do.',
  InvalidApprovalTokenException: 'The question was asked anew: look at it again, then answer.',
  ExpiredTokenException: 'The session ended: sign in again.',
  InvalidSignatureException: 'Check the clock of this machine, then sign in again.',
  ThrottlingException: 'Too many requests at once: wait a moment.',
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: 'Unknown', message: String(error), advice: '', passing: false }
  if (error instanceof TypeError) {
    // what `fetch` throws when nobody answers
    return {
      code: 'NoAnswer',
      message: 'The server did not answer.',
      advice: 'Check that Pipewright is running and reachable; the page tries again by itself.',
      passing: true,
    }
  }
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0
  return {
    code: error.name,
    message: error.message,
    advice:
      ADVICE[error.name] ??
      (status >= 500 ? 'This is a fault of the server: its log says more, under the time of now.' : ''),
    passing: status >= 500 || error.name === 'ThrottlingException',
  }
}
