/** IAM and STS by the real SDK clients. */
import * as Iam from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts'
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { ACCOUNT, ADMINISTRATOR, startMiniServer, type MiniServer } from '../support/mini-server.ts'

let server: MiniServer
before(async () => {
  server = await startMiniServer()
})
after(async () => await server[Symbol.asyncDispose]())

const trust = (principal: object) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
  })
const SERVICE_TRUST = trust({ Service: 'codepipeline.amazonaws.com' })
const ALLOW_ALL = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
})

const is =
  (name: string, message: RegExp = /./) =>
  (error: unknown) => {
    assert.ok(error instanceof Error)
    assert.equal(error.name, name, error.message)
    assert.match(error.message, message)
    return true
  }
const role = async (RoleName: string, AssumeRolePolicyDocument = SERVICE_TRUST) =>
  await server.iam.send(new Iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))

describe('STS', () => {
  test('given a valid signature, then GetCallerIdentity says whose it is', async () => {
    const { Account, Arn, UserId } = await server.sts.send(new GetCallerIdentityCommand({}))
    assert.deepEqual([Account, Arn, UserId], [ACCOUNT, ADMINISTRATOR, 'AIDAADMINISTRATOR'])
  })

  test('given a role, when it is assumed, then the credentials are those of the session', async () => {
    const { Role } = await role('Deployer')
    const answer = await server.sts.send(
      new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'release', DurationSeconds: 900 }),
    )
    const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/Deployer/release`
    assert.equal(answer.AssumedRoleUser?.Arn, arn)
    assert.equal(answer.AssumedRoleUser.AssumedRoleId, `${Role?.RoleId}:release`)
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = answer.Credentials ?? {}
    const session = new STSClient(
      server.config({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }),
    )
    assert.equal((await session.send(new GetCallerIdentityCommand({}))).Arn, arn)
    await assert.rejects(session.send(new GetSessionTokenCommand({})), is('AccessDenied'))
  })

  test('given a role that does not exist, a bad name or a bad duration, then it is refused', async () => {
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/Deployer`
    const assume = async (change: object) =>
      await server.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'release', ...change }))
    await assert.rejects(
      assume({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/Nobody` }),
      is('AccessDenied', /sts:AssumeRole/),
    )
    await assert.rejects(assume({ RoleSessionName: 'no spaces' }), is('ValidationError'))
    await assert.rejects(assume({ DurationSeconds: 60 }), is('ValidationError'))
    await assert.rejects(assume({ DurationSeconds: 7200 }), is('ValidationError'))
  })

  test('given a role of another account, then it must trust the caller’s account', async () => {
    const assume = async (RoleName: string) =>
      await server.strangerSts.send(
        new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/${RoleName}`, RoleSessionName: 'visit' }),
      )
    await role('Open', trust({ AWS: 'arn:aws:iam::111122223333:root' }))
    await assert.rejects(assume('Deployer'), is('AccessDenied'))
    assert.equal((await assume('Open')).AssumedRoleUser?.Arn, `arn:aws:sts::${ACCOUNT}:assumed-role/Open/visit`)
  })

  test('given a user, then GetSessionToken gives credentials with which he is himself, and no more of them', async () => {
    const { Credentials } = await server.sts.send(new GetSessionTokenCommand({}))
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '', SessionToken } = Credentials ?? {}
    assert.ok(SessionToken !== undefined && Credentials?.Expiration instanceof Date)
    const own = new STSClient(server.config({ accessKeyId, secretAccessKey, sessionToken: SessionToken }))
    assert.equal((await own.send(new GetCallerIdentityCommand({}))).Arn, ADMINISTRATOR)
    await assert.rejects(own.send(new GetSessionTokenCommand({})), is('AccessDenied', /with session credentials$/))
  })

  test('given a policy, then the session may do what that allows and no more; what cannot be enforced is refused', async () => {
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/Deployer`
    const assume = async (Policy: unknown, change: object = {}) =>
      await server.sts.send(
        new AssumeRoleCommand({
          RoleArn,
          RoleSessionName: 'release',
          Policy: typeof Policy === 'string' ? Policy : JSON.stringify(Policy),
          ...change,
        }),
      )
    const allow = { Effect: 'Allow', Action: 'iam:Get*', Resource: [RoleArn] }
    const { Credentials } = await assume({ Version: '2012-10-17', Statement: allow })
    const {
      AccessKeyId: accessKeyId = '',
      SecretAccessKey: secretAccessKey = '',
      SessionToken = '',
    } = Credentials ?? {}
    const limited = new Iam.IAMClient(server.config({ accessKeyId, secretAccessKey, sessionToken: SessionToken }))
    assert.equal((await limited.send(new Iam.GetRoleCommand({ RoleName: 'Deployer' }))).Role?.Arn, RoleArn)
    await assert.rejects(
      limited.send(new Iam.DeleteRoleCommand({ RoleName: 'Deployer' })),
      is('AccessDenied', /because no session policy allows the iam:DeleteRole action$/),
    )
    await assert.rejects(assume('{'), is('MalformedPolicyDocumentException'))
    await assert.rejects(assume({}), is('MalformedPolicyDocumentException'))
    await assert.rejects(assume({ Statement: { ...allow, Action: undefined } }), is('MalformedPolicyDocumentException'))
    await assert.rejects(assume({ Statement: [allow, { ...allow, Effect: 'Deny' }] }), is('ValidationError', /Deny/))
    await assert.rejects(assume({ Statement: { ...allow, Condition: {} } }), is('ValidationError', /Condition/))
    await assert.rejects(
      assume({ Statement: allow }, { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }] }),
      is('ValidationError'),
    )
  })

  test('given the session name of a pipeline, then it is refused: services know a pipeline’s own calls by it', async () => {
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/Deployer`
    await assert.rejects(
      server.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'codepipeline.shop' })),
      is('ValidationError', /is reserved/),
    )
  })
})

describe('roles', () => {
  test('given a role, then it is read back to the letter, and a second one of the name is refused', async () => {
    const { Role: created } = await server.iam.send(
      new Iam.CreateRoleCommand({
        RoleName: 'Build',
        Path: '/service-role/',
        AssumeRolePolicyDocument: SERVICE_TRUST,
        Description: 'builds',
        Tags: [{ Key: 'team', Value: 'tools' }],
      }),
    )
    assert.equal(created?.Arn, `arn:aws:iam::${ACCOUNT}:role/service-role/Build`)
    assert.match(created.RoleId ?? '', /^AROA[A-Z2-7]{17}$/)
    const { Role } = await server.iam.send(new Iam.GetRoleCommand({ RoleName: 'Build' }))
    assert.deepEqual(Role, created)
    assert.equal(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''), SERVICE_TRUST)
    assert.deepEqual(
      [Role?.MaxSessionDuration, Role?.Description, Role?.Tags],
      [3600, 'builds', [{ Key: 'team', Value: 'tools' }]],
    )
    await assert.rejects(role('Build'), is('EntityAlreadyExistsException', /Role with name Build already exists\./))
  })

  test('given no such role or no valid policy, then the codes are those tools match', async () => {
    await assert.rejects(
      server.iam.send(new Iam.GetRoleCommand({ RoleName: 'Nobody' })),
      is('NoSuchEntityException', /^The role with name Nobody cannot be found\.$/),
    )
    await assert.rejects(role('Broken', '{not json'), is('MalformedPolicyDocumentException'))
    await assert.rejects(
      role('Broken', '{"Statement":[{"Effect":"Perhaps","Action":"*"}]}'),
      is('MalformedPolicyDocumentException'),
    )
  })

  test('given policies on a role, then it can be deleted only after they are gone', async () => {
    const RoleName = 'Laden'
    await role(RoleName)
    const { iam } = server
    const { Policy } = await iam.send(new Iam.CreatePolicyCommand({ PolicyName: 'Own', PolicyDocument: ALLOW_ALL }))
    const PolicyArn = Policy?.Arn
    await iam.send(new Iam.PutRolePolicyCommand({ RoleName, PolicyName: 'inline', PolicyDocument: ALLOW_ALL }))
    await iam.send(new Iam.AttachRolePolicyCommand({ RoleName, PolicyArn }))
    const ReadOnly = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'
    await iam.send(new Iam.AttachRolePolicyCommand({ RoleName, PolicyArn: ReadOnly }))
    const inline = await iam.send(new Iam.GetRolePolicyCommand({ RoleName, PolicyName: 'inline' }))
    assert.equal(decodeURIComponent(inline.PolicyDocument ?? ''), ALLOW_ALL)
    assert.deepEqual((await iam.send(new Iam.ListRolePoliciesCommand({ RoleName }))).PolicyNames, ['inline'])
    const { AttachedPolicies } = await iam.send(new Iam.ListAttachedRolePoliciesCommand({ RoleName }))
    assert.deepEqual(
      AttachedPolicies?.map(({ PolicyName }) => PolicyName),
      ['AmazonS3ReadOnlyAccess', 'Own'],
    )
    assert.equal((await iam.send(new Iam.GetPolicyCommand({ PolicyArn }))).Policy?.AttachmentCount, 1)

    const remove = async () => await iam.send(new Iam.DeleteRoleCommand({ RoleName }))
    await assert.rejects(remove(), is('DeleteConflictException'))
    await assert.rejects(iam.send(new Iam.DeletePolicyCommand({ PolicyArn })), is('DeleteConflictException'))
    await iam.send(new Iam.DetachRolePolicyCommand({ RoleName, PolicyArn }))
    await iam.send(new Iam.DetachRolePolicyCommand({ RoleName, PolicyArn: ReadOnly }))
    await assert.rejects(
      iam.send(new Iam.DetachRolePolicyCommand({ RoleName, PolicyArn })),
      is('NoSuchEntityException'),
    )
    await iam.send(new Iam.DeleteRolePolicyCommand({ RoleName, PolicyName: 'inline' }))
    await remove()
    await iam.send(new Iam.DeletePolicyCommand({ PolicyArn }))
  })

  test('given many roles, then they are listed page by page', async () => {
    const names: (string | undefined)[] = []
    let Marker: string | undefined
    do {
      const page = await server.iam.send(new Iam.ListRolesCommand({ MaxItems: 1, Marker }))
      names.push(...(page.Roles ?? []).map(({ RoleName }) => RoleName))
      Marker = page.IsTruncated === true ? page.Marker : undefined
    } while (Marker !== undefined)
    assert.deepEqual(names, ['Build', 'Deployer', 'Open'])
    const { Roles } = await server.iam.send(new Iam.ListRolesCommand({ PathPrefix: '/service-role/' }))
    assert.deepEqual(
      Roles?.map(({ RoleName }) => RoleName),
      ['Build'],
    )
  })

  test('given an instance profile and a linked role, then they behave', async () => {
    const { iam } = server
    const InstanceProfileName = 'Hosts'
    await iam.send(new Iam.CreateInstanceProfileCommand({ InstanceProfileName }))
    await iam.send(new Iam.AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: 'Build' }))
    const { InstanceProfiles } = await iam.send(new Iam.ListInstanceProfilesForRoleCommand({ RoleName: 'Build' }))
    assert.deepEqual(
      InstanceProfiles?.map(({ Roles }) => Roles?.[0]?.RoleName),
      ['Build'],
    )
    await assert.rejects(iam.send(new Iam.DeleteRoleCommand({ RoleName: 'Build' })), is('DeleteConflictException'))
    const AWSServiceName = 'codestar-notifications.amazonaws.com'
    const { Role } = await iam.send(new Iam.CreateServiceLinkedRoleCommand({ AWSServiceName }))
    assert.equal(Role?.Path, `/aws-service-role/${AWSServiceName}/`)
    await assert.rejects(
      iam.send(new Iam.CreateServiceLinkedRoleCommand({ AWSServiceName })),
      is('InvalidInputException', /has been taken/),
    )
  })
})

describe('managed policies', () => {
  test('given versions, then one is the default, and it cannot be deleted', async () => {
    const { iam } = server
    const { Policy } = await iam.send(
      new Iam.CreatePolicyCommand({ PolicyName: 'Versioned', PolicyDocument: ALLOW_ALL }),
    )
    const PolicyArn = Policy?.Arn
    const { PolicyVersion } = await iam.send(
      new Iam.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: ALLOW_ALL, SetAsDefault: true }),
    )
    assert.deepEqual([PolicyVersion?.VersionId, PolicyVersion?.IsDefaultVersion], ['v2', true])
    const { Versions } = await iam.send(new Iam.ListPolicyVersionsCommand({ PolicyArn }))
    assert.deepEqual(
      Versions?.map(({ VersionId }) => VersionId),
      ['v2', 'v1'],
    )
    await assert.rejects(
      iam.send(new Iam.DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v2' })),
      is('DeleteConflictException'),
    )
    await iam.send(new Iam.SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))
    await iam.send(new Iam.DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v2' }))
    const { PolicyVersion: third } = await iam.send(
      new Iam.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: ALLOW_ALL }),
    )
    assert.equal(third?.VersionId, 'v3', 'a number is never given twice')
  })

  test('given AWS’s own, then they can be read and not changed', async () => {
    const { iam } = server
    const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess'
    const { PolicyVersion } = await iam.send(new Iam.GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))
    assert.match(decodeURIComponent(PolicyVersion?.Document ?? ''), /"Action":\["\*"\]/)
    await assert.rejects(iam.send(new Iam.DeletePolicyCommand({ PolicyArn })), is('InvalidInputException'))
    const { Policies } = await iam.send(new Iam.ListPoliciesCommand({ Scope: 'Local' }))
    assert.ok(Policies?.every(({ Arn }) => Arn?.startsWith(`arn:aws:iam::${ACCOUNT}:policy/`)))
  })
})

describe('users', () => {
  const UserName = 'ada'
  const user = async () => await server.iam.send(new Iam.CreateUserCommand({ UserName }))

  test('given a user, then an access key works at once, and stops when it is inactive or deleted', async () => {
    const { iam } = server
    const { User } = await user()
    assert.match(User?.UserId ?? '', /^AIDA/)
    const { AccessKey } = await iam.send(new Iam.CreateAccessKeyCommand({ UserName }))
    const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {}
    assert.match(AccessKeyId, /^AKIA[A-Z2-7]{16}$/)
    const whoAmI = async () => {
      const client = new STSClient(server.config({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey }))
      return (await client.send(new GetCallerIdentityCommand({}))).Arn
    }
    assert.equal(await whoAmI(), `arn:aws:iam::${ACCOUNT}:user/ada`)
    const change = async (Status: 'Active' | 'Inactive') =>
      await iam.send(new Iam.UpdateAccessKeyCommand({ UserName, AccessKeyId, Status }))
    await change('Inactive')
    await assert.rejects(whoAmI(), is('InvalidClientTokenId'))
    const { AccessKeyMetadata } = await iam.send(new Iam.ListAccessKeysCommand({ UserName }))
    assert.deepEqual(
      AccessKeyMetadata?.map(({ Status }) => Status),
      ['Inactive'],
    )
    await change('Active')
    assert.equal(await whoAmI(), `arn:aws:iam::${ACCOUNT}:user/ada`)
    await assert.rejects(
      iam.send(new Iam.DeleteUserCommand({ UserName })),
      is('DeleteConflictException', /access keys/),
    )
    await iam.send(new Iam.DeleteAccessKeyCommand({ UserName, AccessKeyId }))
    await assert.rejects(whoAmI(), is('InvalidClientTokenId'))
  })

  test('given git credentials, then the git host can check them, and the password is shown once', async () => {
    const { iam, store } = server
    const ServiceName = 'codecommit.amazonaws.com'
    const create = async () => await iam.send(new Iam.CreateServiceSpecificCredentialCommand({ UserName, ServiceName }))
    const { ServiceSpecificCredential: created } = await create()
    assert.equal(created?.ServiceUserName, `ada-at-${ACCOUNT}`)
    const hash = async () =>
      (await store.read.resources.find<{ passwordHash: string }>('iam', 'git-credential', `ada-at-${ACCOUNT}`))
        ?.document.passwordHash
    const sha256 = (text = '') => createHash('sha256').update(text).digest('hex')
    assert.equal(await hash(), sha256(created.ServicePassword))
    const ServiceSpecificCredentialId = created.ServiceSpecificCredentialId
    const { ServiceSpecificCredential: reset } = await iam.send(
      new Iam.ResetServiceSpecificCredentialCommand({ UserName, ServiceSpecificCredentialId }),
    )
    assert.notEqual(reset?.ServicePassword, created.ServicePassword)
    assert.equal(await hash(), sha256(reset?.ServicePassword))
    await create()
    await assert.rejects(create(), is('LimitExceededException'))
    const list = async () =>
      (await iam.send(new Iam.ListServiceSpecificCredentialsCommand({ UserName }))).ServiceSpecificCredentials ?? []
    assert.deepEqual(
      (await list()).map(({ ServiceUserName }) => ServiceUserName),
      [`ada-at-${ACCOUNT}`, `ada+1-at-${ACCOUNT}`],
    )
    for (const { ServiceSpecificCredentialId: id } of await list()) {
      await iam.send(new Iam.DeleteServiceSpecificCredentialCommand({ UserName, ServiceSpecificCredentialId: id }))
    }
    assert.equal(await hash(), undefined)
  })

  test('given groups, then members are kept, and a user leaves before being deleted', async () => {
    const { iam } = server
    const GroupName = 'developers'
    await iam.send(new Iam.CreateGroupCommand({ GroupName }))
    await iam.send(new Iam.AddUserToGroupCommand({ GroupName, UserName }))
    assert.deepEqual(
      (await iam.send(new Iam.GetGroupCommand({ GroupName }))).Users?.map((one) => one.UserName),
      [UserName],
    )
    const { Groups } = await iam.send(new Iam.ListGroupsForUserCommand({ UserName }))
    assert.deepEqual(
      Groups?.map((one) => one.GroupName),
      [GroupName],
    )
    await assert.rejects(iam.send(new Iam.DeleteUserCommand({ UserName })), is('DeleteConflictException'))
    await iam.send(new Iam.RemoveUserFromGroupCommand({ GroupName, UserName }))
    await iam.send(new Iam.DeleteUserCommand({ UserName }))
    await assert.rejects(
      iam.send(new Iam.GetUserCommand({ UserName })),
      is('NoSuchEntityException', /user with name ada/),
    )
    await iam.send(new Iam.DeleteGroupCommand({ GroupName }))
  })

  test('given no name, then GetUser is about the caller', async () => {
    const { User } = await server.iam.send(new Iam.GetUserCommand({}))
    assert.deepEqual([User?.UserName, User?.Arn], ['administrator', ADMINISTRATOR])
  })

  test('given tags, then they are added, listed and removed', async () => {
    const { iam } = server
    const RoleName = 'Deployer'
    await iam.send(
      new Iam.TagRoleCommand({
        RoleName,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    )
    await iam.send(new Iam.UntagRoleCommand({ RoleName, TagKeys: ['a'] }))
    assert.deepEqual((await iam.send(new Iam.ListRoleTagsCommand({ RoleName }))).Tags, [{ Key: 'b', Value: '2' }])
  })
})
