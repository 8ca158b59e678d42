/** What end-to-end tests do to a whole server, with the real SDK: make sources, projects and pipelines, and wait for what happens. */
import { BatchGetBuildsCommand, CodeBuildClient, CreateProjectCommand, type Build } from '@aws-sdk/client-codebuild'
import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  CodeCommitClient,
  CreateCommitCommand,
  CreateRepositoryCommand,
  GetBranchCommand,
} from '@aws-sdk/client-codecommit'
import {
  CodePipelineClient,
  CreatePipelineCommand,
  GetPipelineExecutionCommand,
  ListActionExecutionsCommand,
  ListPipelineExecutionsCommand,
  StartPipelineExecutionCommand,
  type ActionCategory,
  type ActionDeclaration,
  type ActionExecutionDetail,
  type PipelineDeclaration,
  type PipelineExecution,
  type StageDeclaration,
  type StartPipelineExecutionCommandInput,
} from '@aws-sdk/client-codepipeline'
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { followEvents, readLog } from '../../src/cli/live.ts'
import type { TestServer } from './server.ts'

export const ROLE = 'arn:aws:iam::000000000000:role/pipeline'
/** Everything here takes a second or two; a test that waits longer says what it waited for. */
const PATIENCE_MS = 45_000

export const stage = (name: string, ...actions: ActionDeclaration[]): StageDeclaration => ({ name, actions })

/** @param type `Source/CodeCommit` */
export function action(
  name: string,
  type: `${ActionCategory}/${string}`,
  configuration: Record<string, string> = {},
  { input = [], output = [], ...rest }: ActionOptions = {},
): ActionDeclaration {
  const [category, provider] = type.split('/') as [ActionCategory, string]
  return {
    name,
    actionTypeId: { category, owner: 'AWS', provider, version: '1' },
    configuration,
    inputArtifacts: input.map((one) => ({ name: one })),
    outputArtifacts: output.map((one) => ({ name: one })),
    ...rest,
  }
}

type ActionOptions = { readonly input?: string[]; readonly output?: string[] } & Partial<ActionDeclaration>

export const checkout = (repository: string, options: ActionOptions = {}, configuration: Record<string, string> = {}) =>
  action(
    'Checkout',
    'Source/CodeCommit',
    { RepositoryName: repository, BranchName: 'main', ...configuration },
    { output: ['Code'], ...options },
  )

export interface Run {
  readonly id: string
  readonly execution: PipelineExecution
  /** oldest first */
  readonly actions: readonly ActionExecutionDetail[]
  /** the latest run of the action of this name; fails when it has none */
  action(name: string): ActionExecutionDetail
}

export type World = ReturnType<typeof worldOf>

export function worldOf({ client: connection }: Pick<TestServer, 'client'>) {
  const s3 = new S3Client({ ...connection, forcePathStyle: true })
  const codebuild = new CodeBuildClient(connection)
  const codecommit = new CodeCommitClient(connection)
  const codepipeline = new CodePipelineClient(connection)
  const logs = new CloudWatchLogsClient(connection)

  /** Looks at once and after every state change of the pipeline, until there is something to see. */
  async function until<Found>(
    pipeline: string,
    what: string,
    look: () => Promise<Found | undefined>,
  ): Promise<NonNullable<Found>> {
    const stop = new AbortController()
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(PATIENCE_MS)])
    const events = await followEvents(connection, pipeline, signal)
    const iterator = events[Symbol.asyncIterator]()
    try {
      for (;;) {
        const found = await look()
        if (found !== undefined && found !== null) return found
        const { done } = await iterator.next()
        if (done) throw new Error(`waited in vain for ${what} of the pipeline ${pipeline}`)
      }
    } finally {
      stop.abort()
    }
  }

  async function look(pipelineName: string, pipelineExecutionId: string): Promise<Run> {
    const { pipelineExecution: execution } = await codepipeline.send(
      new GetPipelineExecutionCommand({ pipelineName, pipelineExecutionId }),
    )
    const { actionExecutionDetails = [] } = await codepipeline.send(
      new ListActionExecutionsCommand({ pipelineName, filter: { pipelineExecutionId } }),
    )
    const actions = actionExecutionDetails.toReversed()
    return {
      id: pipelineExecutionId,
      execution: execution ?? {},
      actions,
      action(name) {
        const found = actions.findLast(({ actionName }) => actionName === name)
        if (found === undefined) throw new Error(`the action ${name} has not run`)
        return found
      },
    }
  }

  const executions = async (pipelineName: string) =>
    (await codepipeline.send(new ListPipelineExecutionsCommand({ pipelineName }))).pipelineExecutionSummaries ?? []

  const isOver = ({ execution: { status } }: Run): boolean => status !== 'InProgress' && status !== 'Stopping'

  const ended = (pipeline: string, id: string): Promise<Run> =>
    until(pipeline, `the end of execution ${id}`, async () => {
      const run = await look(pipeline, id)
      return isOver(run) ? run : undefined
    })

  async function getObject(Bucket: string, Key: string): Promise<Buffer> {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
    return Buffer.from((await Body?.transformToByteArray()) ?? [])
  }

  return {
    s3,
    codebuild,
    codecommit,
    codepipeline,
    logs,
    until,
    look,
    executions,
    ended,
    getObject,
    getText: async (bucket: string, key: string): Promise<string> => (await getObject(bucket, key)).toString(),

    async bucket(Bucket: string, { versioned = true } = {}): Promise<void> {
      await s3.send(new CreateBucketCommand({ Bucket }))
      if (versioned)
        await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
    },

    /** @returns the version id */
    async put(Bucket: string, Key: string, Body: string | Buffer): Promise<string> {
      return (await s3.send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId ?? ''
    },

    async repository(repositoryName: string, files: Readonly<Record<string, string>>): Promise<string> {
      await codecommit.send(new CreateRepositoryCommand({ repositoryName }))
      return await this.commit(repositoryName, files, 'Say hello')
    },

    /** On `main`. @returns the commit's id */
    async commit(
      repositoryName: string,
      files: Readonly<Record<string, string>>,
      commitMessage: string,
      deleted: readonly string[] = [],
    ): Promise<string> {
      const parent = await codecommit.send(new GetBranchCommand({ repositoryName, branchName: 'main' })).then(
        ({ branch }) => branch?.commitId,
        () => undefined,
      )
      const { commitId = '' } = await codecommit.send(
        new CreateCommitCommand({
          repositoryName,
          branchName: 'main',
          ...(parent !== undefined && { parentCommitId: parent }),
          authorName: 'Ada',
          email: 'ada@example.com',
          commitMessage,
          putFiles: Object.entries(files).map(([filePath, content]) => ({
            filePath,
            fileContent: Buffer.from(content),
          })),
          deleteFiles: deleted.map((filePath) => ({ filePath })),
        }),
      )
      return commitId
    },

    /** For pipelines only. @param buildspec text or path; absent: `buildspec.yml` of the source */
    async project(name: string, buildspec?: string): Promise<void> {
      await codebuild.send(
        new CreateProjectCommand({
          name,
          source: { type: 'CODEPIPELINE', ...(buildspec !== undefined && { buildspec }) },
          artifacts: { type: 'CODEPIPELINE' },
          environment: {
            type: 'LINUX_CONTAINER',
            image: 'aws/codebuild/standard:7.0',
            computeType: 'BUILD_GENERAL1_SMALL',
          },
          serviceRole: 'arn:aws:iam::000000000000:role/build',
        }),
      )
    },

    /** @returns the id of the execution that creating it has started */
    async pipeline(name: string, stages: StageDeclaration[], rest: Partial<PipelineDeclaration> = {}): Promise<string> {
      await codepipeline.send(
        new CreatePipelineCommand({
          pipeline: {
            name,
            roleArn: ROLE,
            artifactStore: { type: 'S3', location: 'artifacts' },
            pipelineType: 'V2',
            stages,
            ...rest,
          },
        }),
      )
      return await until(name, 'the first execution', async () => (await executions(name)).at(-1)?.pipelineExecutionId)
    },

    async start(name: string, input: Partial<StartPipelineExecutionCommandInput> = {}): Promise<string> {
      return (await codepipeline.send(new StartPipelineExecutionCommand({ name, ...input }))).pipelineExecutionId ?? ''
    },

    /** The build of an action, once there is one. */
    buildOf: (pipeline: string, execution: string, actionName: string): Promise<{ project: string; uuid: string }> =>
      until(pipeline, `a build of ${actionName}`, async () => {
        const { actions } = await look(pipeline, execution)
        const found = actions.findLast((one) => one.actionName === actionName)
        const [project, uuid] = found?.output?.executionResult?.externalExecutionId?.split(':') ?? []
        return project !== undefined && uuid !== undefined ? { project, uuid } : undefined
      }),

    async getBuild(id: string | undefined): Promise<Build> {
      const { builds = [] } = await codebuild.send(new BatchGetBuildsCommand({ ids: [id ?? ''] }))
      const [build] = builds
      if (build === undefined) throw new Error(`there is no build ${id}`)
      return build
    },

    /** The whole log of a build that is over. */
    async logOf(id: string | undefined): Promise<string> {
      const [project = '', logStreamName] = (id ?? '').split(':')
      const { events = [] } = await logs.send(
        new GetLogEventsCommand({ logGroupName: `/aws/codebuild/${project}`, logStreamName, startFromHead: true }),
      )
      return events.map(({ message = '' }) => message.replace(/\n$/, '')).join('\n')
    },

    /** Follows the log of a build until a line matches. */
    async line({ project, uuid }: { project: string; uuid: string }, pattern: RegExp): Promise<RegExpExecArray> {
      const stop = new AbortController()
      const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(PATIENCE_MS)])
      try {
        const source = { group: `/aws/codebuild/${project}`, stream: uuid, from: 0, follow: true }
        for await (const { message } of await readLog(connection, source, signal)) {
          const match = pattern.exec(message)
          if (match) return match
        }
      } finally {
        stop.abort()
      }
      throw new Error(`waited in vain for a line that matches ${String(pattern)}`)
    },
  }
}
