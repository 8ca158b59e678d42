import type { Auth } from '../../auth/auth.ts'
import type { Clock } from '../../base/clock.ts'
import type { ClientFor, Engine } from '../../engine/engine.ts'
import type { Jobs } from '../../jobs/jobs.ts'
import type { KeyRing } from '../../keys/keys.ts'
import type { Store } from '../../store/store.ts'

export interface CodePipelineDependencies {
  readonly store: Store
  readonly engine: Engine
  readonly jobs: Jobs
  readonly auth: Pick<Auth, 'issueSession'>
  readonly keys: KeyRing
  readonly clock: Clock
  readonly newId: () => string
  readonly limits?: Partial<CodePipelineLimits>
  /** clients that call as a pipeline's role; absent: nothing can be asked of other services */
  readonly clientFor?: ClientFor
  /** what AWS does and nothing else: no extension works, and no answer tells of one */
  readonly strict?: boolean
}

/** The account quotas that AWS raises on request (`spec` 11): configuration here. */
export interface CodePipelineLimits {
  readonly pipelinesPerRegion: number
  readonly customActionTypesPerRegion: number
  readonly webhooksPerRegion: number
  /** characters of one value of an action's configuration */
  readonly configurationValueLength: number
}

export const DEFAULT_LIMITS: CodePipelineLimits = {
  pipelinesPerRegion: 1000,
  customActionTypesPerRegion: 50,
  webhooksPerRegion: 300,
  configurationValueLength: 1000,
}

export const limitsOf = ({ limits }: CodePipelineDependencies): CodePipelineLimits => ({ ...DEFAULT_LIMITS, ...limits })
