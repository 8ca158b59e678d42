import type { Clock } from '../../base/clock.ts'
import type { GitHost } from '../../git/git.ts'
import type { Bus } from '../../journal/journal.ts'
import type { Store } from '../../store/store.ts'

export interface CodeCommitDependencies {
  readonly store: Store
  readonly git: GitHost
  readonly bus: Bus
  readonly clock: Clock
  readonly newId: () => string
}
