/** May this principal do this? The default rules, and the place where policies have their say. */
import { ServiceError, type Authorizer, type Call, type Principal } from '../wire/wire.ts'
import { permits } from './session-policy.ts'

export interface AuthorizationRequest {
  readonly principal: Principal
  /** `codepipeline:StartPipelineExecution` */
  readonly action: string
  /** one ARN, or `*` */
  readonly resource: string
  readonly call: Call
}

/**
 * What a source of policies says: of identities, resources, roles' boundaries. As in IAM, a `deny` of any is final, an `allow` of any
 * is enough (also across accounts and for anonymous callers), and `silent` leaves it to the others.
 */
export interface Policy {
  evaluate(request: AuthorizationRequest): Verdict | Promise<Verdict>
}
export type Verdict = 'allow' | 'deny' | 'silent'

export function createAuthorizer(policies: readonly Policy[] = []): Authorizer {
  return {
    async authorize({ principal, action, resources, call }) {
      for (const resource of resources.length === 0 ? ['*'] : resources) {
        const request = { principal, action, resource, call }
        if (exceedsSession(request)) throw denied(request, ` because no session policy allows the ${action} action`)
        const verdicts = await Promise.all(policies.map(async (policy) => policy.evaluate(request)))
        const verdict = decide(verdicts, request)
        if (verdict !== 'allow') throw denied(request, verdict === 'deny' ? ' with an explicit deny in a policy' : '')
      }
    },
  }
}

function decide(verdicts: readonly Verdict[], { principal, action, resource }: AuthorizationRequest): Verdict {
  if (verdicts.includes('deny')) return 'deny'
  if (verdicts.includes('allow') || JUDGED_BY_SERVICE.has(action)) return 'allow'
  if (principal.type === 'Anonymous') return 'silent'
  return isForeign(resource, principal.account) ? 'silent' : 'allow'
}

/** Source: STS API reference, GetCallerIdentity: "no permissions are required". */
const exceedsSession = ({ principal: { sessionPolicy }, action, resource }: AuthorizationRequest): boolean =>
  sessionPolicy !== undefined && action !== 'sts:GetCallerIdentity' && !permits(sessionPolicy, action, resource)

/** The service itself decides: by the role's trust policy, whoever calls and whichever account the role is of. */
const JUDGED_BY_SERVICE: ReadonlySet<string> = new Set([
  'sts:AssumeRole',
  'sts:AssumeRoleWithWebIdentity',
  'sts:AssumeRoleWithSAML',
])

/**
 * Names the ARN an account other than this one? S3's bucket and object ARNs name none (S3 looks at the bucket's owner itself), and
 * `arn:aws:iam::aws:policy/…` belongs to everybody.
 */
function isForeign(resource: string, account: string): boolean {
  const [arn, , , , owner = ''] = resource.split(':', 5)
  return arn === 'arn' && /^\d+$/.test(owner) && owner !== account
}

/** Texts and codes that tools look for. Source: IAM user guide, "Troubleshoot access denied error messages". */
function denied({ principal, action, resource }: AuthorizationRequest, why: string): ServiceError {
  const who = principal.type === 'Anonymous' ? 'Anonymous' : principal.arn
  const message = `User: ${who} is not authorized to perform: ${action} on resource: ${resource}${why}`
  const service = action.slice(0, action.indexOf(':'))
  return SAYS_ACCESS_DENIED.has(service)
    ? new ServiceError('AccessDenied', message, { statusCode: 403 })
    : new ServiceError('AccessDeniedException', message, { statusCode: 400 })
}

/** The services with XML answers; those with JSON say `AccessDeniedException`. */
const SAYS_ACCESS_DENIED: ReadonlySet<string> = new Set([
  's3',
  'iam',
  'sts',
  'sns',
  'sqs',
  'cloudformation',
  'elasticbeanstalk',
  'autoscaling',
  'elasticloadbalancing',
])
