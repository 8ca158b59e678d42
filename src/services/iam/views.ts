/** Stored entities as IAM's answers show them. */
import type {
  Group as ApiGroup,
  InstanceProfile as ApiInstanceProfile,
  Policy as ApiPolicy,
  Role as ApiRole,
  User as ApiUser,
} from '@aws-sdk/client-iam'
import type { Group, InstanceProfile, ManagedPolicy, Role, User } from './entities.ts'
import { encodedPolicy } from './policy-document.ts'
import { tagList } from './tags.ts'

export const roleView = (role: Role): ApiRole => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  CreateDate: new Date(role.createdAt),
  AssumeRolePolicyDocument: encodedPolicy(role.trust),
  ...(role.description !== undefined && { Description: role.description }),
  MaxSessionDuration: role.maxSessionSeconds,
  ...boundaryView(role.boundary),
  Tags: tagList(role.tags),
})

export const userView = (user: User): ApiUser => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.id,
  Arn: user.arn,
  CreateDate: new Date(user.createdAt),
  ...boundaryView(user.boundary),
  Tags: tagList(user.tags),
})

export const groupView = (group: Group): ApiGroup => ({
  Path: group.path,
  GroupName: group.name,
  GroupId: group.id,
  Arn: group.arn,
  CreateDate: new Date(group.createdAt),
})

export const instanceProfileView = (profile: InstanceProfile, roles: readonly Role[]): ApiInstanceProfile => ({
  Path: profile.path,
  InstanceProfileName: profile.name,
  InstanceProfileId: profile.id,
  Arn: profile.arn,
  CreateDate: new Date(profile.createdAt),
  Roles: roles.filter(({ name }) => profile.roles.includes(name)).map(roleView),
  Tags: tagList(profile.tags),
})

export const policyView = (policy: ManagedPolicy, attachmentCount: number): ApiPolicy => ({
  PolicyName: policy.name,
  PolicyId: policy.id,
  Arn: policy.arn,
  Path: policy.path,
  DefaultVersionId: policy.defaultVersionId,
  AttachmentCount: attachmentCount,
  PermissionsBoundaryUsageCount: 0,
  IsAttachable: true,
  ...(policy.description !== undefined && { Description: policy.description }),
  CreateDate: new Date(policy.createdAt),
  UpdateDate: new Date(policy.updatedAt),
  Tags: tagList(policy.tags),
})

const boundaryView = (boundary: string | undefined) =>
  boundary === undefined
    ? {}
    : {
        PermissionsBoundary: {
          PermissionsBoundaryType: 'PermissionsBoundaryPolicy' as const,
          PermissionsBoundaryArn: boundary,
        },
      }
