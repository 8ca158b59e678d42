/** The credentials of a job open its own artifacts and nothing else (`spec` 6.2), against a whole server. */
import {
  CodePipelineClient,
  CreateCustomActionTypeCommand,
  GetJobDetailsCommand,
  ListPipelinesCommand,
} from '@aws-sdk/client-codepipeline'
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { followEvents } from '../../src/cli/live.ts'
import { work, type Job } from '../../src/worker/worker.ts'
import { startTestServer } from '../support/server.ts'
import { action, checkout, ROLE, stage, worldOf } from '../support/world.ts'
import { fails } from './support.ts'

const TYPE = { category: 'Test', owner: 'Custom', provider: 'Careful', version: '1' } as const

test('given the credentials of a job, then they read its inputs, write its outputs, and are refused everything else', async () => {
  await using server = await startTestServer()
  const world = worldOf(server)
  await world.bucket('artifacts')
  await world.repository('shop', { 'a.txt': 'one two' })
  await world.s3.send(new PutObjectCommand({ Bucket: 'artifacts', Key: 'another', Body: 'private' }))
  const count = { minimumCount: 0, maximumCount: 1 }
  await world.codepipeline.send(
    new CreateCustomActionTypeCommand({ ...TYPE, inputArtifactDetails: count, outputArtifactDetails: count }),
  )

  async function tryEverything(job: Job): Promise<void> {
    const { jobDetails } = await world.codepipeline.send(new GetJobDetailsCommand({ jobId: job.id }))
    const { inputArtifacts = [], outputArtifacts = [], artifactCredentials } = jobDetails?.data ?? {}
    const [from, to] = [inputArtifacts, outputArtifacts].map((artifacts) => {
      const { bucketName, objectKey } = artifacts[0]?.location?.s3Location ?? {}
      return { Bucket: bucketName, Key: objectKey }
    })
    assert.ok(from && to && artifactCredentials?.accessKeyId && artifactCredentials.secretAccessKey)
    const { accessKeyId, secretAccessKey, sessionToken = '' } = artifactCredentials
    const connection = { ...server.client, credentials: { accessKeyId, secretAccessKey, sessionToken } }
    const s3 = new S3Client({ ...connection, forcePathStyle: true })

    await s3.send(new HeadObjectCommand(from))
    const { Body } = await s3.send(new GetObjectCommand(from))
    assert.ok((await Body?.transformToByteArray())?.length)
    await s3.send(new PutObjectCommand({ ...to, Body: 'whole' }))
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(to))
    const { ETag } = await s3.send(new UploadPartCommand({ ...to, UploadId, PartNumber: 1, Body: 'in parts' }))
    const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] }
    await s3.send(new CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload }))

    const denied = (what: string) =>
      fails('AccessDenied', 403, new RegExp(`because no session policy allows the ${what} action$`))
    await assert.rejects(s3.send(new GetObjectCommand({ ...from, Key: 'another' })), denied('s3:GetObject'))
    await assert.rejects(s3.send(new GetObjectCommand(to)), denied('s3:GetObject'))
    await assert.rejects(s3.send(new PutObjectCommand({ ...from, Body: 'forged' })), denied('s3:PutObject'))
    // a copy reads too
    await assert.rejects(
      s3.send(new CopyObjectCommand({ ...to, CopySource: 'artifacts/another' })),
      denied('s3:GetObject'),
    )
    const upload = await s3.send(new CreateMultipartUploadCommand(to))
    const part = { ...to, UploadId: upload.UploadId, PartNumber: 1 }
    await assert.rejects(
      s3.send(new UploadPartCopyCommand({ ...part, CopySource: '/artifacts/%61nother' })),
      denied('s3:GetObject'),
    )
    await s3.send(new UploadPartCopyCommand({ ...part, CopySource: `${from.Bucket}/${from.Key}` }))
    await s3.send(new CopyObjectCommand({ ...to, CopySource: `${from.Bucket}/${from.Key}` }))
    await assert.rejects(s3.send(new ListObjectsV2Command({ Bucket: 'artifacts' })), denied('s3:ListBucket'))
    const sts = new STSClient(connection)
    const { Arn } = await sts.send(new GetCallerIdentityCommand({}))
    assert.match(Arn ?? '', /:assumed-role\/pipeline\/job-/)
    await assert.rejects(
      sts.send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'more' })),
      denied('sts:AssumeRole'),
    )
    await assert.rejects(followEvents(connection, 'careful', AbortSignal.timeout(5000)), /answered 403/)
    await assert.rejects(
      new CodePipelineClient(connection).send(new ListPipelinesCommand({})),
      fails('AccessDeniedException', 400, /no session policy allows the codepipeline:ListPipelines action$/),
    )
  }

  const stop = new AbortController()
  const done = work({
    actionType: TYPE,
    connection: server.client,
    signal: stop.signal,
    pollMs: 20,
    handle: tryEverything,
  })
  const careful = action('Careful', 'Test/Careful', {}, { input: ['Code'], output: ['Made'] })
  const id = await world.pipeline('careful', [
    stage('Source', checkout('shop')),
    stage('Test', { ...careful, actionTypeId: TYPE }),
  ])
  const run = await world.ended('careful', id)
  stop.abort()
  await done
  const { status, output } = run.action('Careful')
  assert.equal(status, 'Succeeded', JSON.stringify(output?.executionResult?.errorDetails))
})
