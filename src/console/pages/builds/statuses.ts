/** CodeBuild's words for a state, in those of the rest of the console. */
const STATUS: Readonly<Record<string, string>> = {
  IN_PROGRESS: 'InProgress',
  SUCCEEDED: 'Succeeded',
  FAILED: 'Failed',
  FAULT: 'Errored',
  TIMED_OUT: 'Failed',
  STOPPED: 'Stopped',
  QUEUED: 'Waiting',
}

export const statusOf = (status: string | undefined): string => STATUS[status ?? ''] ?? 'NotStarted'
