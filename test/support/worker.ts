/** The tester as job worker (`spec` 13, Harness): custom types TSrc and TJob, pipeline P3, and who ends which action when. */
import {
  AcknowledgeJobCommand,
  CreateCustomActionTypeCommand,
  CreatePipelineCommand,
  GetPipelineExecutionCommand,
  GetPipelineStateCommand,
  ListActionExecutionsCommand,
  ListPipelineExecutionsCommand,
  PollForJobsCommand,
  PutJobFailureResultCommand,
  PutJobSuccessResultCommand,
  StartPipelineExecutionCommand,
  UpdatePipelineCommand,
  type ActionDeclaration,
  type ActionTypeId,
  type Job,
  type PipelineDeclaration,
  type PutJobSuccessResultCommandInput,
  type StageDeclaration,
  type StartPipelineExecutionCommandInput,
} from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { ACCOUNT, startMiniServer, type MiniServer } from './mini-server.ts'

export const SOURCE: ActionTypeId = { category: 'Source', owner: 'Custom', provider: 'TSrc', version: '1' }
export const JOB: ActionTypeId = { category: 'Build', owner: 'Custom', provider: 'TJob', version: '1' }
export const APPROVAL: ActionTypeId = { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' }

export type ActionOptions = Partial<ActionDeclaration>

export const source = (name = 'S', options: ActionOptions = {}): ActionDeclaration => ({
  name,
  actionTypeId: SOURCE,
  ...options,
})

export const job = (name: string, options: ActionOptions = {}): ActionDeclaration => ({
  name,
  actionTypeId: JOB,
  configuration: { Key: name },
  ...options,
})

export const approval = (name: string, options: ActionOptions = {}): ActionDeclaration => ({
  name,
  actionTypeId: APPROVAL,
  ...options,
})

export const stage = (name: string, ...actions: ActionDeclaration[]): StageDeclaration => ({ name, actions })

/** V2: `Src -> Build -> Deploy`, one custom action each: S, B, D. */
export const p3 = (changes: Partial<PipelineDeclaration> = {}): PipelineDeclaration => ({
  name: 'P3',
  roleArn: `arn:aws:iam::${ACCOUNT}:role/pipeline`,
  artifactStore: { type: 'S3', location: 'artifacts' },
  pipelineType: 'V2',
  stages: [stage('Src', source()), stage('Build', job('B')), stage('Deploy', job('D'))],
  ...changes,
})

export type Tester = Awaited<ReturnType<typeof startTester>>

export async function startTester(options?: Parameters<typeof startMiniServer>[0]) {
  const server = await startMiniServer(options)
  await createTypes(server)
  return { ...server, ...workerOf(server) }
}

/** P3 (or what is given instead), its first execution completed. */
export async function startP3(changes: Partial<PipelineDeclaration> = {}) {
  const tester = await startTester()
  await tester.create(p3(changes))
  for (const { name = '' } of p3(changes).stages?.flatMap(({ actions }) => actions ?? []) ?? []) await tester.ok(name)
  return tester
}

async function createTypes({ codepipeline }: MiniServer): Promise<void> {
  await codepipeline.send(
    new CreateCustomActionTypeCommand({
      category: 'Source',
      provider: 'TSrc',
      version: '1',
      inputArtifactDetails: { minimumCount: 0, maximumCount: 0 },
      outputArtifactDetails: { minimumCount: 0, maximumCount: 1 },
    }),
  )
  await codepipeline.send(
    new CreateCustomActionTypeCommand({
      category: 'Build',
      provider: 'TJob',
      version: '1',
      settings: { executionUrlTemplate: 'https://x/{Config:Key}/{ExternalExecutionId}' },
      configurationProperties: [{ name: 'Key', required: true, key: true, secret: false }],
      inputArtifactDetails: { minimumCount: 0, maximumCount: 5 },
      outputArtifactDetails: { minimumCount: 0, maximumCount: 5 },
    }),
  )
}

function workerOf({ codepipeline, engine }: MiniServer) {
  /** handed out and not yet acknowledged: a poll hands a job out once until the redelivery time is over */
  const known = new Map<string, Job>()

  /** Everything that waits for a worker, whichever type it is of. */
  async function offered(): Promise<readonly Job[]> {
    await engine.idle()
    for (const actionTypeId of [SOURCE, JOB]) {
      const { jobs = [] } = await codepipeline.send(new PollForJobsCommand({ actionTypeId, maxBatchSize: 100 }))
      for (const found of jobs) known.set(found.id ?? '', found)
    }
    return [...known.values()]
  }

  const nameOf = ({ data }: Job) => data?.pipelineContext?.action?.name

  /** The oldest waiting job of the action. */
  async function take(action: string, executionId?: string): Promise<Job> {
    const found = (await offered()).find(
      (one) =>
        nameOf(one) === action &&
        (executionId === undefined || one.data?.pipelineContext?.pipelineExecutionId === executionId),
    )
    assert.ok(found, `no job for action ${action} is offered`)
    known.delete(found.id ?? '')
    return found
  }

  async function acknowledge(action: string, executionId?: string): Promise<Job> {
    const taken = await take(action, executionId)
    await codepipeline.send(new AcknowledgeJobCommand({ jobId: taken.id, nonce: taken.nonce }))
    return taken
  }

  async function succeed(taken: Job, result: Omit<PutJobSuccessResultCommandInput, 'jobId'> = {}) {
    await codepipeline.send(new PutJobSuccessResultCommand({ jobId: taken.id, ...result }))
    await engine.idle()
  }

  async function failWith(taken: Job, message = 'it broke') {
    const failureDetails = { type: 'JobFailed', message } as const
    await codepipeline.send(new PutJobFailureResultCommand({ jobId: taken.id, failureDetails }))
    await engine.idle()
  }

  return {
    offered,
    /** names of the actions whose jobs wait for a worker */
    waiting: async () => (await offered()).map((one) => nameOf(one) ?? '').sort(),
    take,
    acknowledge,
    succeed,
    failWith,
    ok: async (action: string, result: Omit<PutJobSuccessResultCommandInput, 'jobId'> = {}, executionId?: string) =>
      await succeed(await acknowledge(action, executionId), result),
    fail: async (action: string, executionId?: string) => await failWith(await acknowledge(action, executionId)),
    create: async (pipeline: PipelineDeclaration) => await codepipeline.send(new CreatePipelineCommand({ pipeline })),
    update: async (pipeline: PipelineDeclaration) => await codepipeline.send(new UpdatePipelineCommand({ pipeline })),
    run: async (input: Partial<StartPipelineExecutionCommandInput> = {}): Promise<string> => {
      const { pipelineExecutionId } = await codepipeline.send(
        new StartPipelineExecutionCommand({ name: 'P3', ...input }),
      )
      await engine.idle()
      assert.ok(pipelineExecutionId)
      return pipelineExecutionId
    },
    execution: async (pipelineExecutionId: string, pipelineName = 'P3') => {
      await engine.idle()
      const { pipelineExecution } = await codepipeline.send(
        new GetPipelineExecutionCommand({ pipelineName, pipelineExecutionId }),
      )
      assert.ok(pipelineExecution)
      return pipelineExecution
    },
    status: async (pipelineExecutionId: string) => {
      await engine.idle()
      const answer = await codepipeline.send(
        new GetPipelineExecutionCommand({ pipelineName: 'P3', pipelineExecutionId }),
      )
      return answer.pipelineExecution?.status
    },
    state: async (stageName: string, name = 'P3') => {
      await engine.idle()
      const { stageStates = [] } = await codepipeline.send(new GetPipelineStateCommand({ name }))
      const found = stageStates.find((one) => one.stageName === stageName)
      assert.ok(found, `stage ${stageName} has no state`)
      return found
    },
    executions: async (pipelineName = 'P3') => {
      const answer = await codepipeline.send(new ListPipelineExecutionsCommand({ pipelineName }))
      return answer.pipelineExecutionSummaries ?? []
    },
    actionRuns: async (pipelineExecutionId?: string, pipelineName = 'P3') => {
      await engine.idle()
      const filter = pipelineExecutionId === undefined ? undefined : { pipelineExecutionId }
      const answer = await codepipeline.send(new ListActionExecutionsCommand({ pipelineName, filter }))
      return answer.actionExecutionDetails ?? []
    },
  }
}

/** For `assert.rejects`: the SDK's typed error of this name, and what its message must match. */
export const named =
  (name: string, message: RegExp = /./) =>
  (error: unknown) => {
    assert.ok(error instanceof Error)
    assert.equal(error.name, name, error.message)
    assert.match(error.message, message)
    return true
  }
