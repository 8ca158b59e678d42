import { timingSafeEqual, createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { permits } from '../../auth/auth.ts'
import type { SmartHttpResponse } from '../../git/git.ts'
import type { Authenticator, CallRecord, Principal } from '../../wire/wire.ts'
import { verifyGitSignature } from '../../wire/wire.ts'
import type { CodeCommitDependencies } from './dependencies.ts'
import { announce } from './events.ts'
import { pushRecord } from './push-record.ts'
import { repositoryArn, type Repository } from './repositories.ts'

export interface GitHttpRequest {
  readonly method: string
  /** `/v1/repos/<name>/info/refs` */
  readonly path: string
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable
  readonly sourceAddress: string
  readonly signal: AbortSignal
}

export interface GitHttp {
  /** @returns undefined when the path is no repository path */
  handle(request: GitHttpRequest): Promise<SmartHttpResponse> | undefined
}

export interface GitHttpDependencies extends CodeCommitDependencies {
  readonly authenticator: Authenticator
  /** told of pushes */
  readonly onCall?: (record: CallRecord) => void
}

/** The credential helper signs for the region its own settings name; a repository that is not there yet tells us none. */
const DEFAULT_REGION = 'us-east-1'

const PATH = /^\/v1\/repos\/([\w.-]{1,100}?)(?:\.git)?(\/(?:info\/refs|git-upload-pack|git-receive-pack))$/

/**
 * Clone, fetch and push at `/v1/repos/<name>`. Three kinds of credentials work: what `aws codecommit credential-helper` signs
 * (also with a session token), git credentials of an IAM user, and an access key with its secret as user and password.
 */
export function createGitHttp(deps: GitHttpDependencies): GitHttp {
  return {
    handle(request) {
      const match = PATH.exec(request.path)
      if (!match) return undefined
      const [, name = '', action = ''] = match
      return serve(deps, request, name, action)
    },
  }
}

async function serve(
  deps: GitHttpDependencies,
  request: GitHttpRequest,
  name: string,
  action: string,
): Promise<SmartHttpResponse> {
  const named = await deps.store.read.resources.findAll<Repository>('codecommit', 'repository', name)
  const principal = await authenticate(deps, request, {
    path: request.path.slice(0, request.path.length - action.length),
    regions: [...new Set([...named.map(({ region }) => region), DEFAULT_REGION])],
  })
  if (!principal) {
    request.body.resume()
    return text(401, 'Authentication is required: use "aws codecommit credential-helper" or git credentials.\n', {
      'www-authenticate': 'Basic realm="CodeCommit"',
    })
  }
  // the clone URL names no region: a name that exists in several is found in the first by name of region
  const repository = named.find(({ account }) => account === principal.account)?.document
  if (!repository) {
    request.body.resume()
    return text(404, `repository '${name}' not found\n`)
  }
  const startedAt = deps.clock.now()
  const tell = (outcome: Parameters<typeof pushRecord>[4]): void => {
    const { headers, sourceAddress } = request
    const from = { requestId: deps.newId(), sourceAddress, userAgent: headers['user-agent'] ?? '' }
    deps.onCall?.(pushRecord(repository, principal, from, { startedAt, endedAt: deps.clock.now() }, outcome))
  }
  const isPush = `${action}?${request.query}`.includes('git-receive-pack')
  const denied = denial(principal, repository, isPush)
  if (denied !== undefined) {
    request.body.resume()
    if (isPush) tell({ denied })
    return text(403, `${denied}\n`)
  }
  return deps.git.serve(
    repository.id,
    {
      method: request.method,
      path: action,
      query: request.query,
      headers: request.headers,
      body: request.body,
      remoteUser: principal.arn,
      signal: request.signal,
    },
    async (updates) => {
      if (updates.length > 0) tell({ updates })
      await announce(deps, repository, updates, principal.arn)
    },
  )
}

/** @returns why not, when a session was given less than its role may. Source: CodeCommit user guide, "Permissions for actions on Git client commands". */
function denial({ arn, sessionPolicy }: Principal, repository: Repository, isPush: boolean): string | undefined {
  const action = isPush ? 'codecommit:GitPush' : 'codecommit:GitPull'
  const resource = repositoryArn(repository, repository.name)
  return sessionPolicy === undefined || permits(sessionPolicy, action, resource)
    ? undefined
    : `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} because no session policy allows the ${action} action`
}

async function authenticate(
  deps: GitHttpDependencies,
  { headers }: GitHttpRequest,
  signed: { path: string; regions: readonly string[] },
): Promise<Principal | undefined> {
  const [scheme, encoded = ''] = (headers['authorization'] ?? '').split(' ')
  if (scheme?.toLowerCase() !== 'basic') return undefined
  const [username = '', ...rest] = Buffer.from(encoded, 'base64').toString().split(':')
  const password = rest.join(':')
  const signer = await verifyGitSignature(
    { username, password, ...signed, host: (headers['host'] ?? '').replace(/:\d+$/, '') },
    { authenticator: deps.authenticator, clock: deps.clock },
  )
  return signer ?? (await accessKey(deps, username, password)) ?? (await gitCredential(deps, username, password))
}

async function accessKey(deps: GitHttpDependencies, id: string, secret: string): Promise<Principal | undefined> {
  const known = await deps.authenticator.lookup(id)
  return known && known.sessionToken === undefined && same(secret, known.secretAccessKey) ? known.principal : undefined
}

interface GitCredential {
  readonly account: string
  readonly userName: string
  readonly passwordHash: string
  readonly active: boolean
}

/** IAM's service-specific credentials; passwords are random with 256 bits, so a plain SHA-256 keeps them. */
async function gitCredential(
  deps: GitHttpDependencies,
  username: string,
  password: string,
): Promise<Principal | undefined> {
  const found = await deps.store.read.resources.find<GitCredential>('iam', 'git-credential', username)
  if (!found?.document.active) return undefined
  const { account, userName, passwordHash } = found.document
  if (!same(createHash('sha256').update(password).digest('hex'), passwordHash)) return undefined
  return {
    accessKeyId: username,
    account,
    arn: `arn:aws:iam::${account}:user/${userName}`,
    userId: username,
    type: 'User',
  }
}

function same(a: string, b: string): boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest()
  return timingSafeEqual(digest(a), digest(b))
}

const text = (statusCode: number, message: string, headers: Record<string, string> = {}): SmartHttpResponse => ({
  statusCode,
  headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
  body: Readable.from([message]),
})
