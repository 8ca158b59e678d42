import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { BUILD_QUEUE } from './runners.ts'
import { jobIdOf } from './build-record.ts'
import { openBuildServer, PLACE, project, type BuildServer } from './testing.ts'
import { runnerToken } from '../../runner/runner.ts'

describe('what a runner may do', () => {
  let server: BuildServer
  let token: string
  let jobId: string
  const signal = new AbortController().signal
  before(async () => {
    server = await openBuildServer()
    token = runnerToken(server.dataDir)
    await server.call('CreateProject', project())
    const { build } = await server.call<{ build: { id: string } }>('StartBuild', { projectName: 'site' })
    jobId = jobIdOf({ ...PLACE, id: build.id })
    await server.jobs.claim(BUILD_QUEUE, { worker: 'worker-one', leaseMs: 60_000, signal })
  })
  after(() => server[Symbol.asyncDispose]())

  const post = async (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<number> => {
    const answer = await fetch(`${server.deps.endpoint()}/_pipewright/runner${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'x-pipewright-worker': 'worker-one', ...headers },
      body: JSON.stringify(body),
    })
    await answer.body?.cancel()
    return answer.status
  }
  const reports = (id: string): string => `/jobs/${encodeURIComponent(id)}/reports`
  const result = [{ type: 'Result', result: { status: 'SUCCEEDED', exportedVariables: [], artifacts: [] } }]

  it('nothing without the token, or with a wrong one', async () => {
    assert.equal(await post(reports(jobId), result, { authorization: 'Bearer wrong' }), 401)
    assert.equal(await post(reports(jobId), result, { authorization: '' }), 401)
  })

  it("nothing with another runner's job, which looks like an unknown one", async () => {
    assert.equal(await post(reports(jobId), result, { 'x-pipewright-worker': 'worker-two' }), 410)
    assert.equal(await post(reports('build:unknown'), result), 410)
    for (const what of ['secrets', 'uploads'])
      assert.equal(
        await post(`/jobs/${encodeURIComponent(jobId)}/${what}`, {}, { 'x-pipewright-worker': 'worker-two' }),
        410,
      )
  })

  it('write a log line once, however often it reports it', async () => {
    const log = { type: 'Log', first: 0, lines: [1, 2, 3].map((n) => ({ timestamp: 1, message: `line ${n}` })) }
    await post(reports(jobId), [log])
    await post(reports(jobId), [
      log,
      {
        ...log,
        first: 2,
        lines: [
          { timestamp: 1, message: 'line 3' },
          { timestamp: 1, message: 'line 4' },
        ],
      },
    ])
    const { logs } = await build()
    const events = await server.logFiles.read(
      { ...PLACE, group: logs.groupName, stream: logs.streamName },
      { from: 0, limit: 10 },
    )
    assert.deepEqual(
      events.map(({ message }) => message),
      ['line 1', 'line 2', 'line 3', 'line 4'],
    )
  })

  it('end its job once', async () => {
    assert.equal(await post(reports(jobId), result), 200)
    assert.equal((await build()).buildStatus, 'SUCCEEDED')
    assert.equal(
      await post(reports(jobId), [
        { ...result[0], result: { status: 'FAILED', exportedVariables: [], artifacts: [] } },
      ]),
      410,
    )
    assert.equal((await build()).buildStatus, 'SUCCEEDED')
  })

  async function build() {
    const id = jobId.slice(jobId.indexOf('site:'))
    const { builds } = await server.call<{
      builds: [{ buildStatus: string; logs: { groupName: string; streamName: string } }]
    }>('BatchGetBuilds', { ids: [id] })
    return builds[0]
  }
})
