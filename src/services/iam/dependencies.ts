import type { Auth } from '../../auth/auth.ts'
import type { Clock } from '../../base/clock.ts'
import type { Store } from '../../store/store.ts'

export interface IamDependencies {
  readonly store: Store
  readonly auth: Pick<Auth, 'addAccessKey' | 'changeAccessKey'>
  readonly clock: Clock
}
