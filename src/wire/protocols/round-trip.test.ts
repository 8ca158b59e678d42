import * as codecommit from '@aws-sdk/client-codecommit'
import * as codepipeline from '@aws-sdk/client-codepipeline'
import * as logs from '@aws-sdk/client-cloudwatch-logs'
import * as iam from '@aws-sdk/client-iam'
import * as s3 from '@aws-sdk/client-s3'
import * as sts from '@aws-sdk/client-sts'
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, it } from 'node:test'
import { createCloud, KEY, ACCOUNT, principal, serve, type Cloud } from '../testing.ts'
import { inProcessHandler } from '../wire.ts'

type Settings = Pick<s3.S3ClientConfig, 'region' | 'credentials' | 'endpoint' | 'forcePathStyle' | 'maxAttempts'> & {
  readonly requestHandler?: ReturnType<typeof inProcessHandler>
}

/** Every case runs twice: without a socket, and through a real HTTP server. */
function roundTrip(name: string, check: (settings: Settings & object, cloud: Cloud) => Promise<void>): void {
  const common = { region: 'eu-central-1', credentials: KEY, forcePathStyle: true, maxAttempts: 1 }
  it(`${name}, in process`, async () => {
    const cloud = createCloud()
    await check(
      { ...common, endpoint: 'http://localhost:4566', requestHandler: inProcessHandler(cloud.dispatcher) },
      cloud,
    )
  })
  it(`${name}, over HTTP`, async () => {
    const cloud = createCloud()
    await using server = await serve(cloud.dispatcher)
    await check({ ...common, endpoint: server.endpoint }, cloud)
  })
}

const pipeline = {
  name: 'site',
  roleArn: `arn:aws:iam::${ACCOUNT}:role/pipe`,
  stages: [
    {
      name: 'Source',
      actions: [
        {
          name: 'Fetch',
          actionTypeId: { category: 'Source', owner: 'AWS', provider: 'S3', version: '1' },
          configuration: { S3Bucket: 'b', S3ObjectKey: 'k.zip', ünï: '"quoted"\n' },
          runOrder: 1,
        },
      ],
    },
  ],
} satisfies codepipeline.PipelineDeclaration

describe('a JSON service', () => {
  roundTrip('takes and returns nested structures, maps, numbers and dates', async (settings, cloud) => {
    using client = closing(new codepipeline.CodePipelineClient(settings))
    const created = await client.send(new codepipeline.CreatePipelineCommand({ pipeline }))
    assert.deepEqual(created.pipeline, { ...pipeline, version: 1 })
    const got = await client.send(new codepipeline.GetPipelineCommand({ name: 'site' }))
    assert.deepEqual(got.pipeline, pipeline)
    assert.equal(got.metadata?.created?.getTime(), 1_446_137_358_328)
    const [call] = cloud.calls
    assert.equal(call?.region, 'eu-central-1')
    assert.equal(call?.account, ACCOUNT)
    assert.equal(call?.headers['authorization'], undefined)
    assert.match(call?.endpoint ?? '', /^http:\/\/(localhost|127\.0\.0\.1):\d+$/)
  })

  roundTrip('answers operations without an output shape with an empty body', async (settings) => {
    using client = closing(new codepipeline.CodePipelineClient(settings))
    const { $metadata } = await client.send(new codepipeline.DeletePipelineCommand({ name: 'site' }))
    assert.equal($metadata.httpStatusCode, 200)
    assert.equal($metadata.requestId, 'request-1')
    await client.send(new codepipeline.DeleteWebhookCommand({ name: 'hook' }))
  })

  roundTrip('throws modelled errors as the SDK class of that name', async (settings) => {
    using client = closing(new codepipeline.CodePipelineClient(settings))
    await assert.rejects(client.send(new codepipeline.GetPipelineCommand({ name: 'absent' })), (error) => {
      assert.ok(error instanceof codepipeline.PipelineNotFoundException)
      assert.equal(error.message, `Account '${ACCOUNT}' does not have a pipeline with name 'absent'`)
      assert.equal(error.$metadata.httpStatusCode, 400)
      return true
    })
  })

  roundTrip('says by name what is not implemented yet', async (settings) => {
    using client = closing(new codepipeline.CodePipelineClient(settings))
    const command = new codepipeline.RollbackStageCommand({
      pipelineName: 'a',
      stageName: 'b',
      targetPipelineExecutionId: 'c',
    })
    await assert.rejects(client.send(command), {
      name: 'UnknownOperationException',
      message: 'CodePipeline operation RollbackStage is not implemented by Pipewright yet',
    })
  })

  roundTrip('reads and writes blobs and dates in requests', async (settings) => {
    using client = closing(new codecommit.CodeCommitClient(settings))
    const { content } = await client.send(new codecommit.GetBlobCommand({ repositoryName: 'r', blobId: 'xy' }))
    assert.deepEqual([...(content ?? [])], [0, 255, 120, 121])
    const { commitId } = await client.send(
      new codecommit.PutFileCommand({
        repositoryName: 'r',
        branchName: 'main',
        filePath: 'f',
        fileContent: new Uint8Array([1, 254]),
      }),
    )
    assert.equal(commitId, '01fe')
    using pipes = closing(new codepipeline.CodePipelineClient(settings))
    const created = new Date(1_446_137_358_328)
    const revised = await pipes.send(
      new codepipeline.PutActionRevisionCommand({
        pipelineName: 'p',
        stageName: 's',
        actionName: 'a',
        actionRevision: { revisionId: 'r', revisionChangeId: 'c', created },
      }),
    )
    assert.equal(revised.pipelineExecutionId, created.toISOString())
    using logClient = closing(new logs.CloudWatchLogsClient(settings))
    const { events } = await logClient.send(new logs.GetLogEventsCommand({ logGroupName: 'g', logStreamName: 's' }))
    assert.equal(events?.[0]?.message, 'héllo')
  })
})

describe('a query service', () => {
  roundTrip('takes forms and answers XML', async (settings) => {
    using client = closing(new iam.IAMClient(settings))
    const { Role } = await client.send(
      new iam.CreateRoleCommand({
        RoleName: 'deploy',
        AssumeRolePolicyDocument: '{"Statement": [{"Effect": "Allow & <more>"}]}',
        MaxSessionDuration: 3600,
        Tags: [
          { Key: 'team', Value: 'a+b c' },
          { Key: 'empty', Value: '' },
        ],
      }),
    )
    assert.equal(Role?.Arn, `arn:aws:iam::${ACCOUNT}:role/deploy`)
    assert.equal(Role.AssumeRolePolicyDocument, '{"Statement": [{"Effect": "Allow & <more>"}]}')
    assert.equal(Role.MaxSessionDuration, 3600)
    assert.equal(Role.CreateDate?.getTime(), 1_700_000_000_000)
    assert.deepEqual(Role.Tags, [
      { Key: 'team', Value: 'a+b c' },
      { Key: 'empty', Value: '' },
    ])
  })

  roundTrip('answers an empty list, and operations without output', async (settings) => {
    using client = closing(new iam.IAMClient(settings))
    const { Roles, IsTruncated } = await client.send(new iam.ListRolesCommand({}))
    assert.deepEqual(Roles, [])
    assert.equal(IsTruncated, false)
    await client.send(new iam.DeleteRoleCommand({ RoleName: 'deploy' }))
  })

  roundTrip('gives errors the code and status the model has for them', async (settings) => {
    using client = closing(new iam.IAMClient(settings))
    await assert.rejects(client.send(new iam.GetRoleCommand({ RoleName: 'none' })), (error) => {
      assert.ok(error instanceof iam.NoSuchEntityException)
      assert.equal(error.$metadata.httpStatusCode, 404)
      assert.equal(error.message, 'The role with name none cannot be found.')
      return true
    })
    await assert.rejects(client.send(new iam.ListUsersCommand({})), {
      name: 'InvalidAction',
      message: 'iam operation ListUsers is not implemented by Pipewright yet',
    })
  })

  roundTrip('knows who calls', async (settings) => {
    using client = closing(new sts.STSClient(settings))
    const { Arn, Account } = await client.send(new sts.GetCallerIdentityCommand({}))
    assert.equal(Arn, principal.arn)
    assert.equal(Account, ACCOUNT)
  })
})

describe('an object store', () => {
  roundTrip('takes bytes, with metadata and checksum, and gives them back', async (settings, { objects }) => {
    using client = closing(new s3.S3Client(settings))
    const put = await client.send(
      new s3.PutObjectCommand({
        Bucket: 'b',
        Key: 'dir/a b+c&d.txt',
        Body: 'hello',
        ContentType: 'text/plain',
        Metadata: { owner: 'ada' },
      }),
    )
    assert.equal(put.ETag, '"abc"')
    assert.equal(put.VersionId, 'v1')
    const stored = objects.get('b/dir/a b+c&d.txt')
    assert.equal(stored?.body.toString(), 'hello')
    assert.equal(stored.contentLength, 5)
    assert.equal(stored.contentType, 'text/plain')
    const got = await client.send(new s3.GetObjectCommand({ Bucket: 'b', Key: 'dir/a b+c&d.txt' }))
    assert.equal(await got.Body?.transformToString(), 'hello')
    assert.equal(got.ContentLength, 5)
    assert.equal(got.LastModified?.getTime(), 1_700_000_000_000)
    assert.deepEqual(got.Metadata, { owner: 'ada' })
  })

  roundTrip('takes a stream with a checksum trailer', async (settings, { objects }) => {
    using client = closing(new s3.S3Client(settings))
    const chunks = Array.from({ length: 40 }, (_, index) => Buffer.alloc(10_000, index))
    await client.send(
      new s3.PutObjectCommand({
        Bucket: 'b',
        Key: 'stream',
        Body: Readable.from(chunks, { objectMode: false }),
        ContentLength: 400_000,
        ChecksumAlgorithm: 'CRC32',
      }),
    )
    const stored = objects.get('b/stream')
    assert.ok(stored)
    assert.ok(stored.body.equals(Buffer.concat(chunks)))
    assert.equal(stored.contentLength, 400_000)
    assert.equal(stored.contentEncoding, undefined)
    assert.match(stored.trailers.get('x-amz-checksum-crc32') ?? '', /^[\w+/]{6}==$/)
  })

  for (const ChecksumAlgorithm of ['CRC32C', 'SHA1', 'SHA256'] as const) {
    roundTrip(`verifies ${ChecksumAlgorithm}`, async (settings, { objects }) => {
      using client = closing(new s3.S3Client(settings))
      await client.send(new s3.PutObjectCommand({ Bucket: 'b', Key: 'k', Body: 'hello', ChecksumAlgorithm }))
      assert.equal(objects.get('b/k')?.body.toString(), 'hello')
    })
  }

  roundTrip('stores an empty object', async (settings, { objects }) => {
    using client = closing(new s3.S3Client(settings))
    await client.send(new s3.PutObjectCommand({ Bucket: 'b', Key: 'empty', Body: '' }))
    assert.equal(objects.get('b/empty')?.body.length, 0)
    const got = await client.send(new s3.GetObjectCommand({ Bucket: 'b', Key: 'empty' }))
    assert.equal(await got.Body?.transformToString(), '')
  })

  roundTrip('answers a range with 206', async (settings) => {
    using client = closing(new s3.S3Client(settings))
    await client.send(new s3.PutObjectCommand({ Bucket: 'b', Key: 'k', Body: 'hello' }))
    const got = await client.send(new s3.GetObjectCommand({ Bucket: 'b', Key: 'k', Range: 'bytes=0-1' }))
    assert.equal(got.$metadata.httpStatusCode, 206)
    assert.equal(await got.Body?.transformToString(), 'he')
    assert.equal(got.ContentRange, 'bytes 0-1/5')
  })

  roundTrip('tells errors with their status, HEAD without a body', async (settings) => {
    using client = closing(new s3.S3Client(settings))
    await assert.rejects(client.send(new s3.GetObjectCommand({ Bucket: 'b', Key: 'none' })), (error) => {
      assert.ok(error instanceof s3.NoSuchKey)
      assert.equal(error.$metadata.httpStatusCode, 404)
      assert.equal(error.$metadata.requestId, 'request-1')
      return true
    })
    await assert.rejects(client.send(new s3.HeadObjectCommand({ Bucket: 'b', Key: 'none' })), { name: 'NotFound' })
    await assert.rejects(client.send(new s3.GetBucketCorsCommand({ Bucket: 'b' })), {
      name: 'NotImplemented',
      message: 's3 operation GetBucketCors is not implemented by Pipewright yet',
    })
  })

  roundTrip('writes flattened lists, attributes and unwrapped roots as clients read them', async (settings) => {
    using client = closing(new s3.S3Client(settings))
    const listed = await client.send(new s3.ListObjectsV2Command({ Bucket: 'b', MaxKeys: 7 }))
    assert.deepEqual(
      listed.Contents?.map(({ Key, Size }) => [Key, Size]),
      [
        ['a & <b>', 1],
        ['c', 2],
      ],
    )
    assert.equal(listed.Contents?.[0]?.LastModified?.getTime(), 1_700_000_000_123)
    assert.deepEqual(listed.CommonPrefixes, [{ Prefix: 'logs/' }])
    assert.equal(listed.MaxKeys, 7)
    const { LocationConstraint } = await client.send(new s3.GetBucketLocationCommand({ Bucket: 'b' }))
    assert.equal(LocationConstraint, 'eu-west-1')
    const { Grants } = await client.send(new s3.GetBucketAclCommand({ Bucket: 'b' }))
    assert.equal(Grants?.[0]?.Grantee?.Type, 'CanonicalUser')
    const { Buckets } = await client.send(new s3.ListBucketsCommand({}))
    assert.equal(Buckets?.[0]?.Name, 'one')
    const { Policy } = await client.send(new s3.GetBucketPolicyCommand({ Bucket: 'b' }))
    assert.equal(Policy, '{"Version":"2012-10-17"}')
  })

  roundTrip('reads XML bodies', async (settings) => {
    using client = closing(new s3.S3Client(settings))
    const TagSet = [
      { Key: 'a', Value: '<1>' },
      { Key: 'b', Value: '2' },
    ]
    await client.send(new s3.PutBucketTaggingCommand({ Bucket: 'b', Tagging: { TagSet } }))
    const Objects = [{ Key: 'x' }, { Key: 'y z' }]
    const { Deleted } = await client.send(new s3.DeleteObjectsCommand({ Bucket: 'b', Delete: { Objects } }))
    assert.deepEqual(Deleted, Objects)
    const { DeleteMarker } = await client.send(new s3.DeleteObjectCommand({ Bucket: 'b', Key: 'x' }))
    assert.equal(DeleteMarker, true)
  })

  it('is addressed with the bucket in the host name too', async () => {
    const cloud = createCloud()
    using client = closing(
      new s3.S3Client({
        region: 'us-east-1',
        credentials: KEY,
        endpoint: 'http://s3.localhost:4566',
        requestHandler: inProcessHandler(cloud.dispatcher),
      }),
    )
    await client.send(new s3.PutObjectCommand({ Bucket: 'my-bucket', Key: 'k', Body: 'hello' }))
    assert.ok(cloud.objects.has('my-bucket/k'))
    assert.equal(cloud.calls[0]?.endpoint, 'http://s3.localhost:4566')
  })
})

const closing = <T extends { destroy(): void }>(client: T): T & Disposable =>
  Object.assign(client, { [Symbol.dispose]: () => client.destroy() })
