/**
 * A trivial pipeline, from StartPipelineExecution to its SUCCEEDED event: source, build `true`, test `true`, deploy one file. The
 * floor is a shell script that does the same work with the same programs and nothing around them.
 */
import { CodePipelineClient, StartPipelineExecutionCommand } from '@aws-sdk/client-codepipeline'
import { execFile } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startDevServer } from './dev-server.ts'
import { gitIn } from './git.ts'
import { figure, format, heading, median, spread, timed } from './report.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { build, createPipeline, createProject, deploy, followEnds, setUp, source } from './workshop.ts'

const WARM_UP = 5
const ROUNDS = 21
const NAME = 'trivial'

export async function run(): Promise<void> {
  heading('A trivial pipeline (source, build `true`, test `true`, deploy one file)')
  await using folder = await temporaryFolder()
  const script = await shellScript(folder.path)
  await using server = await startDevServer(join(folder.path, 'state'))
  const { connection } = server
  const clone = join(folder.path, 'clone')
  await mkdir(clone)
  const git = await setUp(connection, clone)
  await git('push', '--quiet', 'origin', 'main')
  await createProject(connection, NAME, 'true')
  await createPipeline(connection, NAME, {
    Source: source(false),
    Build: build('Build', NAME),
    Test: build('Test', NAME),
    Deploy: deploy,
  })

  const client = new CodePipelineClient(connection)
  await using ends = await followEnds(connection, NAME)
  const execute = async (): Promise<void> => {
    await client.send(new StartPipelineExecutionCommand({ name: NAME }))
    await ends.next()
  }
  for (let index = 0; index < WARM_UP; index += 1) await execute()
  const samples = { floor: [] as number[], pipeline: [] as number[] }
  for (let index = 0; index < ROUNDS; index += 1) {
    samples.floor.push(await timed(script))
    samples.pipeline.push(await timed(execute))
  }
  figure('floor: a shell script', spread(samples.floor, 'ms'))
  figure('the pipeline, warm', spread(samples.pipeline, 'ms'))
  figure('  of the floor', format(median(samples.pipeline) / median(samples.floor)), '<= 1.5')
}

/** The site goes where the last run's site is. */
async function shellScript(folder: string): Promise<() => Promise<void>> {
  const origin = join(folder, 'origin')
  await mkdir(origin)
  const git = gitIn(origin)
  await git('init', '--quiet', '-b', 'main')
  await git.commit('<h1>Hello</h1>\n')
  const work = join(folder, 'work')
  const text = `set -e
    git clone --quiet "$1" "$2/source"
    cd "$2/source" && bash -c true && bash -c true
    zip -q -r "$2/site.zip" index.html
    unzip -q -o "$2/site.zip" -d "$2/site"`
  return async () => {
    await promisify(execFile)('bash', ['-c', text, 'bash', origin, work])
    await rm(join(work, 'source'), { recursive: true })
  }
}
