/** The server's own API about pipelines, over HTTP. */
import { CodePipelineClient, CreatePipelineCommand, type PipelineDeclaration } from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callOwn } from '../../src/cli/own-api.ts'
import { send } from '../../src/cli/signed-request.ts'
import type { PipelineOverviews } from '../../src/core/execution/overview.ts'
import { startTestServer } from '../support/server.ts'

test('given a request that nobody signed, is too large or names no operation, then it is refused in words', async () => {
  await using server = await startTestServer()
  const path = '/_pipewright/codepipeline/Explain'
  assert.equal((await fetch(new URL(path, server.url), { method: 'POST', body: '{}' })).status, 403)
  const guessed = { ...server.client, credentials: { accessKeyId: 'test', secretAccessKey: 'guessed' } }
  assert.equal((await send(guessed, { method: 'POST', path, body: '{}' })).statusCode, 403)
  assert.equal((await send(server.client, { method: 'POST', path, body: ' '.repeat(70_000) })).statusCode, 413)
  await assert.rejects(callOwn(server.client, 'Guess', {}), {
    name: 'CliFailure',
    message: /^UnknownOperationException: There is no operation Guess\./,
  })
})

test('given pipelines that run, wait and never ran, then one call tells how each is doing', async () => {
  await using server = await startTestServer()
  const codepipeline = new CodePipelineClient(server.client)
  for (const name of ['asks', 'idle']) {
    await codepipeline.send(
      new CreatePipelineCommand({ pipeline: approvalPipeline(name), tags: [{ key: 'team', value: name }] }),
    )
  }
  type Answer = PipelineOverviews
  const all = await callOwn<Answer>(server.client, 'ListPipelineOverviews', {})
  assert.deepEqual(
    all.pipelines.map(({ name, tags, executions }) => [name, tags, executions.length]),
    [
      ['asks', { team: 'asks' }, 1],
      ['idle', { team: 'idle' }, 1],
    ],
  )
  const one = await callOwn<Answer>(server.client, 'ListPipelineOverviews', { pipelineName: 'asks' })
  assert.deepEqual(
    one.pipelines.map(({ name, executionMode }) => [name, executionMode]),
    [['asks', 'QUEUED']],
  )
  await assert.rejects(callOwn(server.client, 'ListPipelineOverviews', { nextToken: 'forged' }), {
    message: /InvalidNextTokenException/,
  })
})

const approvalPipeline = (name: string): PipelineDeclaration => ({
  name,
  roleArn: 'arn:aws:iam::000000000000:role/any',
  pipelineType: 'V2',
  executionMode: 'QUEUED',
  artifactStore: { type: 'S3', location: 'any-bucket' },
  stages: [
    {
      name: 'Source',
      actions: [
        {
          name: 'Object',
          actionTypeId: { category: 'Source', owner: 'AWS', provider: 'S3', version: '1' },
          configuration: { S3Bucket: 'any-bucket', S3ObjectKey: 'source.zip' },
          outputArtifacts: [{ name: 'Code' }],
        },
      ],
    },
    {
      name: 'Approve',
      actions: [
        { name: 'Ask', actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' } },
      ],
    },
  ],
})
