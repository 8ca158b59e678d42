import type { Clock } from '../../base/clock.ts'
import { withoutPort } from '../request.ts'
import type { Authenticator, Principal } from '../wire.ts'
import { stringToSign } from './canonical.ts'
import { deriveSigningKey, hmacHex, sameText, scopeText } from './signing-key.ts'
import { MAX_SKEW_MS, parseBasicTime } from './timestamp.ts'

export interface GitCredentials {
  /** access key id, with `%<session token>` behind it for temporary credentials */
  readonly username: string
  /** `YYYYMMDDTHHMMSSZ` and 64 hex digits */
  readonly password: string
  /** of the repository as in its clone URL, e.g. `/v1/repos/site` */
  readonly path: string
  /** as the client addressed us; a port is ignored */
  readonly host: string
  /** regions to try, likeliest first: the password does not say which one it was signed for */
  readonly regions: readonly string[]
}

/** The one service AWS defined this form of password for. */
const SIGNING_NAME = 'codecommit'

/**
 * Checks the password that the AWS CLI's git credential helper and git-remote-codecommit make: a SigV4 signature over the
 * pseudo request `GIT <path>` with the host header and no payload line.
 * @returns who it is; `undefined` for anything that is not such a password, not valid or not within 15 minutes
 */
export async function verifyGitSignature(
  { username, password, path, host, regions }: GitCredentials,
  { authenticator, clock }: { readonly authenticator: Authenticator; readonly clock: Clock },
): Promise<Principal | undefined> {
  const match = /^(\d{8}T\d{6})Z([0-9a-f]{64})$/.exec(password)
  const [, time = '', signature = ''] = match ?? []
  const at = parseBasicTime(`${time}Z`)
  const now = clock.now()
  if (at === undefined || Math.abs(now - at) > MAX_SKEW_MS) return undefined

  const percent = username.indexOf('%')
  const accessKeyId = percent < 0 ? username : username.slice(0, percent)
  const token = percent < 0 ? undefined : username.slice(percent + 1)
  const credentials = await authenticator.lookup(accessKeyId)
  if (credentials === undefined || !sameText(credentials.sessionToken ?? '', token ?? '')) return undefined
  if (credentials.expiresAt !== undefined && credentials.expiresAt <= now) return undefined

  const canonical = `GIT\n${path}\n\nhost:${withoutPort(host)}\n\nhost\n`
  const signedBy = regions.some((region) => {
    const scope = { date: time.slice(0, 8), region, service: SIGNING_NAME }
    const key = deriveSigningKey(credentials.secretAccessKey, scope)
    return sameText(hmacHex(key, stringToSign(time, scopeText(scope), canonical)), signature)
  })
  return signedBy ? credentials.principal : undefined
}
