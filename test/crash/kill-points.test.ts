/**
 * `kill -9` of a whole server, build runner and all, during a pipeline with a condition, parallel builds, an approval and a deployment;
 * then a restart on the same data. Whatever the point, the history is the same in the end and no finished action ran again.
 * Every single step there is, of the engine alone: `every-step.test.ts`.
 */
import { CodeBuildClient, ListBuildsForProjectCommand } from '@aws-sdk/client-codebuild'
import {
  CodePipelineClient,
  GetPipelineStateCommand,
  ListActionExecutionsCommand,
  ListPipelineExecutionsCommand,
  ListRuleExecutionsCommand,
  PutApprovalResultCommand,
} from '@aws-sdk/client-codepipeline'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import assert from 'node:assert/strict'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { followEvents } from '../../src/cli/live.ts'
import { ACTIONS, DEPLOYED_KEY, PIPELINE, preparePipeline, PROJECTS, RULES, SITE_BUCKET } from './pipeline.ts'
import { startServer, type CrashServer } from './server-process.ts'

/** point -> the passes of it to die at; each is reached before the execution is over, which every test checks. */
const POINTS = {
  'after-commit': [1, 3, 5, 8],
  'before-dispatch': [2, 3],
  'after-provider': [2, 3],
  'before-outcome-commit': [4],
} as const

/** With the pipeline in it: made once, and copied for each crash. */
let prepared: Awaited<ReturnType<typeof temporaryFolder>>
before(async () => {
  prepared = await temporaryFolder()
  await using server = await startServer(prepared.path, 'never')
  await preparePipeline(server)
})
after(() => prepared[Symbol.asyncDispose]())

for (const [point, passes] of Object.entries(POINTS)) {
  for (const pass of passes) {
    test(`given a kill at ${point}, pass ${pass}, when the server restarts, the execution goes on and repeats no finished action`, async () => {
      await using folder = await temporaryFolder()
      await cp(prepared.path, folder.path, { recursive: true })
      const { crashed, port } = await runUntilKilled(folder.path, point, pass)
      const history = await finish(folder.path, port)
      assert.equal(history.status, 'Succeeded', JSON.stringify(history, null, 2))
      assert.deepEqual(
        history.actions,
        ACTIONS.map((action) => [action, 'Succeeded']),
      )
      assert.deepEqual(
        history.rules,
        RULES.map((rule) => [rule, 'Succeeded']),
      )
      assert.deepEqual(
        history.buildsPerProject,
        PROJECTS.map((project) => [project, 1]),
      )
      assert.equal(history.deployed, 'hello\n')
      assert.ok(crashed, `the server never came to pass ${pass} of ${point}`)
    })
  }
}

/** Runs the pipeline, answering its approval, until the server kills itself or the execution is over. */
async function runUntilKilled(dataDir: string, point: string, pass: number) {
  await using doomed = await startServer(dataDir, point, pass)
  const done = driveToEnd(doomed, 'push').then(
    () => 'over' as const,
    () => 'killed' as const,
  )
  const outcome = await Promise.race([done, doomed.killed.then(() => 'killed' as const)])
  return { crashed: outcome === 'killed', port: Number(new URL(doomed.url).port) }
}

/** Restarts without a crash, at the address where builds under way look for it, and lets the execution end. */
async function finish(dataDir: string, port: number) {
  await using server = await startServer(dataDir, 'never', 1, port)
  await driveToEnd(server, 'wait')
  const codepipeline = new CodePipelineClient(server.client)
  const codebuild = new CodeBuildClient(server.client)
  const s3 = new S3Client({ ...server.client, forcePathStyle: true })
  const { pipelineExecutionSummaries = [] } = await codepipeline.send(
    new ListPipelineExecutionsCommand({ pipelineName: PIPELINE }),
  )
  const execution = pipelineExecutionSummaries[0]
  const { actionExecutionDetails = [] } = await codepipeline.send(
    new ListActionExecutionsCommand({
      pipelineName: PIPELINE,
      filter: { pipelineExecutionId: execution?.pipelineExecutionId },
    }),
  )
  const { ruleExecutionDetails = [] } = await codepipeline.send(
    new ListRuleExecutionsCommand({
      pipelineName: PIPELINE,
      filter: { pipelineExecutionId: execution?.pipelineExecutionId },
    }),
  )
  const builds = await Promise.all(
    PROJECTS.map(async (projectName) => {
      const { ids = [] } = await codebuild.send(new ListBuildsForProjectCommand({ projectName }))
      return [projectName, ids.length] as const
    }),
  )
  const object = await s3.send(new GetObjectCommand({ Bucket: SITE_BUCKET, Key: DEPLOYED_KEY })).catch(() => undefined)
  return {
    status: execution?.status,
    summary: execution?.statusSummary,
    actions: actionExecutionDetails.map(({ actionName = '', status = '' }) => [actionName, status]).toSorted(byName),
    rules: ruleExecutionDetails.map(({ ruleName = '', status = '' }) => [ruleName, status]).toSorted(byName),
    errors: actionExecutionDetails.map(({ output }) => output?.executionResult?.errorDetails?.message),
    buildsPerProject: builds.map(([name, count]) => [name, count]),
    deployed: await object?.Body?.transformToString(),
  }
}

const byName = ([one = '']: readonly string[], [other = '']: readonly string[]): number => one.localeCompare(other)

/** Starts it with a push if asked, answers the approval when it waits, and resolves when the execution is over. */
async function driveToEnd(server: CrashServer, how: 'push' | 'wait'): Promise<void> {
  const client = new CodePipelineClient(server.client)
  const stop = new AbortController()
  const connection = { ...server.client, endpoint: server.url }
  const events = await followEvents(connection, PIPELINE, stop.signal)
  const step = async (): Promise<boolean> => {
    const { stageStates = [] } = await client.send(new GetPipelineStateCommand({ name: PIPELINE }))
    const approval = stageStates.find(({ stageName }) => stageName === 'Build')?.actionStates?.[2]?.latestExecution
    if (approval?.status === 'InProgress' && approval.token !== undefined) {
      await client.send(
        new PutApprovalResultCommand({
          pipelineName: PIPELINE,
          stageName: 'Build',
          actionName: 'Publish',
          token: approval.token,
          result: { status: 'Approved', summary: 'looks good' },
        }),
      )
    }
    const { pipelineExecutionSummaries = [] } = await client.send(
      new ListPipelineExecutionsCommand({ pipelineName: PIPELINE }),
    )
    const newest = pipelineExecutionSummaries[0]
    return pipelineExecutionSummaries.length > 1 && newest?.status !== 'InProgress'
  }
  try {
    if (how === 'push') await server.push()
    if (await step()) return
    for await (const _ of events) if (await step()) return
    throw new Error('the server went away')
  } finally {
    stop.abort()
    client.destroy()
  }
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'pipewright-crash-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
