/** Small words that every provider uses to say how an action ended. */
import type { ActionProgress, ErrorDetails } from '../core/execution/execution.ts'
import type { ActionOutcome } from './provider.ts'

export const failed = (code: ErrorDetails['code'], message: string, progress?: ActionProgress): ActionOutcome => ({
  type: 'Failed',
  error: { code, message },
  ...(progress && { progress }),
})

/** An action's configuration flags are strings, in whatever case a template wrote them. */
export const isTrue = (value: string | undefined): boolean => value?.toLowerCase() === 'true'
