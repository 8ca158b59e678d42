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

/** Short-lived credentials of the caller's own, with which he is who he is; a session cannot ask for another one. */
export const getSessionToken = ({ auth }: StsDependencies) =>
  operation<GetSessionTokenCommandInput, GetSessionTokenCommandOutput>(
    GetSessionToken$,
    { action: 'sts:GetSessionToken', resource: '*' },
    async ({ DurationSeconds }, { principal: { accessKeyId } }) => {
      const session = await auth.issueOwnSession({
        accessKeyId,
        owner: 'GetSessionToken',
        seconds: seconds(DurationSeconds, TWELVE_HOURS, THIRTY_SIX_HOURS),
      })
      if (session === undefined) {
        throw new ServiceError('AccessDenied', 'Cannot call GetSessionToken with session credentials', {
          statusCode: 403,
        })
      }
      return { Credentials: credentialsView(session) }
    },
  )
