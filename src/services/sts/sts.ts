/** STS: who am I, and credentials that expire. */
import * as Sts from '@aws-sdk/client-sts'
import { operationSchemas, type ServiceDefinition } from '../../wire/wire.ts'
import type { StsDependencies } from './dependencies.ts'
import { assumeRole } from './operations/assume-role.ts'
import { getCallerIdentity } from './operations/get-caller-identity.ts'
import { getSessionToken } from './operations/get-session-token.ts'

export const createStsService = (dependencies: StsDependencies): ServiceDefinition => ({
  name: 'sts',
  signingNames: ['sts'],
  protocols: ['awsQuery'],
  apiVersion: '2011-06-15',
  xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  schemas: operationSchemas(Sts),
  operations: [getCallerIdentity, assumeRole(dependencies), getSessionToken(dependencies)],
})

export type { StsDependencies } from './dependencies.ts'
