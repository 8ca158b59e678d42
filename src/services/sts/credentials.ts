import type { Credentials } from '@aws-sdk/client-sts'
import type { SessionCredentials } from '../../auth/auth.ts'
import { ServiceError } from '../../wire/wire.ts'

export const credentialsView = (session: SessionCredentials): Credentials => ({
  AccessKeyId: session.accessKeyId,
  SecretAccessKey: session.secretAccessKey,
  SessionToken: session.sessionToken,
  Expiration: new Date(session.expiresAt),
})

export const validationError = (message: string) => new ServiceError('ValidationError', message)

/** @throws ValidationError */
export function seconds(given: number | undefined, usual: number, most: number): number {
  const duration = given ?? usual
  if (duration < 900 || duration > most) {
    throw validationError(`DurationSeconds must have a value from 900 to ${most}, not ${duration}`)
  }
  return duration
}
