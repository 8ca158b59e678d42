import {
  GetSessionToken$,
  type GetSessionTokenCommandInput,
  type GetSessionTokenCommandOutput,
} from '@aws-sdk/client-sts'
import { operation, ServiceError } from '../../../wire/wire.ts'
import { credentialsView, seconds } from '../credentials.ts'
import type { StsDependencies } from '../dependencies.ts'

const TWELVE_HOURS = 43_200
const THIRTY_SIX_HOURS = 129_600

/** Short-lived credentials of the caller's own; a session cannot ask for another one. */
export const getSessionToken = ({ auth }: StsDependencies) =>
  operation<GetSessionTokenCommandInput, GetSessionTokenCommandOutput>(
    GetSessionToken$,
    { action: 'sts:GetSessionToken', resource: '*' },
    async ({ DurationSeconds }, { account, principal }) => {
      if (principal.type === 'AssumedRole') {
        throw new ServiceError('AccessDenied', 'Cannot call GetSessionToken with session credentials', {
          statusCode: 403,
        })
      }
      const session = await auth.issueSession({
        account,
        // Sessions are those of roles: this one stands for the caller and carries his name.
        roleArn: `arn:aws:iam::${account}:role/GetSessionToken`,
        sessionName: principal.arn.slice(principal.arn.lastIndexOf('/') + 1),
        seconds: seconds(DurationSeconds, TWELVE_HOURS, THIRTY_SIX_HOURS),
      })
      return { Credentials: credentialsView(session) }
    },
  )
