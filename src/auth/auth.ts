/** Who calls, and may they. Access keys and sessions are resources; enforcement of policies has its place here. */
import type { Authenticator, Authorizer, Principal, SessionPolicy } from '../wire/wire.ts'

export interface SessionCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  /** ms since the epoch */
  readonly expiresAt: number
}

export interface Auth extends Authenticator, Authorizer {
  /**
   * Short-lived credentials of a role session, as AssumeRole would give. Kept in memory and in the store until they expire.
   * @param session.policy limits the session to less than its role may
   */
  issueSession(session: {
    account: string
    roleArn: string
    sessionName: string
    seconds: number
    policy?: SessionPolicy
  }): Promise<SessionCredentials>
  /**
   * Short-lived credentials of whoever holds a long-lived key: calls made with them are his, as if he had signed with the key. They
   * end with the key too (deactivated, deleted), and with `endOwnSessions` of the same owner.
   * @param session.owner what they were issued for, e.g. a console session
   * @returns undefined for a key that is unknown, inactive or itself of a session
   */
  issueOwnSession(session: {
    accessKeyId: string
    owner: string
    seconds: number
  }): Promise<SessionCredentials | undefined>
  endOwnSessions(account: string, owner: string): Promise<void>
  /** Long-lived keys: development keys, IAM users' keys. */
  addAccessKey(key: {
    accessKeyId: string
    secretAccessKey: string
    principal: Omit<Principal, 'accessKeyId'>
  }): Promise<void>
  /** Takes effect with the next request; an inactive or deleted key is unknown to `lookup`. Unknown keys are fine. */
  changeAccessKey(accessKeyId: string, to: 'active' | 'inactive' | 'deleted'): Promise<void>
}

export type { AuthorizationRequest, Policy, Verdict } from './authorize.ts'
export { createAuth, type AuthOptions } from './create-auth.ts'
export { sessionPrincipal, userPrincipal } from './principals.ts'
export { permits } from './session-policy.ts'
export { seal, unseal, type SealedSecret } from './sealed-secret.ts'
