import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { ArtifactLocation, PipelineExecution, PipelineKey } from '../../../core/execution/execution.ts'
import type { ExtensionOutput, StartFromStageInput } from '../../../core/execution/extensions.ts'
import { invariant } from '../../../core/invariant.ts'
import type { PipelineDeclaration } from '../../../core/pipeline/declaration.ts'
import { pipelineArn } from '../arns.ts'
import type { CodePipelineDependencies } from '../dependencies.ts'
import { executionNotFound, stageNotFound, validation } from '../errors.ts'
import { accepted, keyOf, requirePipeline } from '../pipelines.ts'
import { ownOperation } from './define.ts'
import { givenReason } from './reason.ts'

/** A new execution that begins at a later stage, with what an earlier execution had produced by then. */
export const startFromStage = ownOperation<StartFromStageInput, ExtensionOutput>({
  isExtension: true,
  action: 'codepipeline:StartPipelineExecution',
  resource: ({ pipelineName }, call) => pipelineArn(call, pipelineName),
  members: {
    'pipelineName!': 'PipelineName',
    'stageName!': 'StageName',
    fromPipelineExecutionId: 'PipelineExecutionId',
    'reason!': 'StopPipelineExecutionReason',
    clientRequestToken: 'ClientRequestToken',
  },
  handle: async (dependencies, input, call) => {
    const { pipelineName, stageName: stage, clientRequestToken } = input
    const key = keyOf(call, pipelineName)
    const reason = givenReason(input)
    const { state } = await requirePipeline(dependencies, key)
    const from = await earlierExecution(dependencies, state.declaration, key, input)
    const { pipelines } = dependencies.store.read
    const fromDeclaration = await pipelines.declaration(key, from.pipelineVersion)
    const { reply } = accepted(
      await dependencies.engine.send(key, {
        type: 'StartFromStageRequested',
        executionId: dependencies.newId(),
        stage,
        fromExecutionId: from.id,
        from,
        ...(fromDeclaration && { fromDeclaration }),
        gone: await goneArtifacts(dependencies, key, state.declaration.roleArn, Object.values(from.artifacts)),
        reason,
        by: call.principal.arn,
        ...(clientRequestToken !== undefined && { clientRequestToken }),
      }),
      key,
    )
    invariant(reply.executionId !== undefined, `a start of ${key.name} was accepted without an execution`)
    return { pipelineExecutionId: reply.executionId }
  },
})

/** How many executions are looked through for one to start from. */
const MOST_LOOKED_AT = 200

/** The one that is named, else the newest that was let out of the stage before. @throws what there is not */
async function earlierExecution(
  { store }: CodePipelineDependencies,
  { stages }: PipelineDeclaration,
  key: PipelineKey,
  { stageName, fromPipelineExecutionId: id }: StartFromStageInput,
): Promise<PipelineExecution> {
  if (id !== undefined) {
    const named = await store.read.pipelines.execution(key, id)
    if (named === undefined) throw executionNotFound(key.account, key.name, id)
    return named
  }
  const place = stages.findIndex(({ name }) => name === stageName)
  if (place < 0) throw stageNotFound(key, stageName)
  const before = stages[place - 1]?.name ?? stageName
  const recent = await store.read.pipelines.executions(key, { limit: MOST_LOOKED_AT })
  const found = recent.find(({ type, stages }) => type === 'STANDARD' && PASSED.has(stages[before]?.status ?? ''))
  if (found !== undefined) return found
  throw validation(
    `None of the last ${MOST_LOOKED_AT} executions of pipeline '${key.name}' succeeded in stage '${before}'`,
  )
}

const PASSED: ReadonlySet<string> = new Set(['Succeeded', 'Skipped'])

/** Asked as the pipeline's role: names of those that the artifact store says it does not have. What cannot be told is not gone. */
async function goneArtifacts(
  { clientFor }: CodePipelineDependencies,
  { account, region }: PipelineKey,
  roleArn: string,
  artifacts: readonly ArtifactLocation[],
): Promise<readonly string[]> {
  if (clientFor === undefined) return []
  const s3 = clientFor({ account, region, roleArn, sessionName: 'start-from-stage' })(S3Client)
  const gone = await Promise.all(
    artifacts.map(async ({ name, bucket, key }) => {
      const isGone = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })).then(() => false, isNotFound)
      return isGone ? [name] : []
    }),
  )
  return gone.flat()
}

const isNotFound = (error: unknown): boolean =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404
