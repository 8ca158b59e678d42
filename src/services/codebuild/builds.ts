/** The life of a build record: every change is one unit of work that also appends the events telling it. */
import { ensureLogStream } from '../../journal/journal.ts'
import type { JobRow } from '../../jobs/jobs.ts'
import type { BuildResult, BuildStatus, PhaseContext, PhaseReport } from '../../runner/runner.ts'
import type { Resource, Writer } from '../../store/store.ts'
import { buildEvents } from './build-events.ts'
import { buildKey, jobIdOf, QUEUE, type BuildJobDocument, type BuildRecord, type PhaseRecord } from './build-record.ts'
import type { CodeBuildDependencies } from './dependencies.ts'

export type BuildChange = (build: BuildRecord, now: number) => BuildRecord

/** Stores a new build, queues it, and says so. */
export async function submitBuild(
  deps: CodeBuildDependencies,
  create: (tx: Writer) => Promise<{ readonly build: BuildRecord; readonly isNew: boolean }>,
): Promise<BuildRecord> {
  const { store, bus, jobs, clock, endpoint } = deps
  const { build, rows } = await store.write(async (tx) => {
    const { build, isNew } = await create(tx)
    if (!isNew) return { build, rows: [] }
    const order = await tx.resources.nextNumber({ ...buildKey(build, 'order'), type: 'build-order' })
    await tx.resources.put(buildKey(build, build.id), build, {
      parent: build.projectName,
      ordinal: order,
      ifVersion: 0,
    })
    const { account, region, id } = build
    const document: BuildJobDocument = { account, region, id }
    await jobs.enqueueIn(tx, { id: jobIdOf(document), queue: QUEUE, document })
    return { build, rows: await bus.append(tx, buildEvents(undefined, build, clock.now(), endpoint())) }
  })
  bus.published(rows)
  jobs.wake(QUEUE)
  return build
}

/**
 * Changes a build that has not ended; one that has stays as it is.
 * @param also runs in the same unit of work, when the build had not ended
 * @returns the build as it is now; undefined when it is gone
 */
export async function changeBuild(
  { store, bus, clock, endpoint }: CodeBuildDependencies,
  document: BuildJobDocument,
  change: BuildChange,
  also: (tx: Writer, build: BuildRecord) => Promise<unknown> = async () => undefined,
): Promise<BuildRecord | undefined> {
  const key = buildKey(document, document.id)
  const { build, rows } = await store.write(async (tx) => {
    const found: Resource<BuildRecord> | undefined = await tx.resources.get(key)
    if (found === undefined || found.document.status !== 'IN_PROGRESS') return { build: found?.document, rows: [] }
    const now = clock.now()
    const build = change(found.document, now)
    await also(tx, build)
    if (build === found.document) return { build, rows: [] }
    await tx.resources.put(key, build, { parent: found.parent, ordinal: found.ordinal, ifVersion: found.version })
    return { build, rows: await bus.append(tx, buildEvents(found.document, build, now, endpoint())) }
  })
  bus.published(rows)
  return build
}

/** A runner took it: QUEUED is over, the log stream exists from now on. */
export const provision = (deps: CodeBuildDependencies, document: BuildJobDocument): Promise<BuildRecord | undefined> =>
  changeBuild(
    deps,
    document,
    (build, now) =>
      // handed out again after a broken connection: it has been provisioned before
      build.phases.some(({ type }) => type === 'PROVISIONING')
        ? build
        : {
            ...build,
            phases: [...endPhase(build.phases, 'SUCCEEDED', NOTHING, now), { type: 'PROVISIONING', startedAt: now }],
          },
    async (tx, { id, logs, account, region, startedAt }) => {
      if (logs !== undefined) await ensureLogStream(tx, { account, region, ...logs }, startedAt, { build: id })
    },
  )

/** What the runner says about its phases replaces what we knew of them; a list that is older than ours is ignored. */
export function withPhases(
  build: BuildRecord,
  reported: readonly PhaseReport[],
  resolvedVersion: string | undefined,
): BuildRecord {
  const own = build.phases.filter(({ type }) => type === 'SUBMITTED' || type === 'QUEUED' || type === 'PROVISIONING')
  const known = build.phases.length - own.length
  const endedCount = (phases: readonly PhaseRecord[]): number => phases.filter(({ ended }) => ended).length
  const isOlder =
    reported.length < known ||
    (reported.length === known && endedCount(reported) < endedCount(build.phases) - endedCount(own))
  const [first] = reported
  if (isOlder || first === undefined) return build
  return {
    ...build,
    phases: [...endPhase(own, 'SUCCEEDED', NOTHING, first.startedAt), ...reported],
    ...(resolvedVersion === undefined ? {} : { resolvedSourceVersion: resolvedVersion }),
  }
}

/** The end: COMPLETED has a start only, and no status. */
export function ended(
  build: BuildRecord,
  result: BuildResult,
  now: number,
  context: PhaseContext = NOTHING,
): BuildRecord {
  return {
    ...build,
    status: result.status,
    endedAt: now,
    phases: [...endPhase(build.phases, result.status, context, now), { type: 'COMPLETED', startedAt: now }],
    exported: result.exportedVariables,
    uploaded: result.artifacts,
  }
}

/** Ends a build that no runner will end. */
export async function endBuild(
  deps: CodeBuildDependencies,
  document: BuildJobDocument,
  status: BuildStatus,
  context: PhaseContext,
): Promise<BuildRecord | undefined> {
  const result: BuildResult = { status, exportedVariables: [], artifacts: [] }
  return await changeBuild(
    deps,
    document,
    (build, now) => ended(build, result, now, context),
    (tx) => deps.jobs.endIn(tx, jobIdOf(document), 'Failed'),
  )
}

/** For `createJobs`' `onLeaseExpired`: the build of a runner that fell silent has failed, and through no fault of its own. */
export async function failLostBuild(deps: CodeBuildDependencies, job: JobRow): Promise<'leave'> {
  const document = job.document as BuildJobDocument
  const found = await deps.store.read.resources.get<BuildRecord>(buildKey(document, document.id))
  const isStopped = found?.document.stopRequested === true
  await endBuild(deps, document, isStopped ? 'STOPPED' : 'FAULT', {
    statusCode: isStopped ? '' : 'INTERNAL_SERVICE_ERROR',
    message: 'The runner that ran this build stopped answering.',
  })
  return 'leave'
}

/** The process of a runner is gone: its builds need not wait until their leases have run out. */
export async function failBuildsOf(deps: CodeBuildDependencies, worker: string): Promise<void> {
  const open = await deps.store.read.jobs.open(QUEUE)
  const lost = open.filter((job) => job.status === 'InProgress' && job.worker === worker)
  await Promise.all(lost.map((job) => failLostBuild(deps, job)))
}

export const NOTHING: PhaseContext = { statusCode: '', message: '' }

function endPhase(
  phases: readonly PhaseRecord[],
  status: BuildStatus,
  context: PhaseContext,
  at: number,
): readonly PhaseRecord[] {
  const last = phases.at(-1)
  if (last === undefined || last.ended !== undefined) return phases
  return [...phases.slice(0, -1), { ...last, ended: { at, status, context } }]
}
