import type { Auth } from '../../auth/auth.ts'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Jobs } from '../../jobs/jobs.ts'
import type { Bus, LogFiles } from '../../journal/journal.ts'
import type { EnvironmentVariable } from '../../core/buildspec/buildspec.ts'
import type { Store } from '../../store/store.ts'

export interface CodeBuildDependencies {
  readonly store: Store
  readonly jobs: Jobs
  readonly bus: Bus
  readonly logFiles: LogFiles
  readonly auth: Pick<Auth, 'issueSession'>
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Log
  /** where clients reach this server, for links */
  readonly endpoint: () => string
  /** where builds and the runner reach it, e.g. `http://127.0.0.1:4566`; absent: the same */
  readonly localEndpoint?: () => string
  /** whether commands of builds reach the network; default true, they need it to reach Pipewright */
  readonly network?: boolean
  /**
   * Looks up variables of type PARAMETER_STORE and SECRETS_MANAGER under a build's role; name -> value, or why not. Without it such
   * builds fail with a clear reason.
   */
  readonly secrets?: (
    request: SecretsLookup,
  ) => Promise<Readonly<Record<string, string>> | { readonly problem: string }>
}

export interface SecretsLookup {
  readonly account: string
  readonly region: string
  readonly roleArn: string
  readonly variables: readonly EnvironmentVariable[]
}
