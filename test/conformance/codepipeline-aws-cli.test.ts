/** S101: the unmodified AWS CLI with nothing but another endpoint. Needs the `aws` program; skipped where there is none. */
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { sendWireResponse, toWireRequest } from '../../src/wire/wire.ts'
import { p3, startTester } from '../support/worker.ts'

const run = promisify(execFile)
const hasAws = spawnSync('aws', ['--version']).status === 0

test(
  'S101 given the AWS CLI, then it works a pipeline from creation to its end',
  { skip: !hasAws && 'no aws program here' },
  async () => {
    await using tester = await startTester()
    const server = createServer((request, response) => {
      void tester.dispatcher
        .handle(toWireRequest(request))
        .then(async (answer) => await sendWireResponse(response, answer))
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    await using _server = {
      [Symbol.asyncDispose]: async () => {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      },
    }
    const { port } = server.address() as AddressInfo
    const env = {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_PAGER: '',
      AWS_EC2_METADATA_DISABLED: 'true',
    }
    /** @returns the command's JSON; `undefined` when it printed nothing */
    const aws = async (
      command: string,
      ...options: readonly string[]
    ): Promise<Record<string, unknown> | undefined> => {
      const [service = '', operation = ''] = command.split(' ')
      const { stdout } = await run('aws', [service, operation, '--output', 'json', ...options], { env })
      return stdout.trim() === '' ? undefined : (JSON.parse(stdout) as Record<string, unknown>)
    }
    const P3 = ['--pipeline-name', 'P3']

    const created = await aws('codepipeline create-pipeline', '--pipeline', JSON.stringify(p3()))
    assert.partialDeepStrictEqual(created, { pipeline: { version: 1, executionMode: 'SUPERSEDED' } })
    const reads = await Promise.all([
      aws('codepipeline get-pipeline', '--name', 'P3'),
      aws('codepipeline get-pipeline-state', '--name', 'P3'),
      aws('codepipeline list-pipelines'),
      aws('codepipeline list-pipeline-executions', ...P3),
      aws('codepipeline list-action-executions', ...P3),
      aws('codepipeline list-action-types', '--action-owner-filter', 'Custom'),
      aws('sts get-caller-identity'),
    ])
    assert.deepEqual(
      reads.map((answer) => Object.keys(answer ?? {})[0]),
      [
        'pipeline',
        'pipelineName',
        'pipelines',
        'pipelineExecutionSummaries',
        'actionExecutionDetails',
        'actionTypes',
        'UserId',
      ],
    )

    const type = ['--action-type-id', 'category=Source,owner=Custom,provider=TSrc,version=1']
    const polled = (await aws('codepipeline poll-for-jobs', ...type)) as { jobs: { id: string; nonce: string }[] }
    const [job] = polled.jobs
    assert.ok(job)
    assert.deepEqual(await aws('codepipeline acknowledge-job', '--job-id', job.id, '--nonce', job.nonce), {
      status: 'InProgress',
    })
    const failure = ['--failure-details', 'type=JobFailed,message=broken']
    assert.equal(await aws('codepipeline put-job-failure-result', '--job-id', job.id, ...failure), undefined)

    const [e0] = await tester.executions()
    const id = e0?.pipelineExecutionId ?? ''
    assert.equal(e0?.status, 'Failed')
    const stage = ['--stage-name', 'Src', '--retry-mode', 'FAILED_ACTIONS']
    const retried = await aws('codepipeline retry-stage-execution', ...P3, '--pipeline-execution-id', id, ...stage)
    assert.equal(retried?.['pipelineExecutionId'], id)
    const stopped = await aws('codepipeline stop-pipeline-execution', ...P3, '--pipeline-execution-id', id, '--abandon')
    assert.equal(stopped?.['pipelineExecutionId'], id)
    const started = await aws('codepipeline start-pipeline-execution', '--name', 'P3')
    assert.match(String(started?.['pipelineExecutionId']), /^[0-9a-f-]{36}$/)
    await assert.rejects(aws('codepipeline get-pipeline', '--name', 'Nope'), /PipelineNotFoundException/)

    const webhook = {
      name: 'hook',
      targetPipeline: 'P3',
      targetAction: 'S',
      filters: [
        { jsonPath: '$.ref', matchEquals: 'refs/heads/main' },
        { jsonPath: '$.head_commit.modified', matchEquals: '^.*mypath.*$' },
      ],
      authentication: 'GITHUB_HMAC',
      authenticationConfiguration: { SecretToken: 'sesame' },
    }
    const put = await aws('codepipeline put-webhook', '--webhook', JSON.stringify(webhook))
    const arn = 'arn:aws:codepipeline:eu-west-1:000000000000:webhook:hook'
    const masked = { ...webhook, authenticationConfiguration: { SecretToken: '****' } }
    assert.partialDeepStrictEqual(put, { webhook: { definition: masked, arn } })
    const hook = ['--webhook-name', 'hook']
    assert.deepEqual(await aws('codepipeline register-webhook-with-third-party', ...hook), undefined)
    assert.deepEqual(await aws('codepipeline list-webhooks'), { webhooks: [put?.['webhook']] })
    await aws('codepipeline delete-webhook', '--name', 'hook')
    await aws('codepipeline delete-webhook', '--name', 'hook')
    assert.deepEqual(await aws('codepipeline list-webhooks'), { webhooks: [] })
    assert.equal(await aws('codepipeline delete-pipeline', '--name', 'P3'), undefined)
  },
)
