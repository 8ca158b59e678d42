import { AssumeRole$, type AssumeRoleCommandInput, type AssumeRoleCommandOutput } from '@aws-sdk/client-sts'
import { PIPELINE_SESSION_PREFIX } from '../../../core/catalog/sessions.ts'
import { operation, ServiceError } from '../../../wire/wire.ts'
import { credentialsView, seconds, validationError } from '../credentials.ts'
import type { StsDependencies } from '../dependencies.ts'
import { parseSessionPolicy } from '../session-policy.ts'
import { trusts } from '../trust.ts'

/** The members of IAM's role record that matter here. */
interface Role {
  readonly name: string
  readonly arn: string
  readonly id: string
  readonly trust: string
  readonly maxSessionSeconds: number
}

const ROLE_ARN = /^arn:aws(?:-\w+)*:iam::(\d{12}):role\/(?:[\w+=,.@/-]*\/)?([\w+=,.@-]+)$/
const AN_HOUR = 3600

/** The role must exist; one of another account must name the caller's account in its trust policy. */
export const assumeRole = ({ store, auth }: StsDependencies) =>
  operation<AssumeRoleCommandInput, AssumeRoleCommandOutput>(
    AssumeRole$,
    { action: 'sts:AssumeRole', resource: ({ RoleArn }) => RoleArn ?? '*' },
    async ({ RoleArn = '', RoleSessionName = '', DurationSeconds, Policy, PolicyArns = [] }, { principal }) => {
      const [, account, name] = ROLE_ARN.exec(RoleArn) ?? []
      if (account === undefined || name === undefined) throw validationError(`${RoleArn} is invalid`)
      if (!/^[\w+=,.@-]{2,64}$/.test(RoleSessionName)) {
        throw validationError(
          `1 validation error detected: Value '${RoleSessionName}' at 'roleSessionName' failed to satisfy constraint: ` +
            String.raw`Member must satisfy regular expression pattern: [\w+=,.@-]{2,64}`,
        )
      }
      if (RoleSessionName.startsWith(PIPELINE_SESSION_PREFIX)) {
        throw validationError(
          `RoleSessionName ${RoleSessionName} is reserved: sessions of pipelines have names that start with ${PIPELINE_SESSION_PREFIX}`,
        )
      }
      if (PolicyArns.length > 0) throw validationError('Pipewright cannot limit a session by managed policies yet')
      const policy = Policy === undefined ? undefined : parseSessionPolicy(Policy)
      const key = { account, region: '', service: 'iam', type: 'role', name }
      const role = (await store.read.resources.get<Role>(key))?.document
      if (role?.arn !== RoleArn || (account !== principal.account && !trusts(role.trust, principal))) {
        throw new ServiceError(
          'AccessDenied',
          `User: ${principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
          { statusCode: 403 },
        )
      }
      const session = await auth.issueSession({
        account,
        roleArn: RoleArn,
        sessionName: RoleSessionName,
        seconds: seconds(DurationSeconds, AN_HOUR, role.maxSessionSeconds),
        ...(policy && { policy }),
      })
      return {
        Credentials: credentialsView(session),
        AssumedRoleUser: {
          AssumedRoleId: `${role.id}:${RoleSessionName}`,
          Arn: `arn:aws:sts::${account}:assumed-role/${name}/${RoleSessionName}`,
        },
      }
    },
  )
