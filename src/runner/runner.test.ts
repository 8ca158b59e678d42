import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { silentLog } from '../base/log.ts'
import {
  announceServer,
  findRunner,
  startRunner,
  type BuildJob,
  type BuildResult,
  type Report,
  type RunnerHandle,
  type ServerMessage,
} from './runner.ts'
import { exampleJob } from './testing/build-bench.ts'

/** The least a server must do for a runner. */
class Gateway {
  readonly reports: Report[] = []
  readonly server: Server
  #stream = Promise.withResolvers<ServerResponse>()
  #result = Promise.withResolvers<BuildResult>()
  #waiting: { test: (gateway: Gateway) => boolean; resolve: () => void }[] = []
  holding = ''
  token = ''

  constructor() {
    this.server = createServer((request, response) => void this.#handle(request, response))
  }
  async listen(dataDir: string): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve))
    this.token = announceServer(dataDir, `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`)
  }
  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.authorization !== `Bearer ${this.token}`) return void response.writeHead(401).end()
    if (request.method === 'GET') {
      this.holding = new URL(request.url ?? '', 'http://x').searchParams.get('holding') ?? ''
      response.writeHead(200).write('{"type":"Hello"}\n')
      return this.#stream.resolve(response)
    }
    const body = JSON.parse(await text(request)) as readonly Report[]
    if (request.url?.endsWith('/reports')) this.reports.push(...body)
    response.end('{}')
    for (const report of this.reports) if (report.type === 'Result') this.#result.resolve(report.result)
    this.#waiting = this.#waiting.filter(({ test, resolve }) => !test(this) || resolve())
  }
  async send(message: ServerMessage): Promise<void> {
    ;(await this.#stream.promise).write(`${JSON.stringify(message)}\n`)
  }
  connected = (): Promise<unknown> => this.#stream.promise
  result = (): Promise<BuildResult> => this.#result.promise
  lines = (): readonly string[] =>
    this.reports.flatMap((report) => (report.type === 'Log' ? report.lines.map(({ message }) => message) : []))
  until(test: (gateway: Gateway) => boolean): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ test, resolve }))
  }
  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }
}

const job = (id: string, command: string): BuildJob => ({
  ...exampleJob(id, 'http://127.0.0.1:1'),
  buildspec: { type: 'Inline', text: JSON.stringify({ version: '0.2', phases: { build: { commands: [command] } } }) },
})

describe("the runner's process", () => {
  let dataDir: string
  let runner: RunnerHandle
  let gateway: Gateway
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'pipewright-runner-'))
    gateway = new Gateway()
    await gateway.listen(dataDir)
    runner = startRunner({ dataDir, log: silentLog, slots: 4 })
    await gateway.connected()
  })
  after(async () => {
    await runner.stop()
    await gateway.close()
    await rm(dataDir, { recursive: true, force: true })
  })

  it('builds what it is sent and reports log, phases and result', async () => {
    await gateway.send({ type: 'Job', job: job('1', 'echo hello') })
    assert.equal((await gateway.result()).status, 'SUCCEEDED')
    assert.ok(gateway.lines().includes('hello'))
    const phases = gateway.reports.findLast((report) => report.type === 'Phases')
    assert.deepEqual(phases?.phases.at(-1)?.type, 'FINALIZING')
  })

  it('goes on building when its server is killed, and hands the result to the next one, on another port', async () => {
    await gateway.close()
    gateway = new Gateway()
    await gateway.listen(dataDir)
    await gateway.connected()
    await gateway.send({
      type: 'Job',
      job: job('2', 'echo begun; sleep 0.4; echo done'),
    })
    await gateway.until(({ lines }) => lines().includes('begun'))
    await gateway.close()

    gateway = new Gateway()
    await gateway.listen(dataDir)
    await gateway.connected()
    assert.equal(startRunner({ dataDir, log: silentLog }).reattached, true)
    assert.equal((await gateway.result()).status, 'SUCCEEDED')
    assert.ok(gateway.lines().includes('done'))
    const first = gateway.reports.find((report) => report.type === 'Log')?.first
    assert.ok(first !== undefined && first > 0, 'log lines carry their index, so that none is written twice')
  })

  it('stops a build when told', async () => {
    await gateway.close()
    gateway = new Gateway()
    await gateway.listen(dataDir)
    await gateway.send({ type: 'Job', job: job('3', 'echo begun; sleep 1000') })
    await gateway.until(({ lines }) => lines().includes('begun'))
    await gateway.send({ type: 'Cancel', id: '3', reason: 'The build was stopped' })
    assert.equal((await gateway.result()).status, 'STOPPED')
  })

  it('ends with its server, stopping its builds', async () => {
    await gateway.close()
    gateway = new Gateway()
    await gateway.listen(dataDir)
    await gateway.send({ type: 'Job', job: job('4', 'echo begun; sleep 1000') })
    await gateway.until(({ lines }) => lines().includes('begun'))
    await runner.stop()
    assert.equal((await gateway.result()).status, 'STOPPED')
    assert.equal(findRunner(dataDir), undefined)
  })
})
