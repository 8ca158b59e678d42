/** For tests: runs one build without server or process around it, and serves its objects from memory. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { inheritedEnvironment } from '../build/environment.ts'
import { createRooms } from '../build/rooms.ts'
import { runBuild } from '../build/run-build.ts'
import { createPipePool } from '../pipes.ts'
import type { BuildJob, BuildResult, LogLine, PhaseReport, UploadRequest } from '../protocol.ts'
import type { SandboxDriver } from '../sandbox/sandbox.ts'

export interface BuildBench extends AsyncDisposable {
  /** path -> content; PUT adds, GET reads */
  readonly objects: Map<string, Buffer>
  readonly url: string
  /** where build folders are made */
  readonly folder: string
  run(buildspec: string | object, options?: RunOptions): Promise<BenchResult>
}

export interface RunOptions {
  readonly job?: Partial<BuildJob>
  readonly signal?: AbortSignal
  readonly secrets?: Readonly<Record<string, string>>
  readonly onLine?: (line: string) => void
}

export interface BenchResult extends BuildResult {
  readonly phases: readonly PhaseReport[]
  /** without the runner's own lines */
  readonly output: readonly string[]
  readonly lines: readonly string[]
  readonly uploads: readonly UploadRequest[]
}

export async function openBuildBench(sandboxes: SandboxDriver): Promise<BuildBench> {
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-build-'))
  const pipes = createPipePool(folder)
  const inherited = inheritedEnvironment(process.env)
  const rooms = createRooms({ driver: sandboxes, pipes, folder, inherited })
  const objects = new Map<string, Buffer>()
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/'
    if (request.method === 'PUT') objects.set(path, await buffer(request))
    const body = objects.get(path)
    response.statusCode = body === undefined ? 404 : 200
    response.end(
      request.method === 'PUT' ? '' : (body ?? '<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>'),
    )
  }
  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let count = 0

  return {
    objects,
    url,
    folder,
    async run(buildspec, { job = {}, signal = new AbortController().signal, secrets = {}, onLine } = {}) {
      const lines: LogLine[] = []
      const uploads: UploadRequest[] = []
      let phases: readonly PhaseReport[] = []
      const text = typeof buildspec === 'string' ? buildspec : JSON.stringify({ version: '0.2', ...buildspec })
      const result = await runBuild(
        { ...exampleJob(String((count += 1)), url), buildspec: { type: 'Inline', text }, ...job },
        {
          rooms,
          inherited,
          now: () => Date.now(),
          reporter: {
            async log(batch) {
              lines.push(...batch)
              for (const { message } of batch) onLine?.(message)
            },
            phases: (list) => (phases = list),
            result: async () => undefined,
            secrets: async () => ({ values: secrets }),
            async upload(request) {
              uploads.push(request)
              const key = `/artifacts/${request.identifier || request.name || 'primary'}${request.path ? `/${request.path}` : ''}`
              return { url: url + key, headers: {}, location: `arn:aws:s3:::artifacts${key}` }
            },
          },
        },
        signal,
      )
      const all = lines.map(({ message }) => message)
      return { ...result, phases, uploads, lines: all, output: all.filter((line) => !line.startsWith('[Container]')) }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rooms[Symbol.asyncDispose]()
      pipes[Symbol.dispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export const exampleJob = (id: string, endpoint: string): Omit<BuildJob, 'buildspec'> => ({
  id,
  build: {
    id: `site:${id}`,
    arn: `arn:aws:codebuild:eu-west-1:000000000000:build/site:${id}`,
    number: Number(id),
    projectArn: 'arn:aws:codebuild:eu-west-1:000000000000:project/site',
    initiator: 'codepipeline/site',
    image: 'aws/codebuild/standard:7.0',
    url: `${endpoint}/builds/${id}`,
    region: 'eu-west-1',
    startedAt: 1_700_000_000_000,
    privileged: false,
  },
  sources: [{ identifier: '', location: { type: 'None' } }],
  environment: [],
  credentials: {
    accessKeyId: 'ASIAEXAMPLEEXAMPLE00',
    secretAccessKey: 'session-secret-key',
    sessionToken: 'session-token-text',
  },
  endpoint,
  artifacts: [],
  timeoutSeconds: 60,
  network: true,
})

/** Type and status of each phase, in order. */
export const phaseList = ({ phases }: BenchResult): readonly string[] =>
  phases.map(({ type, ended }) => `${type} ${ended?.status}`)
