/** What runners do to the builds they hold. */
import type { JobRow } from '../../jobs/jobs.ts'
import type {
  BuildJob,
  BuildResult,
  JobCredentials,
  LogLine,
  PhaseReport,
  Report,
  SecretsAnswer,
  SecretsRequest,
  UploadRequest,
  UploadTarget,
} from '../../runner/runner.ts'
import { toJob, uploadTarget, type JobContext } from './build-job.ts'
import { buildKey, jobIdOf, type BuildJobDocument, type BuildRecord } from './build-record.ts'
import { changeBuild, endBuild, ended, failLostBuild, provision, withPhases } from './builds.ts'
import type { CodeBuildDependencies } from './dependencies.ts'

export interface HeldBuilds {
  /**
   * @param isAgain the runner that took it before may not have got it
   * @returns what the runner needs to know; undefined when the build is not to be run any more
   */
  begin(job: JobRow, isAgain: boolean): Promise<BuildJob | undefined>
  /** @returns whether the build is over */
  report(job: JobRow, worker: string, reports: readonly Report[]): Promise<boolean>
  secrets(job: JobRow, request: SecretsRequest): Promise<SecretsAnswer>
  upload(job: JobRow, request: UploadRequest): Promise<UploadTarget | undefined>
  isStopRequested(jobId: string): Promise<boolean>
  settled(): Promise<void>
}

/** Uploads at the very end of a build still need its session. */
const SESSION_SLACK_SECONDS = 900

/** What is kept in memory of a build in progress; all of it can be found again after a restart. */
interface Held {
  credentials?: Promise<JobCredentials>
  /** index of the next log line */
  nextLine?: number
  /** reports of one build are taken one after the other, also when a runner repeats one that is under way */
  queue: Promise<unknown>
}

export function createHeldBuilds(deps: CodeBuildDependencies): HeldBuilds {
  const all = new Map<string, Held>()
  const heldOf = (id: string): Held => {
    const known = all.get(id) ?? { queue: Promise.resolve() }
    all.set(id, known)
    return known
  }
  const load = async (job: JobRow): Promise<BuildRecord | undefined> => {
    const document = job.document as BuildJobDocument
    return (await deps.store.read.resources.get<BuildRecord>(buildKey(document, document.id)))?.document
  }
  const contextOf = async (build: BuildRecord): Promise<JobContext> => {
    const held = heldOf(jobIdOf(build))
    held.credentials ??= deps.auth.issueSession({
      account: build.account,
      roleArn: build.serviceRole,
      sessionName: `AWSCodeBuild-${build.id.slice(build.projectName.length + 1)}`,
      seconds: build.timeoutInMinutes * 60 + SESSION_SLACK_SECONDS,
    })
    const credentials = await held.credentials
    const endpoint = (deps.localEndpoint ?? deps.endpoint)()
    return { endpoint, network: deps.network ?? true, credentials, now: deps.clock.now() }
  }

  const take = async (job: JobRow, worker: string, reports: readonly Report[]): Promise<boolean> => {
    const document = job.document as BuildJobDocument
    const build = await load(job)
    if (build === undefined) {
      await deps.jobs.end(job.id, 'Failed') // its record was deleted: nobody wants to know
      all.delete(job.id)
      return true
    }
    let phases: readonly PhaseReport[] | undefined
    let resolvedVersion: string | undefined
    let result: BuildResult | undefined
    for (const report of reports) {
      if (report.type === 'Log') await appendLines(deps, heldOf(job.id), build, report.first, report.lines)
      else if (report.type === 'Phases') ({ phases, resolvedVersion } = report)
      else ({ result } = report)
    }
    if (phases === undefined && result === undefined) return false
    await changeBuild(
      deps,
      document,
      (before, now) => {
        const after = phases === undefined ? before : withPhases(before, phases, resolvedVersion)
        return result === undefined ? after : ended(after, result, now)
      },
      async (tx) => {
        if (result !== undefined)
          await deps.jobs.endIn(tx, job.id, result.status === 'SUCCEEDED' ? 'Succeeded' : 'Failed', { worker })
      },
    )
    if (result !== undefined) all.delete(job.id)
    return result !== undefined
  }

  return {
    async begin(job, isAgain) {
      const document = job.document as BuildJobDocument
      const before = await load(job)
      if (before === undefined || before.status !== 'IN_PROGRESS') {
        await deps.jobs.end(job.id, 'Failed')
        return undefined
      }
      if (before.stopRequested) {
        await endBuild(deps, document, 'STOPPED', { statusCode: '', message: 'The build was stopped' })
        return undefined
      }
      // another runner had it and fell silent: what it did to the world must not be done twice
      if (!isAgain && before.phases.some(({ type }) => type === 'PROVISIONING')) {
        await failLostBuild(deps, job)
        return undefined
      }
      // both write, and share a commit
      const [build, context] = await Promise.all([provision(deps, document), contextOf(before)])
      return build === undefined || build.status !== 'IN_PROGRESS' ? undefined : toJob(build, context)
    },
    report(job, worker, reports) {
      const held = heldOf(job.id)
      const turn = held.queue.then(() => take(job, worker, reports))
      held.queue = turn.catch(() => undefined)
      return turn
    },
    async secrets(job, { variables }) {
      const build = await load(job)
      if (build === undefined) return { problem: 'The build is gone' }
      const names = variables.map(({ name, value }) => `${name} (${value})`).join(', ')
      if (deps.secrets === undefined)
        return { problem: `This installation has no Parameter Store or Secrets Manager to read ${names} from` }
      const found = await deps.secrets({
        account: build.account,
        region: build.region,
        roleArn: build.serviceRole,
        variables,
      })
      return typeof found['problem'] === 'string' && !variables.some(({ name }) => name === 'problem')
        ? { problem: found['problem'] }
        : { values: found }
    },
    async upload(job, request) {
      const build = await load(job)
      return build && uploadTarget(build, request, await contextOf(build))
    },
    async isStopRequested(jobId) {
      const job = await deps.jobs.get(jobId)
      return job !== undefined && (await load(job))?.stopRequested === true
    },
    async settled() {
      await Promise.all([...all.values()].map(({ queue }) => queue))
    },
  }
}

/** Lines that are there already (their report came twice, around a crash) are left out; missing ones are said to be missing. */
async function appendLines(
  { logFiles, clock }: CodeBuildDependencies,
  held: Held,
  build: BuildRecord,
  first: number,
  lines: readonly LogLine[],
): Promise<void> {
  if (build.logs === undefined) return
  const key = { account: build.account, region: build.region, ...build.logs }
  const next = (held.nextLine ??= await logFiles.count(key))
  const isGap = first > next
  const fresh = isGap ? lines : lines.slice(next - first)
  if (isGap)
    await logFiles.append(key, [
      { timestamp: clock.now(), message: `[Pipewright] ${first - next} lines were lost here` },
    ])
  await logFiles.append(key, fresh)
  held.nextLine = Math.max(next, first + lines.length)
}
