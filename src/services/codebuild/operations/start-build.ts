import {
  RetryBuild$,
  StartBuild$,
  type RetryBuildCommandInput,
  type RetryBuildCommandOutput,
  type StartBuildCommandInput,
  type StartBuildCommandOutput,
  type StartBuildInput,
} from '@aws-sdk/client-codebuild'
import { PIPELINE_SESSION_PREFIX } from '../../../core/catalog/sessions.ts'
import type { Call } from '../../../wire/wire.ts'
import { projectResource } from '../arns.ts'
import { buildKey, requireBuild, type BuildRecord } from '../build-record.ts'
import { toBuild } from '../build-view.ts'
import { submitBuild } from '../builds.ts'
import { define } from '../define.ts'
import type { CodeBuildDependencies } from '../dependencies.ts'
import { invalidInput, limitExceeded } from '../errors.ts'
import { buildOfToken, PIPELINE_MS, rememberToken } from '../idempotency.ts'
import { managedProject } from '../managed-project.ts'
import { newBuild } from '../new-build.ts'
import { projectKey, requireProject } from '../project-record.ts'

/** What a pipeline's CodeBuild action says in headers; believed only from a pipeline's own session. */
const INITIATOR_HEADER = 'x-pipewright-initiator'
const SOURCE_REVISION_HEADER = 'x-pipewright-source-revision'

export const startBuild = define<StartBuildCommandInput, StartBuildCommandOutput>(
  StartBuild$,
  ({ projectName }, call) => projectResource(call, projectName),
  async (deps, input, call) => {
    const build = await start(deps, input, call)
    return { build: toBuild(build, deps.endpoint()) }
  },
)

/** The same inputs again, as a build of its own. */
export const retryBuild = define<RetryBuildCommandInput, RetryBuildCommandOutput>(
  RetryBuild$,
  ({ id }, call) => projectResource(call, id),
  async (deps, { id, idempotencyToken }, call) => {
    const before = await requireBuild(deps.store.read, call, id)
    if (before.status === 'IN_PROGRESS') throw invalidInput(`Build ${before.id} has not ended yet`)
    const { idempotencyToken: _, ...request } = before.request
    const build = await start(
      deps,
      { ...request, ...(idempotencyToken === undefined ? {} : { idempotencyToken }) },
      call,
    )
    return { build: toBuild(build, deps.endpoint()) }
  },
)

function start(deps: CodeBuildDependencies, request: StartBuildInput, call: Call): Promise<BuildRecord> {
  const { clock, newId } = deps
  const isPipeline = isPipelineSession(call)
  return submitBuild(deps, async (tx) => {
    const now = clock.now()
    const managed = isPipeline ? managedProject(request.projectName) : undefined
    const project = managed ?? (await requireProject(tx, call, request.projectName))
    const known = await buildOfToken(tx, call, request, now)
    if (known !== undefined) return { build: await requireBuild(tx, call, known), isNew: false }
    const limit = project.concurrentBuildLimit
    if (limit !== undefined && limit > 0 && (await openBuilds(deps, call, project.name)) >= limit)
      throw limitExceeded(`Cannot have more than ${limit} builds in progress for the project ${project.name}`)
    const revision = isPipeline ? call.headers[SOURCE_REVISION_HEADER] : undefined
    const build = newBuild({
      place: { account: call.account, region: call.region },
      project,
      request,
      uuid: newId(),
      number: await tx.resources.nextNumber({ ...projectKey(call, project.name), type: 'build-number' }),
      initiator: initiatorOf(call, isPipeline),
      ...(revision === undefined ? {} : { resolvedSourceVersion: revision }),
      now,
    })
    await rememberToken(tx, call, request, { buildId: build.id, now, ...(isPipeline ? { keepMs: PIPELINE_MS } : {}) })
    return { build, isNew: true }
  })
}

async function openBuilds({ store }: CodeBuildDependencies, call: Call, project: string): Promise<number> {
  const prefix = buildKey(call, `${project}:`).name
  const open = await store.read.jobs.open('build')
  return open.filter(({ document }) => {
    const { account, region, id } = document as BuildRecord
    return account === call.account && region === call.region && id.startsWith(prefix)
  }).length
}

/** `arn:aws:sts::1:assumed-role/Role/codepipeline.site`; only the engine makes sessions of that name. */
const isPipelineSession = ({ principal }: Call): boolean =>
  principal.type === 'AssumedRole' && sessionName(principal.arn).startsWith(PIPELINE_SESSION_PREFIX)

const sessionName = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1)

/** `codepipeline/<pipeline>`, a user's name, or `Role/session`. */
function initiatorOf(call: Call, isPipeline: boolean): string {
  const { arn } = call.principal
  if (isPipeline)
    return call.headers[INITIATOR_HEADER] ?? `codepipeline/${sessionName(arn).slice(PIPELINE_SESSION_PREFIX.length)}`
  return arn.slice(Math.max(arn.lastIndexOf(':'), arn.indexOf('/')) + 1)
}
