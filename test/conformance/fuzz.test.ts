/**
 * Whatever is sent: the answer is an error of the caller's making in AWS's form, it comes soon, nobody else's state has changed, and
 * the next caller is served. As many requests as fit into the time; the seed is in the name of the test.
 */
import {
  CodePipelineClient,
  GetPipelineCommand,
  GetPipelineStateCommand,
  ListPipelinesCommand,
} from '@aws-sdk/client-codepipeline'
import { GetObjectCommand, ListBucketsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam'
import assert from 'node:assert/strict'
import { Agent, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { sign } from '../../src/wire/testing.ts'
import { createRandom, hostileRequest, type HostileRequest } from '../support/fuzz.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { action, stage, worldOf, type World } from '../support/world.ts'

/** Give it to see a failure again: `PIPEWRIGHT_SEED=… PIPEWRIGHT_FUZZ_MS=… npm run test:conformance`. */
const SEED = Number(process.env['PIPEWRIGHT_SEED'] ?? Date.now() % 2 ** 31)
const BUDGET_MS = Number(process.env['PIPEWRIGHT_FUZZ_MS'] ?? 4000)
const AT_ONCE = 8
/** A server that takes this long for one request hangs. */
const PATIENCE_MS = 10_000

/** of another account: what it manages to do is done to that one */
const STRANGER = { accessKeyId: 'stranger', secretAccessKey: 'stranger' }

let server: TestServer
let world: World
before(async () => {
  server = await startTestServer({ args: ['--key', 'stranger:stranger:111122223333'] })
  world = worldOf(server)
  await Promise.all([world.bucket('artifacts'), world.bucket('victim-bucket')])
  await world.put('victim-bucket', 'secret', 'do not touch')
  await world.repository('app', { 'a.txt': 'a' })
  await world.pipeline('victim', [
    stage(
      'Source',
      action('Checkout', 'Source/CodeCommit', { RepositoryName: 'app', BranchName: 'main' }, { output: ['Code'] }),
    ),
    stage('Gate', action('Ask', 'Approval/Manual')),
  ])
  await world.until('victim', 'the approval', async () => {
    const { stageStates } = await world.codepipeline.send(new GetPipelineStateCommand({ name: 'victim' }))
    return stageStates?.[1]?.actionStates?.[0]?.latestExecution
  })
})
after(async () => await server[Symbol.asyncDispose]())

/** Everything there is of the account that nobody may touch. */
async function state(): Promise<unknown> {
  const codepipeline = new CodePipelineClient(server.client)
  const iam = new IAMClient(server.client)
  const answers = await Promise.all([
    codepipeline.send(new ListPipelinesCommand({})),
    codepipeline.send(new GetPipelineCommand({ name: 'victim' })),
    codepipeline.send(new GetPipelineStateCommand({ name: 'victim' })),
    world.s3.send(new ListBucketsCommand({})),
    world.s3.send(new ListObjectsV2Command({ Bucket: 'victim-bucket' })),
    world.s3
      .send(new GetObjectCommand({ Bucket: 'victim-bucket', Key: 'secret' }))
      .then(({ ETag, VersionId }) => ({ ETag, VersionId })),
    iam.send(new ListRolesCommand({})),
  ])
  return answers.map((answer) => ({ ...answer, $metadata: undefined }))
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: Buffer
}

const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
after(() => agent.destroy())

function send({
  method,
  path,
  headers,
  body,
  tampered = false,
  service,
  payloadHash,
}: HostileRequest): Promise<Answer> {
  const { hostname, port, host } = new URL(server.url)
  const draft = { method, url: path, headers: { ...headers, host }, body, service, at: Date.now(), key: STRANGER }
  const signed = sign({
    ...draft,
    ...(service === 's3' && { pathRule: 'verbatim' as const }),
    ...(payloadHash !== undefined && { payloadHash }),
  })
  return new Promise((resolve, reject) => {
    const options = {
      hostname,
      port,
      method,
      path,
      agent,
      headers: { ...signed.request.headers, 'content-length': body.length },
    }
    const request = httpRequest(options, (response) => {
      buffer(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        reject,
      )
    })
    request.setTimeout(PATIENCE_MS, () => request.destroy(new Error('the server hangs')))
    // an answer that comes before the body was sent ends the connection
    request.once('error', reject)
    request.end(tampered ? Buffer.concat([body, Buffer.from(' ')]).subarray(0, body.length) : body)
  })
}

/** @returns what is wrong with it */
function wrongWith({ method, answer }: HostileRequest, { status, headers, body }: Answer): string | undefined {
  if (status < 400) return undefined
  const text = body.toString()
  if (status >= 500 && !(status === 501 && /not implemented by Pipewright yet/.test(text)))
    return 'it is an error of the server'
  if (method === 'HEAD') return undefined
  switch (answer) {
    case 'json':
    case 'own':
      return /"__type":"\w+"/.test(text) && isJson(text) ? undefined : 'it is no AWS JSON error'
    case 'xml':
      return /<Error>[^]*<Code>\w+<\/Code>/.test(text) ? undefined : 'it is no AWS XML error'
    case 'cbor':
      return headers['smithy-protocol'] === 'rpc-v2-cbor' && body.includes('__type')
        ? undefined
        : 'it is no AWS CBOR error'
    case 'any':
      return undefined
    default:
      return answer satisfies never
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('hostile input', () => {
  test(`given random and mutated requests, then each is refused in AWS’s form and nothing changes (seed ${SEED})`, async () => {
    const before = await state()
    const until = Date.now() + BUDGET_MS
    let sent = 0
    const refused = new Map<number, number>()
    /** one of each kind */
    const faults = new Map<string, string>()
    // each caller has a seed of its own, so that a failure comes again whatever the order of answers
    const callers = Array.from({ length: AT_ONCE }, async (_, caller) => {
      const random = createRandom(SEED + caller)
      while (Date.now() < until) {
        const request = hostileRequest(random)
        sent += 1
        const answer = await send(request).catch((error: NodeJS.ErrnoException) => {
          // a server may hang up on what it does not want to read
          if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return undefined
          faults.set(`${error.message}: ${request.what}`, describeFault(SEED + caller, request, undefined))
          return undefined
        })
        if (answer === undefined) continue
        refused.set(answer.status, (refused.get(answer.status) ?? 0) + 1)
        const wrong = wrongWith(request, answer)
        if (wrong !== undefined) faults.set(`${wrong}: ${request.what}`, describeFault(SEED + caller, request, answer))
      }
    })
    await Promise.all(callers)
    assert.deepEqual([...faults.values()].slice(0, 10), [])
    assert.deepEqual(await state(), before)
    assert.ok(sent > 100, `only ${sent} were sent`)
    assert.ok((refused.get(400) ?? 0) > sent / 10, 'hardly any was refused')
  })

  const RAW: Readonly<Record<string, string>> = {
    'a request line without sense': 'NONSENSE\r\n\r\n',
    'no HTTP at all': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'a header that never ends': `GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(70_000)}`,
    'two lengths': 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello',
    'a length and chunks':
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'a negative length': 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n',
    'a chunk of no size': 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    'a body that stops': 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"a":',
    'chunks that stop': 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhe',
    'no host': 'GET / HTTP/1.1\r\n\r\n',
    'an absolute address': 'GET http://169.254.169.254/latest HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
  }
  for (const [what, bytes] of Object.entries(RAW)) {
    test(`given ${what}, then the connection ends without an error of the server, and others are served`, async () => {
      const answer = await raw(bytes)
      assert.doesNotMatch(answer, /^HTTP\/1\.1 5/)
      assert.ok(await world.codepipeline.send(new ListPipelinesCommand({})))
    })
  }
})

const describeFault = (
  seed: number,
  { what, method, path, headers, body }: HostileRequest,
  answer: Answer | undefined,
): string =>
  [
    JSON.stringify({ seed, what, method, path, headers }),
    body.subarray(0, 1500).toString(),
    answer === undefined ? '=> no answer' : `=> ${answer.status} ${answer.body.subarray(0, 500).toString()}`,
  ].join('\n')

/** Sends and says that nothing more will come. @returns everything that came back until the other side ended it */
function raw(bytes: string): Promise<string> {
  const { hostname, port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(Number(port), hostname, () => socket.end(Buffer.from(bytes, 'latin1')))
    socket.setTimeout(PATIENCE_MS, () => {
      socket.destroy()
      reject(new Error(`the connection stays open; so far: ${answer}`))
    })
    socket.on('data', (data) => (answer += data.toString()))
    socket.once('error', () => resolve(answer))
    socket.once('close', () => resolve(answer))
  })
}
