import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Trail } from '../journal/journal.ts'
import type { CallRecord } from '../wire/wire.ts'
import { auditInput } from './audit-input.ts'
import { auditCalls, type AuditRecord } from './audit.ts'

const call = (service: string, operation: string, more: Partial<CallRecord> = {}): CallRecord => ({
  requestId: 'r',
  service,
  operation,
  input: () => ({}),
  principal: { accessKeyId: 'AKIA', account: '1', arn: 'arn:aws:iam::1:user/a', userId: 'u', type: 'User' },
  region: 'us-east-1',
  sourceAddress: '192.0.2.1',
  userAgent: 'aws-cli',
  startedAt: 5,
  durationMs: 1,
  ...more,
})

function kept(...calls: readonly CallRecord[]): readonly AuditRecord[] {
  const records: AuditRecord[] = []
  const trail: Pick<Trail<AuditRecord>, 'add'> = { add: (make) => void records.push(make()) }
  const onCall = auditCalls(trail)
  for (const each of calls) onCall(each)
  return records
}

test('changes are kept, questions and contents are not', () => {
  const operations = kept(
    call('codepipeline', 'StartPipelineExecution'),
    call('codepipeline', 'GetPipeline'),
    call('codepipeline', 'ListPipelines'),
    call('codepipeline', 'PollForJobs'),
    call('codepipeline', 'PutApprovalResult'),
    call('codebuild', 'BatchGetBuilds'),
    call('codebuild', 'BatchDeleteBuilds'),
    call('s3', 'PutObject'),
    call('s3', 'UploadPart'),
    call('s3', 'CompleteMultipartUpload'),
    call('s3', 'CreateBucket'),
    call('s3', 'PutBucketPolicy'),
    call('logs', 'PutLogEvents'),
    call('logs', 'DeleteLogGroup'),
    call('iam', 'CreateAccessKey'),
  ).map(({ operation }) => operation)
  assert.deepEqual(operations, [
    'StartPipelineExecution',
    'PutApprovalResult',
    'BatchDeleteBuilds',
    'CreateBucket',
    'PutBucketPolicy',
    'DeleteLogGroup',
    'CreateAccessKey',
  ])
})

test('what was denied is kept, also a question', () => {
  const [record] = kept(call('s3', 'GetObject', { errorCode: 'AccessDenied', errorMessage: 'no' }))
  assert.deepEqual(record, {
    requestId: 'r',
    time: 5,
    durationMs: 1,
    account: '1',
    region: 'us-east-1',
    service: 's3',
    operation: 'GetObject',
    principal: { arn: 'arn:aws:iam::1:user/a', type: 'User', accessKeyId: 'AKIA' },
    sourceAddress: '192.0.2.1',
    userAgent: 'aws-cli',
    input: {},
    errorCode: 'AccessDenied',
    errorMessage: 'no',
  })
})

test('a start tells which execution it began', () => {
  const [record] = kept(call('codepipeline', 'StartPipelineExecution', { output: { pipelineExecutionId: 'e1' } }))
  assert.equal(record?.pipelineExecutionId, 'e1')
})

test('no secret of an action’s configuration, of a build’s variables or of a member named so is kept', () => {
  const type = (owner: string, provider: string) => ({ category: 'Source', owner, provider, version: '1' })
  const action = (actionTypeId: object, configuration: object) => ({ name: 'A', actionTypeId, configuration })
  const input = {
    pipeline: {
      name: 'p',
      stages: [
        {
          actions: [
            action(type('ThirdParty', 'GitHub'), { Owner: 'o', OAuthToken: 'leak' }),
            action(type('Custom', 'Mine'), { Password: 'leak', Url: 'leak, perhaps' }),
          ],
        },
      ],
    },
    environmentVariablesOverride: [
      { name: 'KEY', value: 'leak' },
      { name: 'REF', value: '/path', type: 'PARAMETER_STORE' },
    ],
    webhook: { authenticationConfiguration: { SecretToken: 'leak' } },
    variables: [{ name: 'v', value: 'seen' }],
    token: 'leak',
    clientRequestToken: 'seen',
  }
  const text = JSON.stringify(auditInput(input))
  assert.equal(text.includes('leak'), false, text)
  for (const seen of ['"Owner":"o"', '"/path"', '"seen"', '"clientRequestToken":"seen"'])
    assert.ok(text.includes(seen), seen)
})

test('nor one that stands inside a text: variables of a build in a pipeline, a login in an address', () => {
  const actionTypeId = { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' }
  const configurationOf = (EnvironmentVariables: unknown) => {
    const [record] = kept(
      call('codepipeline', 'UpdatePipeline', {
        input: () => ({ actions: [{ actionTypeId, configuration: { ProjectName: 'p', EnvironmentVariables } }] }),
      }),
    )
    return record?.input
  }
  const variables = [
    { name: 'A', value: 'hunter2', type: 'PLAINTEXT' },
    { name: 'B', value: 'hunter2' },
    { name: 'C', value: '/a/parameter', type: 'PARAMETER_STORE' },
  ]
  const text = JSON.stringify(configurationOf(JSON.stringify(variables)))
  assert.doesNotMatch(text, /hunter2/)
  assert.match(text, /a.parameter/)
  for (const broken of ['[{"name":"A","value":"hunter2"', '"hunter2"', '["hunter2"]', { a: 'hunter2' }])
    assert.doesNotMatch(JSON.stringify(configurationOf(broken)), /hunter2/)
  const [created] = kept(
    call('codebuild', 'CreateProject', {
      input: () => ({
        source: { location: 'https://me:hunter2@git.example/a' },
        text: `${'x'.repeat(1995)} git://me:hunter2@h`,
      }),
      errorCode: 'InvalidInputException',
      errorMessage: 'https://hunter2@git.example/a is no repository',
    }),
  )
  assert.doesNotMatch(JSON.stringify(created), /hunter2/)
  assert.match(JSON.stringify(created), /git\.example/)
})

test('nor what is configured for an action whose type is missing', () => {
  const [record] = kept(
    call('codepipeline', 'CreatePipeline', {
      input: () => ({ actions: [{ name: 'a', configuration: { Pw: 'hunter2' } }] }),
    }),
  )
  assert.doesNotMatch(JSON.stringify(record), /hunter2/)
})

test('long texts, long lists and deep trees are cut', () => {
  let deep: unknown = 'end'
  for (let n = 0; n < 10_000; n += 1) deep = { deep }
  const text = JSON.stringify(auditInput({ text: 'x'.repeat(1e6), list: Array.from({ length: 1e4 }, () => 1), deep }))
  assert.ok(text.length < 5000)
})
