/** `spec` 9 and 13, API surface: what goes over the wire, by the real SDK client and byte by byte. */
import {
  AcknowledgeJobCommand,
  CodePipelineClient,
  DeletePipelineCommand,
  DisableStageTransitionCommand,
  GetPipelineCommand,
  GetPipelineExecutionCommand,
  ListActionExecutionsCommand,
  ListPipelineExecutionsCommand,
  ListPipelinesCommand,
  ListTagsForResourceCommand,
  PutJobSuccessResultCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-codepipeline'
import { GetFederationTokenCommand } from '@aws-sdk/client-sts'
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { inProcessHandler, type WireResponse } from '../../src/wire/wire.ts'
import { KEY } from '../support/mini-server.ts'
import { named, p3, startTester, type Tester } from '../support/worker.ts'

let tester: Tester
before(async () => {
  tester = await startTester()
  await tester.create(p3())
})
after(async () => await tester[Symbol.asyncDispose]())

const ARN = 'arn:aws:codepipeline:eu-west-1:000000000000:P3'

/** The SDK's client, and beside it the last answer as it went over the wire. */
function watched() {
  const answers: { response: WireResponse; text: string }[] = []
  const client = new CodePipelineClient({
    ...tester.config(KEY),
    requestHandler: inProcessHandler({
      handle: async (request) => {
        const response = await tester.dispatcher.handle(request)
        const text = response.body instanceof Readable ? '' : Buffer.from(response.body ?? []).toString()
        answers.push({ response, text })
        return response
      },
    }),
  })
  return {
    client,
    last: () => {
      const answer = answers.at(-1)
      assert.ok(answer)
      return answer
    },
  }
}

describe('bodies', () => {
  test('S95 given an operation without output, then its body is empty; TagResource answers {}', async () => {
    const { client, last } = watched()
    await client.send(
      new DisableStageTransitionCommand({
        pipelineName: 'P3',
        stageName: 'Src',
        transitionType: 'Inbound',
        reason: 'r',
      }),
    )
    assert.deepEqual([last().response.statusCode, last().text], [200, ''])
    await client.send(new DeletePipelineCommand({ name: 'Nothing' }))
    assert.equal(last().text, '')
    await client.send(new TagResourceCommand({ resourceArn: ARN, tags: [{ key: 'a', value: '1' }] }))
    assert.equal(last().text, '{}')
    await client.send(new UntagResourceCommand({ resourceArn: ARN, tagKeys: ['a', 'unknown'] }))
    assert.equal(last().text, '{}')
  })

  test('S96 given times, then they are JSON numbers; absent members are left out', async () => {
    const { client, last } = watched()
    await client.send(new GetPipelineCommand({ name: 'P3' }))
    assert.match(last().text, /"created":\d{10}(\.\d{1,3})?[,}]/)
    assert.ok(!last().text.includes('null'))
    assert.equal(last().response.headers['content-type'], 'application/x-amz-json-1.1')
    assert.match(last().response.headers['x-amzn-requestid'] ?? '', /^[0-9a-f-]{36}$/)
  })

  test('given a refused call, then the body names the exception and the status is 400', async () => {
    const { client, last } = watched()
    await assert.rejects(client.send(new GetPipelineCommand({ name: 'Nope' })), named('PipelineNotFoundException'))
    assert.equal(last().response.statusCode, 400)
    assert.deepEqual(JSON.parse(last().text), {
      __type: 'PipelineNotFoundException',
      message: "Account '000000000000' does not have a pipeline with name 'Nope'",
    })
  })

  test('given an operation that Pipewright does not have yet, then the answer says so by name', async () => {
    await assert.rejects(tester.sts.send(new GetFederationTokenCommand({ Name: 'ana' })), (error: unknown) => {
      assert.match(String(error), /GetFederationToken is not implemented by Pipewright yet/)
      return true
    })
  })

  test('given several violations of the shape, then all of them are in one message', async () => {
    await assert.rejects(
      tester.codepipeline.send(new AcknowledgeJobCommand({ jobId: 'x', nonce: '' })),
      named(
        'ValidationException',
        /^2 validation errors detected: Value 'x' at 'jobId' failed .*; Value '' at 'nonce' failed/,
      ),
    )
    await assert.rejects(
      tester.codepipeline.send(new PutJobSuccessResultCommand({ jobId: undefined })),
      named('ValidationException', /Value null at 'jobId' failed to satisfy constraint: Member must not be null/),
    )
  })
})

describe('lists', () => {
  test('S96 given maxResults 1, then the pages show everything once, newest first, and bad tokens are refused', async () => {
    await tester.create(p3({ name: 'Pages', executionMode: 'PARALLEL' }))
    const started: string[] = []
    for (let count = 0; count < 3; count += 1) started.push(await tester.run({ name: 'Pages' }))
    const input = { pipelineName: 'Pages', maxResults: 1 }
    const seen: (string | undefined)[] = []
    let nextToken: string | undefined
    do {
      const page = await tester.codepipeline.send(new ListPipelineExecutionsCommand({ ...input, nextToken }))
      seen.push(...(page.pipelineExecutionSummaries ?? []).map(({ pipelineExecutionId }) => pipelineExecutionId))
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    assert.deepEqual(seen.slice(0, 3), started.toReversed())
    assert.equal(new Set(seen).size, 4)
    const list = async (change: object) =>
      await tester.codepipeline.send(new ListPipelineExecutionsCommand({ ...input, ...change }))
    await assert.rejects(list({ nextToken: 'garbled' }), named('InvalidNextTokenException'))
    const { nextToken: good } = await list({})
    await assert.rejects(list({ nextToken: good, pipelineName: 'P3' }), named('InvalidNextTokenException'))
    await assert.rejects(
      tester.codepipeline.send(new ListActionExecutionsCommand({ ...input, nextToken: good })),
      named('InvalidNextTokenException'),
    )
    await assert.rejects(list({ maxResults: 101 }), named('ValidationException'))
  })

  test('given pipelines, then they are listed by name, page after page', async () => {
    for (const name of ['b', 'a', 'C']) await tester.create(p3({ name }))
    const first = await tester.codepipeline.send(new ListPipelinesCommand({ maxResults: 2 }))
    assert.deepEqual(
      first.pipelines?.map(({ name }) => name),
      ['C', 'P3'],
    )
    const { nextToken } = first
    const rest = await tester.codepipeline.send(new ListPipelinesCommand({ nextToken }))
    assert.deepEqual(
      rest.pipelines?.map(({ name }) => name),
      ['Pages', 'a', 'b'],
    )
    assert.equal(rest.nextToken, undefined)
    const [pipeline] = rest.pipelines ?? []
    assert.deepEqual([pipeline?.version, pipeline?.executionMode, pipeline?.pipelineType], [1, 'PARALLEL', 'V2'])
  })

  test('given a retried action, then Latest shows its newest run and All every run', async () => {
    const [e0] = (await tester.executions('Pages')).slice(-1)
    const pipelineExecutionId = e0?.pipelineExecutionId
    const list = async (startTimeRange: 'Latest' | 'All', nextToken?: string) => {
      const filter = { latestInPipelineExecution: { pipelineExecutionId, startTimeRange } }
      return await tester.codepipeline.send(
        new ListActionExecutionsCommand({ pipelineName: 'Pages', filter, nextToken }),
      )
    }
    assert.equal((await list('Latest')).actionExecutionDetails?.length, 1)
    assert.equal((await list('All')).actionExecutionDetails?.length, 1)
    const unknown = { pipelineExecutionId: 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa' }
    await assert.rejects(
      tester.codepipeline.send(new ListActionExecutionsCommand({ pipelineName: 'Pages', filter: unknown })),
      named('PipelineExecutionNotFoundException'),
    )
  })

  test('S98 given an id of another pipeline or no UUID, then the execution is not found or refused', async () => {
    const [other] = await tester.executions('Pages')
    const get = async (pipelineExecutionId: string | undefined) =>
      await tester.codepipeline.send(new GetPipelineExecutionCommand({ pipelineName: 'P3', pipelineExecutionId }))
    await assert.rejects(
      get(other?.pipelineExecutionId),
      named('PipelineExecutionNotFoundException', /does not have an execution with id '.*' for pipeline 'P3'$/),
    )
    await assert.rejects(get('E1'), named('ValidationException'))
  })
})

describe('tags', () => {
  const tag = async (tags: { key: string; value: string }[], resourceArn = ARN) =>
    await tester.codepipeline.send(new TagResourceCommand({ resourceArn, tags }))
  const many = (count: number) => Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: 'v' }))

  test('S97 given a system tag or the 51st, then it is refused; tags change neither version nor executions', async () => {
    await assert.rejects(
      tag([{ key: 'aws:x', value: '1' }]),
      named('InvalidTagsException', /System tags start with 'aws:'/),
    )
    await tag(many(50))
    await assert.rejects(tag([{ key: 'one-more', value: 'v' }]), named('TooManyTagsException', /P3/))
    await tag([{ key: 'k0', value: 'changed' }])
    const { tags } = await tester.codepipeline.send(new ListTagsForResourceCommand({ resourceArn: ARN }))
    assert.deepEqual([tags?.length, tags?.[0]], [50, { key: 'k0', value: 'changed' }])
    const { pipeline } = await tester.codepipeline.send(new GetPipelineCommand({ name: 'P3' }))
    assert.equal(pipeline?.version, 1)
    assert.equal((await tester.executions('P3')).length, 1)
  })

  test('given a custom action type, then it has tags of its own', async () => {
    const resourceArn = 'arn:aws:codepipeline:eu-west-1:000000000000:actiontype:Custom/Build/TJob/1'
    await tag([{ key: 'team', value: 'tools' }], resourceArn)
    const { tags } = await tester.codepipeline.send(new ListTagsForResourceCommand({ resourceArn }))
    assert.deepEqual(tags, [{ key: 'team', value: 'tools' }])
  })

  test('given an ARN that names nothing, another kind or another account, then it is refused', async () => {
    await assert.rejects(tag(many(1), `${ARN}-unknown`), named('ResourceNotFoundException'))
    await assert.rejects(tag(many(1), `${ARN}/Src`), named('InvalidArnException'))
    await assert.rejects(tag(many(1), 'arn:aws:s3:::bucket'), named('ValidationException'))
    await assert.rejects(
      tester.stranger.send(new ListTagsForResourceCommand({ resourceArn: ARN })),
      (error: unknown) => error instanceof Error && /ResourceNotFound|AccessDenied/.test(error.name),
    )
  })
})

describe('accounts and regions', () => {
  test('given a pipeline, then another account and another region do not see it', async () => {
    await assert.rejects(
      tester.stranger.send(new GetPipelineCommand({ name: 'P3' })),
      named('PipelineNotFoundException'),
    )
    const elsewhere = new CodePipelineClient({ ...tester.config(KEY), region: 'us-east-1' })
    assert.deepEqual((await elsewhere.send(new ListPipelinesCommand({}))).pipelines, [])
  })
})
