import type { Auth } from '../../auth/auth.ts'
import type { Store } from '../../store/store.ts'

export interface StsDependencies {
  readonly store: Store
  readonly auth: Pick<Auth, 'issueSession' | 'issueOwnSession'>
}
