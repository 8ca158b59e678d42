/**
 * IAM: roles, users, groups, policies, keys and git credentials, of one account, in no region. Records are resources of
 * service `iam`; whoever needs one (STS, the git host, the policy engine) reads it from the store.
 */
import * as Iam from '@aws-sdk/client-iam'
import { operationSchemas, type ServiceDefinition } from '../../wire/wire.ts'
import type { IamDependencies } from './dependencies.ts'
import { accessKeyOperations } from './operations/access-keys.ts'
import { emptyListOperations } from './operations/empty-lists.ts'
import { entityTagOperations } from './operations/entity-tags.ts'
import { gitCredentialOperations } from './operations/git-credentials.ts'
import { groupOperations } from './operations/groups.ts'
import { holderPolicyOperations } from './operations/holder-policies.ts'
import { instanceProfileOperations } from './operations/instance-profiles.ts'
import { managedPolicyOperations } from './operations/managed-policies.ts'
import { roleOperations } from './operations/roles.ts'
import { serviceLinkedRoleOperations } from './operations/service-linked-roles.ts'
import { userOperations } from './operations/users.ts'

const OPERATIONS = [
  ...roleOperations,
  ...serviceLinkedRoleOperations,
  ...userOperations,
  ...groupOperations,
  ...instanceProfileOperations,
  ...holderPolicyOperations,
  ...managedPolicyOperations,
  ...entityTagOperations,
  ...accessKeyOperations,
  ...gitCredentialOperations,
  ...emptyListOperations,
]

export const createIamService = (dependencies: IamDependencies): ServiceDefinition => ({
  name: 'iam',
  signingNames: ['iam'],
  protocols: ['awsQuery'],
  apiVersion: '2010-05-08',
  xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  schemas: operationSchemas(Iam),
  operations: OPERATIONS.map((make) => make(dependencies)),
})

export type { IamDependencies } from './dependencies.ts'
export type { GitCredential } from './git-credentials.ts'
