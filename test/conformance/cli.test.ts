/** Our own command line, run as people and CI jobs run it: what it prints, where, and with which exit code it ends. */
import {
  AcknowledgeJobCommand,
  CodePipelineClient,
  CreateCustomActionTypeCommand,
  CreatePipelineCommand,
  GetPipelineCommand,
  ListPipelineExecutionsCommand,
  PollForJobsCommand,
  PutJobFailureResultCommand,
  PutJobSuccessResultCommand,
  StopPipelineExecutionCommand,
  UpdatePipelineCommand,
  type ActionDeclaration,
  type Job,
} from '@aws-sdk/client-codepipeline'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startTestServer, type TestServer } from '../support/server.ts'
import { missing, run } from './support.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/pipewright.mjs', import.meta.url))
const NOWHERE = 'http://127.0.0.1:9'

const noShell = await missing('sh', ['-c', 'true'], 'there is no POSIX shell on this machine')

let server: TestServer
let codepipeline: CodePipelineClient
let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pipewright-cli-'))
  server = await startTestServer()
  codepipeline = new CodePipelineClient(server.client)
  for (const category of ['Source', 'Build'] as const) {
    await codepipeline.send(
      new CreateCustomActionTypeCommand({
        category,
        provider: 'Work',
        version: '1',
        inputArtifactDetails: { minimumCount: 0, maximumCount: 0 },
        outputArtifactDetails: { minimumCount: 0, maximumCount: 1 },
      }),
    )
  }
})
after(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const pipewright = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  run(process.execPath, [PROGRAM, ...args], { env: { ...server.env, ...env } })

describe('pipewright env', { concurrency: true }, () => {
  test(
    'given an endpoint, then a shell that reads the exports has them, odd characters and all',
    { skip: noShell },
    async () => {
      const odd = { AWS_SECRET_ACCESS_KEY: `it's $(id) "quoted"` }
      const { code, stdout } = await pipewright(
        ['env', '--endpoint', 'http://127.0.0.1:1234/', '--region', 'eu-west-1'],
        odd,
      )
      assert.equal(code, 0)
      const script = `${stdout}\nprintf '%s|' "$AWS_ENDPOINT_URL" "$AWS_REGION" "$AWS_DEFAULT_REGION" "$AWS_SECRET_ACCESS_KEY"`
      const shell = await run('sh', ['-c', script], { env: { PATH: process.env['PATH'] } })
      assert.equal(shell.stdout, `http://127.0.0.1:1234|eu-west-1|eu-west-1|${odd.AWS_SECRET_ACCESS_KEY}|`)
    },
  )

  test('given --json, then it is one object', async () => {
    const { stdout } = await pipewright(['env', '--json'])
    assert.deepEqual(JSON.parse(stdout), {
      AWS_ENDPOINT_URL: server.url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
    })
  })
})

describe('wrong usage', { concurrency: true }, () => {
  const WRONG: readonly (readonly string[])[] = [
    ['frobnicate'],
    ['watch'],
    ['start', 'P', '--no-such-option'],
    ['start', 'P', '--variable', 'no-equals'],
    ['start', 'P', '--revision', 'Source'],
    ['lint', '/no/such/file.json'],
    ['dev', '--port', 'http'],
    ['dev', '--key', 'no-secret'],
    ['server', '--port', '99999'],
  ]
  for (const args of WRONG) {
    test(`given "pipewright ${args.join(' ')}", then it ends with 2 and says what was expected`, async () => {
      const { code, stdout, stderr } = await pipewright(args)
      assert.deepEqual([code, stdout], [2, ''])
      assert.doesNotMatch(stderr, /\n\s+at /)
      assert.ok(stderr.length > 0)
    })
  }

  test('given --help and --version, then they go to standard output and end with 0', async () => {
    const help = await pipewright(['--help'])
    assert.equal(help.code, 0)
    for (const command of [
      'dev',
      'server',
      'env',
      'start',
      'watch',
      'why',
      'logs',
      'approve',
      'reject',
      'lint',
      'doctor',
    ]) {
      assert.match(help.stdout, new RegExp(`^ {2}${command} `, 'm'))
    }
    const { code, stdout } = await pipewright(['--version'])
    assert.equal(code, 0)
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/)
  })
})

describe('pipewright lint', { concurrency: true }, () => {
  const stages = [
    { name: 'Source', actions: [action('Fetch')] },
    { name: 'Approve', actions: [approval('Ok')] },
  ]
  const declaration = {
    name: 'demo',
    roleArn: 'arn:aws:iam::000000000000:role/pipeline',
    artifactStore: { type: 'S3', location: 'artifacts' },
    stages,
  }
  const lint = async (name: string, content: unknown, ...args: string[]) => {
    const file = join(folder, name)
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
    return { file, ...(await pipewright(['lint', file, ...args])) }
  }

  test('given a good declaration, then it ends with 0 and says so', async () => {
    const { file, code, stdout } = await lint('good.json', declaration)
    assert.deepEqual([code, stdout], [0, `${file}: no problems\n`])
    assert.equal((await lint('good-too.json', declaration, '--json')).stdout, '[]\n')
  })

  test('given several mistakes, then all are printed with their lines and it ends with 1', async () => {
    const bad = { ...declaration, name: 'no spaces!', stages: [stages[0], { name: 'Approve', actions: [] }] }
    const { file, code, stdout } = await lint('bad.json', bad)
    assert.equal(code, 1)
    const lines = stdout.trim().split('\n')
    assert.ok(lines.length >= 2)
    for (const line of lines) assert.ok(line.startsWith(`${file}:`), line)
    assert.match(stdout, /bad\.json:2:\d+ {2}\S+ {2}/)
    const { stdout: json } = await lint('bad-too.json', bad, '--json')
    const problems = JSON.parse(json) as readonly { rule: string; line: number; severity: string }[]
    assert.equal(problems.length, lines.length)
    assert.ok(problems.every(({ rule, line, severity }) => rule && line > 0 && severity))
  })

  test('given a file that is neither JSON nor YAML nor a pipeline, then it ends with 1', async () => {
    assert.equal((await lint('broken.json', '{ "pipeline": [')).code, 1)
    assert.equal((await lint('other.yaml', 'hello: world\n')).code, 1)
  })
})

describe('pipewright doctor', { concurrency: true }, () => {
  test('given a server and good credentials, then every check passes', async () => {
    const { code, stdout } = await pipewright(['doctor', '--json'])
    assert.equal(code, 0)
    const findings = JSON.parse(stdout) as readonly { check: string; ok: boolean }[]
    const checks = new Set(findings.map(({ check }) => check))
    for (const check of ['node', 'git', 'endpoint', 'credentials', 'codepipeline']) assert.ok(checks.has(check))
    assert.match((await pipewright(['doctor'])).stdout, /credentials .*arn:aws:iam::000000000000/)
  })

  test('given wrong credentials or no server, then it ends with 1 and says what to do', async () => {
    const wrong = await pipewright(['doctor'], { AWS_SECRET_ACCESS_KEY: 'wrong' })
    assert.equal(wrong.code, 1)
    assert.match(wrong.stdout, /SignatureDoesNotMatch|InvalidSignatureException/)
    assert.match(wrong.stdout, /Check AWS_SECRET_ACCESS_KEY/)
    const nothing = await pipewright(['doctor', '--endpoint', NOWHERE])
    assert.equal(nothing.code, 1)
    assert.match(nothing.stdout, /Nothing answers.*pipewright dev/s)
  })
})

describe('executions', { concurrency: true, timeout: 60_000 }, () => {
  test('given an execution that succeeds, then watch shows it live and ends with 0', async () => {
    await create('succeeds', [action('Fetch')], [action('Build', 'Build')])
    await end('succeeds', 'Fetch')
    await end('succeeds', 'Build')
    const { code, lines } = await watch(['start', 'succeeds', '--watch', '--json'], {
      'Fetch InProgress': () => end('succeeds', 'Fetch'),
      'Build InProgress': () => end('succeeds', 'Build'),
    })
    assert.equal(code, 0)
    assert.deepEqual(
      lines.filter(({ type }) => type === 'action').map(({ action, status }) => `${action} ${status}`),
      ['Fetch InProgress', 'Fetch Succeeded', 'Build InProgress', 'Build Succeeded'],
    )
    assert.equal(lines.at(-1)?.status, 'Succeeded')
    const again = await pipewright(['watch', 'succeeds'])
    assert.equal(again.code, 0)
    assert.match(again.stdout, /^succeeds .*\nSource\n.*Fetch.*\nStage1\n.*Build.*\n.*Succeeded/s)
    assert.ok(!again.stdout.includes('\u001b['), 'no colours when piped')
  })

  test('given an action that fails, then watch ends with 1 and names the cause', async () => {
    await create('fails', [action('Fetch')], [action('Build', 'Build')])
    const { code, lines } = await watch(['watch', 'fails', '--json'], {
      'Fetch InProgress': () => end('fails', 'Fetch', { failure: 'the disk is full' }),
    })
    assert.equal(code, 1)
    assert.match(lines.find(({ status }) => status === 'Failed')?.summary ?? '', /the disk is full/)
  })

  test('given an execution that is stopped, then watch ends with 3', async () => {
    const pipelineExecutionId = await create('stopped', [action('Fetch')], [action('Build', 'Build')])
    const { code } = await watch(['watch', 'stopped', '--json', '--execution', pipelineExecutionId], {
      'Fetch InProgress': () =>
        codepipeline.send(
          new StopPipelineExecutionCommand({ pipelineName: 'stopped', pipelineExecutionId, abandon: true }),
        ),
    })
    assert.equal(code, 3)
  })

  test('given an approval, then --no-wait ends with 4, approve answers it, and watch ends with 0', async () => {
    await create('approves', [action('Fetch')], [approval('Release')])
    const waiting = await watch(['watch', 'approves', '--json', '--no-wait'], {
      'Fetch InProgress': () => end('approves', 'Fetch'),
    })
    assert.equal(waiting.code, 4)
    const watching = watch(['watch', 'approves', '--json'], {
      'Release InProgress': async () => {
        const { code, stdout } = await pipewright(['approve', 'approves', '--summary', 'looks fine', '--json'])
        assert.equal(code, 0)
        const answer = JSON.parse(stdout) as Record<string, unknown>
        assert.deepEqual([answer['actionName'], answer['status']], ['Release', 'Approved'])
      },
    })
    assert.equal((await watching).code, 0)
    const late = await pipewright(['approve', 'approves'])
    assert.equal(late.code, 1)
    assert.match(late.stderr, /Nothing in approves waits for an approval/)
  })

  test('given an approval that is rejected, then watch ends with 1 and shows why', async () => {
    await create('rejects', [action('Fetch')], [approval('Release')])
    const { code, lines } = await watch(['watch', 'rejects', '--json'], {
      'Fetch InProgress': () => end('rejects', 'Fetch'),
      'Release InProgress': () => pipewright(['reject', 'rejects', '--summary', 'not on a Friday']),
    })
    assert.equal(code, 1)
    assert.ok(lines.some(({ summary }) => summary?.includes('not on a Friday')))
  })

  test('given two approvals that wait, then approve asks which one', async () => {
    await create('both', [action('Fetch')], [approval('Left'), approval('Right')])
    const seen = new Set<string>()
    const bothWait = async (name: string) => {
      seen.add(name)
      if (seen.size < 2) return
      const unsure = await pipewright(['approve', 'both'])
      assert.equal(unsure.code, 1)
      assert.match(unsure.stderr, /Left, Right|Right, Left/)
      assert.match(unsure.stderr, /--action/)
      for (const one of ['Left', 'Right'])
        assert.equal((await pipewright(['approve', 'both', '--action', one])).code, 0)
    }
    const { code } = await watch(['watch', 'both', '--json'], {
      'Fetch InProgress': () => end('both', 'Fetch'),
      'Left InProgress': () => bothWait('Left'),
      'Right InProgress': () => bothWait('Right'),
    })
    assert.equal(code, 0)
  })

  test('given a PARALLEL pipeline whose executions wait alike, then approve asks for the execution, and answers that one', async () => {
    await create('parallel', [action('Fetch')], [approval('Release')])
    const { pipeline } = await codepipeline.send(new GetPipelineCommand({ name: 'parallel' }))
    await codepipeline.send(
      new UpdatePipelineCommand({ pipeline: pipeline && { ...pipeline, executionMode: 'PARALLEL' } }),
    )
    const start = async (): Promise<string> => {
      const { stdout } = await pipewright(['start', 'parallel', '--json'])
      const { pipelineExecutionId } = JSON.parse(stdout) as { pipelineExecutionId: string }
      // the execution that the creation started has a job of that name too, which the change of mode took back
      await end('parallel', 'Fetch', { of: pipelineExecutionId })
      return pipelineExecutionId
    }
    const [first, second] = [await start(), await start()]
    const both = await pipewright(['approve', 'parallel'])
    assert.equal(both.code, 1)
    assert.match(both.stderr, new RegExp(`2 approvals wait: Release of ${second}, Release of ${first}\\.`))
    const why = await pipewright(['why', 'parallel', second])
    const typed = /Approves it: pipewright (.*)$/m.exec(why.stdout)?.[1]?.split(' ') ?? []
    assert.equal((await pipewright(typed)).code, 0)
    assert.match((await pipewright(['why', 'parallel', second])).stdout, /It succeeded/)
    assert.match((await pipewright(['why', 'parallel', first])).stdout, /waits for somebody/)
  })

  test('given start without --watch, then the id is on the first line, or in JSON', async () => {
    await create('started', [action('Fetch')], [action('Build', 'Build')])
    const { code, stdout } = await pipewright(['start', 'started'])
    assert.equal(code, 0)
    assert.match(stdout, /^[0-9a-f-]{36}\nFollow it with: pipewright watch started\n$/)
    const json = await pipewright(['start', 'started', '--json'])
    assert.match(json.stdout, /^\{"pipelineExecutionId":"[0-9a-f-]{36}"\}\n$/)
  })

  test('given a pipeline that has no build or has not run, then logs and watch say so', async () => {
    const execution = await create('buildless', [action('Fetch')], [action('Build', 'Build')])
    const logs = await pipewright(['logs', 'buildless', '--execution', execution])
    assert.deepEqual([logs.code, logs.stdout], [1, ''])
    assert.match(logs.stderr, /buildless has no build/)
  })
})

describe('what goes wrong', { concurrency: true }, () => {
  const COMMANDS = ['start', 'watch', 'why', 'logs', 'approve', 'reject'] as const
  for (const command of COMMANDS) {
    test(`given no pipeline, no server or wrong credentials, then ${command} says what to do`, async () => {
      const expectations = [
        [[], {}, /PipelineNotFoundException: .*\n {2}See what there is with/],
        [['--endpoint', NOWHERE], {}, /Nothing answers at .*\n {2}Start a server with "pipewright dev"/],
        [[], { AWS_SECRET_ACCESS_KEY: 'wrong' }, /Check AWS_ACCESS_KEY_ID and|Check AWS_SECRET_ACCESS_KEY/],
        [[], { AWS_ACCESS_KEY_ID: 'nobody' }, /AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/],
      ] as const
      // all of them read the server's answer in the same place
      for (const [args, env, expected] of command === 'watch' ? expectations : expectations.slice(0, 2)) {
        const { code, stdout, stderr } = await pipewright([command, 'nothing-here', ...args], env)
        assert.deepEqual([code, stdout], [1, ''], stderr)
        assert.match(stderr, /^pipewright: /)
        assert.match(stderr, expected)
        assert.doesNotMatch(stderr, /\n\s+at /)
      }
    })
  }
})

describe('servers', { concurrency: true }, () => {
  const newFolder = () => mkdtemp(join(folder, 'data-'))

  test('given SIGTERM, then a server ends with 0, having printed one line, and can be started again', async () => {
    const dataDir = await newFolder()
    for (let round = 0; round < 2; round += 1) {
      const { code, stdout, stderr } = await serving(['dev', '--port', '0', '--data-dir', dataDir], 'SIGTERM')
      assert.deepEqual([code, stderr], [0, ''])
      assert.match(stdout, /^pipewright ready on http:\/\/127\.0\.0\.1:\d+\n$/)
    }
    assert.equal((await stat(dataDir)).mode & 0o777, 0o700)
  })

  test('given a data folder that a server has, then another does not start', async () => {
    const { code, stderr } = await pipewright(['dev', '--port', '0', '--data-dir', server.dataDir])
    assert.equal(code, 1)
    assert.match(stderr, new RegExp(`in use by process ${server.process.pid}`))
  })

  test('given a data folder left by a server that was killed, then the next one takes it', async () => {
    const dataDir = await newFolder()
    const killed = await serving(['dev', '--port', '0', '--data-dir', dataDir], 'SIGKILL')
    assert.equal(killed.code, undefined)
    assert.ok(await readFile(join(dataDir, 'server.pid'), 'utf8'))
    assert.equal((await serving(['dev', '--port', '0', '--data-dir', dataDir], 'SIGINT')).code, 0)
  })

  test('given a machine without git, then it says so and what to do', async () => {
    const dataDir = await newFolder()
    const { code, stderr } = await pipewright(['dev', '--port', '0', '--data-dir', dataDir], { PATH: '/nonexistent' })
    assert.equal(code, 1)
    assert.match(stderr, /^pipewright: git was not found on this machine\.\n {2}Install git/)
    assert.doesNotMatch(stderr, /\n\s+at /)
  })

  test('given a data folder that cannot be made, then it says which and why', async () => {
    const file = join(folder, 'a-file')
    await writeFile(file, '')
    for (const dataDir of [join(file, 'data'), file]) {
      const { code, stderr } = await pipewright(['dev', '--port', '0', '--data-dir', dataDir])
      assert.equal(code, 1)
      assert.match(stderr, /data folder .*a-file.*\n {2}Give another one with --data-dir/s)
      assert.doesNotMatch(stderr, /\n\s+at /)
    }
  })

  test('given a port in use, then it says so and leaves the data folder free', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => holder.once('listening', resolve))
    const { port } = holder.address() as { port: number }
    const dataDir = await newFolder()
    const { code, stderr } = await pipewright(['dev', '--port', String(port), '--data-dir', dataDir])
    holder.close()
    assert.equal(code, 1)
    assert.match(stderr, new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is in use`))
    await assert.rejects(readFile(join(dataDir, 'server.pid')), { code: 'ENOENT' })
  })

  test('given an address beyond this machine, then neither dev nor server listens there in clear', async () => {
    const dataDir = await newFolder()
    const dev = await pipewright(['dev', '--host', '0.0.0.0', '--port', '0', '--data-dir', dataDir])
    assert.equal(dev.code, 1)
    assert.match(dev.stderr, /loopback only/)
    const team = await pipewright(['server', '--host', '0.0.0.0', '--port', '0', '--data-dir', dataDir])
    assert.equal(team.code, 2)
    assert.match(team.stderr, /0\.0\.0\.0 is no loopback address: give PIPEWRIGHT_TLS_CERT/)
    await mkdir(join(dataDir, 'still-writable'))
  })

  test('given the first start of a team\u2019s server, then one administrator key is printed, and never again', async () => {
    const dataDir = await newFolder()
    const args = ['server', '--port', '0', '--data-dir', dataDir, '--log-level', 'warn']
    const first = await serving(args, 'SIGTERM', async (url, stdout) => {
      const key = Object.fromEntries([...stdout.matchAll(/(AWS_\w+)=(\S+)/g)].map(([, name, value]) => [name, value]))
      const known = await pipewright(['doctor', '--endpoint', url], key)
      assert.equal(known.code, 0, known.stdout)
      assert.equal((await pipewright(['doctor', '--endpoint', url])).code, 1, 'test/test is no key of a team')
    })
    assert.match(first.stdout, /shown this once:\n {2}AWS_ACCESS_KEY_ID=AKIA\w{16}\n {2}AWS_SECRET_ACCESS_KEY=\S+\n/)
    const second = await serving(args, 'SIGTERM')
    assert.match(second.stdout, /^pipewright ready on \S+\n$/)
  })

  test('given an older Node, then the program goes on with the one that came with it', async (t) => {
    const path = (process.env['PATH'] ?? '').split(':').filter((one) => !one.includes('node_modules'))
    const version = await run('node', ['--version'], { env: { PATH: path.join(':') } }).catch(() => undefined)
    const major = Number(/^v(\d+)/.exec(version?.stdout ?? '')?.[1])
    if (!(major < 24)) return t.skip('the machine\u2019s node is no older one')
    const env = { ...server.env, PATH: path.join(':') }
    const usage = await run('node', [PROGRAM, 'frobnicate'], { env })
    assert.equal(usage.code, 2)
    const dataDir = await newFolder()
    const ended = await serving(['dev', '--port', '0', '--data-dir', dataDir], 'SIGTERM', undefined, 'node', env)
    assert.equal(ended.code, 0)
  })
})

function action(name: string, category: 'Source' | 'Build' = 'Source'): ActionDeclaration {
  return { name, actionTypeId: { category, owner: 'Custom', provider: 'Work', version: '1' } }
}

function approval(name: string): ActionDeclaration {
  return { name, actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' } }
}

/**
 * A pipeline whose work is done by this test; sources first, then a stage for each further list.
 * @returns its first execution: creating a pipeline starts it
 */
async function create(name: string, sources: ActionDeclaration[], ...stages: ActionDeclaration[][]): Promise<string> {
  await codepipeline.send(
    new CreatePipelineCommand({
      pipeline: {
        name,
        roleArn: 'arn:aws:iam::000000000000:role/pipeline',
        artifactStore: { type: 'S3', location: 'artifacts' },
        pipelineType: 'V2',
        stages: [
          { name: 'Source', actions: sources },
          ...stages.map((actions, index) => ({ name: `Stage${index + 1}`, actions })),
        ],
      },
    }),
  )
  const { pipelineExecutionSummaries = [] } = await codepipeline.send(
    new ListPipelineExecutionsCommand({ pipelineName: name }),
  )
  return pipelineExecutionSummaries[0]?.pipelineExecutionId ?? ''
}

/** by id: what nobody acknowledged for a while is offered again, and only the newest nonce counts */
const offered = new Map<string, Job>()
/** one after the other: of two who ask at once, only one is given the job */
let taking: Promise<string | undefined> = Promise.resolve(undefined)

async function takeOne(name: string, isWanted: (job: Job) => boolean): Promise<string | undefined> {
  for (const { actionTypeId } of [action(name), action(name, 'Build')]) {
    const { jobs = [] } = await codepipeline.send(new PollForJobsCommand({ actionTypeId, maxBatchSize: 10 }))
    for (const job of jobs) offered.set(job.id ?? '', job)
  }
  const wanted = [...offered.values()].find(isWanted)
  if (wanted?.id === undefined) return undefined
  offered.delete(wanted.id)
  await codepipeline.send(new AcknowledgeJobCommand({ jobId: wanted.id, nonce: wanted.nonce }))
  return wanted.id
}

/** As a job worker: takes the action's job and ends it. An action is in progress a moment before its job is offered. */
async function end(pipeline: string, name: string, how: { failure?: string; of?: string } = {}): Promise<void> {
  const { failure, of } = how
  const isWanted = ({ data: { pipelineContext } = {} }: Job): boolean =>
    pipelineContext?.pipelineName === pipeline &&
    pipelineContext.action?.name === name &&
    (of === undefined || pipelineContext.pipelineExecutionId === of)
  let jobId: string | undefined
  while (jobId === undefined) jobId = await (taking = taking.catch(() => undefined).then(() => takeOne(name, isWanted)))
  if (failure === undefined) await codepipeline.send(new PutJobSuccessResultCommand({ jobId }))
  else {
    const failureDetails = { type: 'JobFailed', message: failure } as const
    await codepipeline.send(new PutJobFailureResultCommand({ jobId, failureDetails }))
  }
}

interface Line {
  readonly type: string
  readonly action?: string
  readonly status?: string
  readonly summary?: string
}

/** Runs a watching command and reacts to what it prints, the moment it does. @param reactions by `action status` */
async function watch(
  args: readonly string[],
  reactions: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<{ code: number | null; lines: readonly Line[] }> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'inherit'], env: server.env })
  const lines: Line[] = []
  const underWay: Promise<unknown>[] = []
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as Line
    lines.push(line)
    const reaction = reactions[`${line.action} ${line.status}`]?.()
    reaction?.catch(() => child.kill())
    underWay.push(reaction ?? Promise.resolve())
  }
  await Promise.all(underWay)
  return { code: await ended, lines }
}

/** Starts a server, waits until it is ready, does `meanwhile`, and ends it with the signal. */
async function serving(
  args: readonly string[],
  signal: NodeJS.Signals,
  meanwhile?: (url: string, stdout: string) => Promise<void>,
  node = process.execPath,
  env: NodeJS.ProcessEnv = server.env,
): Promise<{ code: number | undefined; stdout: string; stderr: string }> {
  const child = spawn(node, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env })
  const output = { stdout: '', stderr: '' }
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const ended = new Promise<number | undefined>((resolve) => child.once('close', (code) => resolve(code ?? undefined)))
  const ready = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output.stdout += text
      const url = /ready on (\S+)\n/.exec(output.stdout)?.[1]
      if (url !== undefined) resolve(url)
    })
    void ended.then(() => reject(new Error(`the server did not get ready: ${output.stderr}`)))
  })
  try {
    const url = await ready
    await meanwhile?.(url, output.stdout)
  } finally {
    child.kill(signal)
  }
  return { code: await ended, ...output }
}
