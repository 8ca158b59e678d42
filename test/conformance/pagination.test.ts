/** `spec` 9.4: pages, their order, and tokens that fit one list only. */
import {
  CreateCustomActionTypeCommand,
  ListActionExecutionsCommand,
  ListActionTypesCommand,
  ListPipelineExecutionsCommand,
  ListPipelinesCommand,
  ListRuleExecutionsCommand,
  ListWebhooksCommand,
  PutWebhookCommand,
} from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { job, p3, source, stage, startTester, type Tester } from '../support/worker.ts'
import { fails } from './support.ts'

const RUNS = 3
const EXTRA_TYPES = 90

let tester: Tester
let executions: readonly string[]
before(async () => {
  tester = await startTester({ limits: { customActionTypesPerRegion: 2 + EXTRA_TYPES } })
  const check = {
    name: 'Check',
    ruleTypeId: { category: 'Rule', owner: 'AWS', provider: 'VariableCheck', version: '1' } as const,
    configuration: { Variable: '#{codepipeline.PipelineExecutionId}', Value: 'x', Operator: 'NE' },
  }
  const checked = { ...stage('Build', job('B')), beforeEntry: { conditions: [{ rules: [check] }] } }
  await tester.create(p3({ stages: [stage('Src', source()), checked] }))
  for (let run = 0; run < RUNS; run += 1) {
    if (run > 0) await tester.run()
    await tester.ok('S')
    await tester.ok('B')
  }
  executions = (await tester.executions()).map(({ pipelineExecutionId }) => pipelineExecutionId ?? '')
  for (const name of ['Zeta', 'alpha']) await tester.create(p3({ name }))
  for (const name of ['c', 'a', 'b']) {
    const webhook = {
      name,
      targetPipeline: 'P3',
      targetAction: 'S',
      filters: [{ jsonPath: '$.ref' }],
      authentication: 'UNAUTHENTICATED' as const,
      authenticationConfiguration: {},
    }
    await tester.codepipeline.send(new PutWebhookCommand({ webhook }))
  }
  for (let type = 0; type < EXTRA_TYPES; type += 1) {
    const counts = { minimumCount: 0, maximumCount: 0 }
    await tester.codepipeline.send(
      new CreateCustomActionTypeCommand({
        category: 'Test',
        provider: `Type${type}`,
        version: '1',
        inputArtifactDetails: counts,
        outputArtifactDetails: counts,
      }),
    )
  }
})
after(async () => await tester[Symbol.asyncDispose]())

interface Page {
  readonly items: readonly string[]
  readonly next: string | undefined
}

interface List {
  /** items are shown by what their order goes by */
  readonly page: (size: number | undefined, token: string | undefined) => Promise<Page>
  readonly largest: number
  readonly order: 'ascending' | 'descending'
  readonly count: number
}

const name = 'P3'
const at = (time: Date | undefined) => String(time?.getTime())

const LISTS: Readonly<Record<string, List>> = {
  ListPipelines: {
    page: async (maxResults, nextToken) => {
      const answer = await tester.codepipeline.send(new ListPipelinesCommand({ maxResults, nextToken }))
      return { items: (answer.pipelines ?? []).map((one) => one.name ?? ''), next: answer.nextToken }
    },
    largest: 1000,
    order: 'ascending',
    count: 3,
  },
  ListPipelineExecutions: {
    page: async (maxResults, nextToken) => {
      const input = { pipelineName: name, maxResults, nextToken }
      const answer = await tester.codepipeline.send(new ListPipelineExecutionsCommand(input))
      return {
        items: (answer.pipelineExecutionSummaries ?? []).map((one) => at(one.startTime)),
        next: answer.nextToken,
      }
    },
    largest: 100,
    order: 'descending',
    count: RUNS,
  },
  ListActionExecutions: {
    page: async (maxResults, nextToken) => {
      const input = { pipelineName: name, maxResults, nextToken }
      const answer = await tester.codepipeline.send(new ListActionExecutionsCommand(input))
      return { items: (answer.actionExecutionDetails ?? []).map((one) => at(one.startTime)), next: answer.nextToken }
    },
    largest: 100,
    order: 'descending',
    count: 2 * RUNS,
  },
  ListRuleExecutions: {
    page: async (maxResults, nextToken) => {
      const input = { pipelineName: name, maxResults, nextToken }
      const answer = await tester.codepipeline.send(new ListRuleExecutionsCommand(input))
      return { items: (answer.ruleExecutionDetails ?? []).map((one) => at(one.startTime)), next: answer.nextToken }
    },
    largest: 100,
    order: 'descending',
    count: RUNS,
  },
  ListWebhooks: {
    page: async (MaxResults, NextToken) => {
      const answer = await tester.codepipeline.send(new ListWebhooksCommand({ MaxResults, NextToken }))
      return { items: (answer.webhooks ?? []).map((one) => one.definition?.name ?? ''), next: answer.NextToken }
    },
    largest: 100,
    order: 'ascending',
    count: 3,
  },
}

describe('the pages of', () => {
  for (const [operation, { page, largest, order, count }] of Object.entries(LISTS)) {
    test(`${operation} hold everything once and in order, whatever their size`, async () => {
      const whole = await page(undefined, undefined)
      assert.equal(whole.next, undefined, 'the last page has no token')
      assert.equal(whole.items.length, count)
      assert.equal(new Set(whole.items).size, count)
      const sorted = whole.items.toSorted()
      assert.deepEqual(whole.items, order === 'ascending' ? sorted : sorted.toReversed())
      for (const size of [1, 2, count, largest]) {
        const items: string[] = []
        let token: string | undefined
        do {
          const one = await page(size, token)
          assert.ok(one.items.length <= size)
          items.push(...one.items)
          token = one.next
          assert.ok(token === undefined || token.length <= 2048)
        } while (token !== undefined)
        assert.deepEqual(items, whole.items, `${size} a page`)
      }
    })

    test(`${operation} have between 1 and ${largest} items`, async () => {
      const bound = (what: string) => fails('ValidationException', 400, new RegExp(`value ${what}$`, 'u'))
      await assert.rejects(page(0, undefined), bound('greater than or equal to 1'))
      await assert.rejects(page(largest + 1, undefined), bound(`less than or equal to ${largest}`))
    })

    test(`${operation} are reached by its own unchanged tokens only`, async () => {
      const { next = assert.fail('there is a second page') } = await page(1, undefined)
      const middle = Math.floor(next.length / 2)
      const changed = next.slice(0, middle) + (next[middle] === 'A' ? 'B' : 'A') + next.slice(middle + 1)
      for (const token of [changed, next.slice(1), `${next}AAAA`, 'x', '…', '{"after":1}']) {
        await assert.rejects(page(1, token), fails('InvalidNextTokenException', 400), token)
      }
      for (const [other, list] of Object.entries(LISTS)) {
        if (other !== operation)
          await assert.rejects(list.page(1, next), fails('InvalidNextTokenException', 400), other)
      }
    })
  }
})

describe('a token', () => {
  test('goes on with the size that is asked for now', async () => {
    const { page } = LISTS['ListActionExecutions'] ?? assert.fail()
    const { items, next } = await page(1, undefined)
    assert.deepEqual([...items, ...(await page(100, next)).items], (await page(undefined, undefined)).items)
  })

  test('of one filter is not taken for another, nor for another pipeline, region or account', async () => {
    const { codepipeline } = tester
    const [newest = '', older = ''] = executions
    const list = (input: object) =>
      codepipeline.send(new ListActionExecutionsCommand({ pipelineName: name, maxResults: 1, ...input }))
    const { nextToken } = await list({ filter: { pipelineExecutionId: newest } })
    const garbled = fails('InvalidNextTokenException', 400)
    await list({ filter: { pipelineExecutionId: newest }, nextToken })
    await assert.rejects(list({ nextToken }), garbled)
    await assert.rejects(list({ filter: { pipelineExecutionId: older }, nextToken }), garbled)
    const latestInPipelineExecution = { pipelineExecutionId: newest, startTimeRange: 'Latest' }
    await assert.rejects(list({ filter: { latestInPipelineExecution }, nextToken }), garbled)
    await assert.rejects(list({ pipelineName: 'Zeta', nextToken }), garbled)

    const succeeded = (stageName: string, token?: string) =>
      codepipeline.send(
        new ListPipelineExecutionsCommand({
          pipelineName: name,
          maxResults: 1,
          filter: { succeededInStage: { stageName } },
          nextToken: token,
        }),
      )
    const ofBuild = await succeeded('Build')
    await succeeded('Build', ofBuild.nextToken)
    await assert.rejects(succeeded('Src', ofBuild.nextToken), garbled)

    const pipelines = await codepipeline.send(new ListPipelinesCommand({ maxResults: 1 }))
    await assert.rejects(tester.stranger.send(new ListPipelinesCommand({ nextToken: pipelines.nextToken })), garbled)
  })

  test('of ListActionTypes leads on after a hundred types, by owner, category, provider and version', async () => {
    const page = (input: object = {}) => tester.codepipeline.send(new ListActionTypesCommand(input))
    const first = await page()
    assert.equal(first.actionTypes?.length, 100)
    const { nextToken } = first
    const second = await page({ nextToken })
    const keys = [...(first.actionTypes ?? []), ...(second.actionTypes ?? [])].map(
      ({ id }) => `${id?.owner}/${id?.category}/${id?.provider}/${id?.version}`,
    )
    assert.equal(second.nextToken, undefined)
    assert.deepEqual(keys, keys.toSorted())
    assert.equal(new Set(keys).size, keys.length)
    assert.equal(keys.filter((key) => key.startsWith('Custom/')).length, 2 + EXTRA_TYPES)
    const garbled = fails('InvalidNextTokenException', 400)
    await assert.rejects(page({ nextToken, actionOwnerFilter: 'AWS' }), garbled)
    await assert.rejects(page({ nextToken, regionFilter: 'us-east-1' }), garbled)
    await assert.rejects(LISTS['ListPipelines']?.page(1, nextToken) ?? assert.fail(), garbled)
  })
})
