/** What a command could not do: the cause, and what to type next. Printed without a stack; everything else is a bug and keeps it. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure'
  readonly hint: string | undefined
  readonly exitCode: number
  constructor(message: string, options: { hint?: string; exitCode?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.hint = options.hint
    this.exitCode = options.exitCode ?? 1
  }
}

/** Exit codes of `watch`, `start --watch` and `logs`; the table of docs/cli.md is this one. */
export const EXIT = { succeeded: 0, failed: 1, usage: 2, stopped: 3, waitingForApproval: 4 } as const

interface AwsError {
  readonly name: string
  readonly message: string
  readonly $metadata?: { readonly httpStatusCode?: number }
}

/** Turns what an SDK call threw into a failure that names the cause and the next command. */
export function explain(error: unknown, endpoint: string): unknown {
  if (error instanceof CliFailure) return error
  if (!(error instanceof Error)) return error
  const cause = (error as { code?: string }).code ?? (error.cause as { code?: string } | undefined)?.code
  if (cause === 'ECONNREFUSED' || cause === 'ECONNRESET' || cause === 'ENOTFOUND') {
    return new CliFailure(`Nothing answers at ${endpoint}.`, {
      hint: 'Start a server with "pipewright dev", or point AWS_ENDPOINT_URL at the one that runs.',
      cause: error,
    })
  }
  const { name, message, $metadata } = error as AwsError
  if ($metadata === undefined) return error
  return new CliFailure(`${name}: ${message}`, {
    ...(HINTS[name] !== undefined && { hint: HINTS[name] }),
    cause: error,
  })
}

const HINTS: Readonly<Record<string, string>> = {
  PipelineNotFoundException: 'See what there is with "aws codepipeline list-pipelines".',
  UnrecognizedClientException:
    'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; "pipewright env" prints the ones of a dev server.',
  InvalidSignatureException: 'Check AWS_SECRET_ACCESS_KEY and the clock of this machine.',
  ApprovalAlreadyCompletedException: 'Somebody answered already; see the outcome with "pipewright watch".',
}
