import {
  GetCallerIdentity$,
  type GetCallerIdentityCommandInput,
  type GetCallerIdentityCommandOutput,
} from '@aws-sdk/client-sts'
import { operation } from '../../../wire/wire.ts'

/** Anybody with a valid signature may ask. */
export const getCallerIdentity = operation<GetCallerIdentityCommandInput, GetCallerIdentityCommandOutput>(
  GetCallerIdentity$,
  { action: 'sts:GetCallerIdentity', resource: '*' },
  async (_input, { account, principal }) => ({ Account: account, Arn: principal.arn, UserId: principal.userId }),
)
