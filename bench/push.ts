/**
 * From `git push` to the first command of the build that it starts. The floor is a push to a bare repository on the same disk whose
 * post-receive hook starts a process. Both ends are instants of this machine's clock.
 */
import { BatchGetBuildsCommand, CodeBuildClient, ListBuildsForProjectCommand } from '@aws-sdk/client-codebuild'
import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Connection } from '../src/cli/connection.ts'
import { startDevServer } from './dev-server.ts'
import { gitIn } from './git.ts'
import { figure, format, heading, median, spread } from './report.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { build, createPipeline, createProject, followEnds, setUp, source } from './workshop.ts'

const WARM_UP = 3
const ROUNDS = 15
const NAME = 'pushed'

export async function run(): Promise<void> {
  heading('git push -> first build command')
  await using folder = await temporaryFolder()
  const bare = await barePush(folder.path)
  await using server = await startDevServer(join(folder.path, 'state'))
  const served = await servedPush(server.connection, folder.path)

  for (let index = 0; index < WARM_UP; index += 1) await served()
  const samples = { bare: [] as number[], served: [] as number[] }
  for (let index = 0; index < ROUNDS; index += 1) {
    samples.bare.push(await bare())
    samples.served.push(await served())
  }
  figure('floor: bare push, hook starts a process', spread(samples.bare, 'ms'))
  figure('push -> first command of the build', spread(samples.served, 'ms'))
  figure('  of the floor', format(median(samples.served) / median(samples.bare)), '<= 2')
}

const now = (): number => performance.timeOrigin + performance.now()
const milliseconds = (nanoseconds: string | undefined): number => Number(nanoseconds) / 1e6

async function barePush(folder: string): Promise<() => Promise<number>> {
  const origin = join(folder, 'bare.git')
  const clone = join(folder, 'bare-clone')
  const instant = join(folder, 'instant')
  await mkdir(origin)
  await mkdir(clone)
  await gitIn(origin)('init', '--quiet', '--bare', '-b', 'main')
  await writeFile(join(origin, 'hooks', 'post-receive'), `#!/bin/sh\nbash -c 'date +%s%N' > '${instant}'\n`, {
    mode: 0o755,
  })
  const git = gitIn(clone)
  await git('init', '--quiet', '-b', 'main')
  await git('remote', 'add', 'origin', origin)
  let pushes = 0
  return async () => {
    await git.commit(`push ${(pushes += 1)}\n`)
    const from = now()
    await git('push', '--quiet', 'origin', 'main')
    return milliseconds(await readFile(instant, 'utf8')) - from
  }
}

async function servedPush(connection: Connection, folder: string): Promise<() => Promise<number>> {
  const clone = join(folder, 'clone')
  await mkdir(clone)
  const git = await setUp(connection, clone)
  await git('push', '--quiet', 'origin', 'main')
  await createProject(connection, NAME, 'echo instant $(date +%s%N)')
  await createPipeline(connection, NAME, { Source: source(true), Build: build('Build', NAME) })
  let pushes = 0
  return async () => {
    await git.commit(`push ${(pushes += 1)}\n`)
    await using ends = await followEnds(connection, NAME)
    const from = now()
    await git('push', '--quiet', 'origin', 'main')
    await ends.next()
    return milliseconds(await instantInLog(connection)) - from
  }
}

/** What the newest build wrote. Its last lines may come in after the pipeline's end. */
async function instantInLog(connection: Connection): Promise<string | undefined> {
  const codebuild = new CodeBuildClient(connection)
  const { ids = [] } = await codebuild.send(new ListBuildsForProjectCommand({ projectName: NAME }))
  const { builds } = await codebuild.send(new BatchGetBuildsCommand({ ids: ids.slice(0, 1) }))
  const { groupName: logGroupName, streamName: logStreamName } = builds?.[0]?.logs ?? {}
  const logs = new CloudWatchLogsClient(connection)
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const { events = [] } = await logs.send(
      new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true }),
    )
    const instant = events.map(({ message }) => /^instant (\d+)/m.exec(message ?? '')?.[1]).find((found) => found)
    if (instant !== undefined) return instant
    await delay(20)
  }
  throw new Error('the log of the build does not say when it began')
}
