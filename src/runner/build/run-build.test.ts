import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { bubblewrapWorks, createBubblewrapDriver, createProcessDriver, type SandboxDriver } from '../sandbox/sandbox.ts'
import { openBuildBench, phaseList, type BuildBench } from '../testing/build-bench.ts'
import { BuildStopped } from './run-build.ts'

const DRIVERS: readonly SandboxDriver[] = [
  createProcessDriver('there is no bubblewrap here'),
  ...(bubblewrapWorks() ? [createBubblewrapDriver({ hidden: [], path: process.env['PATH'] ?? '' })] : []),
]
if (DRIVERS.length === 1) console.log('bubblewrap does not work here: builds are tested as plain processes only')

for (const driver of DRIVERS) {
  describe(`a build in the sandbox "${driver.name}"`, () => {
    let bench: BuildBench
    before(async () => (bench = await openBuildBench(driver)))
    after(() => bench[Symbol.asyncDispose]())

    it('B1 keeps unexported variables and the working folder across commands and phases', async () => {
      const { output, status } = await bench.run({
        phases: {
          pre_build: { commands: ['IMAGE_TAG=abc', 'mkdir sub', 'cd sub'] },
          post_build: { commands: ['echo $IMAGE_TAG', 'pwd'] },
        },
      })
      assert.equal(status, 'SUCCEEDED')
      assert.equal(output[0], 'abc')
      assert.match(output[1] ?? '', /\/src\d+\/src\/sub$/)
    })

    it('B2 stops a phase at the first failing command, runs finally, and post_build knows of it', async () => {
      const result = await bench.run({
        phases: {
          build: { commands: ['echo 1', 'sh -c "exit 3"', 'echo 3'], finally: ['echo finally'] },
          post_build: { commands: ['echo succeeding=$CODEBUILD_BUILD_SUCCEEDING'] },
        },
      })
      assert.deepEqual(result.output, ['1', 'finally', 'succeeding=0'])
      assert.equal(result.status, 'FAILED')
      assert.deepEqual(result.phases.find(({ type }) => type === 'BUILD')?.ended?.context, {
        statusCode: 'COMMAND_EXECUTION_ERROR',
        message: 'Error while executing command: sh -c "exit 3". Reason: exit status 3',
      })
    })

    it('B3 goes straight to its end when pre_build fails', async () => {
      const result = await bench.run({
        phases: { pre_build: { commands: ['false'] }, build: { commands: ['echo no'] } },
      })
      assert.deepEqual(phaseList(result), [
        'DOWNLOAD_SOURCE SUCCEEDED',
        'INSTALL SUCCEEDED',
        'PRE_BUILD FAILED',
        'FINALIZING SUCCEEDED',
      ])
    })

    it('B4 ABORT keeps post_build from running, B5 CONTINUE lets the next phase run', async () => {
      const phases = (onFailure: string) => ({
        phases: { build: { commands: ['false'], 'on-failure': onFailure }, post_build: { commands: ['echo post'] } },
      })
      assert.deepEqual((await bench.run(phases('ABORT'))).output, [])
      const continued = await bench.run(phases('CONTINUE'))
      assert.deepEqual([continued.status, ...continued.output], ['FAILED', 'post'])
    })

    it('B6 RETRY-2 runs a phase up to three times', async () => {
      const phases = (command: string) => ({
        phases: { build: { commands: ['echo run', command], 'on-failure': 'RETRY-2' } },
      })
      const third = await bench.run(phases('N=$((N+1)); test $N = 3'))
      assert.deepEqual([third.status, ...third.output], ['SUCCEEDED', 'run', 'run', 'run'])
      const never = await bench.run(phases('false'))
      assert.deepEqual([never.status, ...never.output], ['FAILED', 'run', 'run', 'run'])
    })

    it('B6 retries only errors that match', async () => {
      const { output } = await bench.run({
        phases: { build: { commands: ['echo run', 'false'], 'on-failure': 'RETRY-2-status 7' } },
      })
      assert.deepEqual(output, ['run'])
    })

    it('B6 does not retry by an expression that could take for ever, and says so', async () => {
      const { output, lines } = await bench.run({
        phases: { build: { commands: ['echo run', 'false'], 'on-failure': 'RETRY-2-(?=status).*' } },
      })
      assert.deepEqual(output, ['run'])
      assert.ok(lines.some((line) => line.includes('cannot be matched in linear time')))
    })

    it('B7 fails a phase when only its finally fails', async () => {
      const result = await bench.run({ phases: { build: { commands: ['true'], finally: ['false'] } } })
      assert.ok(phaseList(result).includes('BUILD FAILED'))
    })

    it('B8 goes on without the runtimes of curated images, saying so', async () => {
      const { status, lines } = await bench.run({
        phases: { install: { 'runtime-versions': { nodejs: 20 } }, build: { commands: ['true'] } },
      })
      assert.equal(status, 'SUCCEEDED')
      assert.ok(lines.some((line) => line.includes('[WARNING] Skipping install of runtimes (nodejs 20)')))
    })

    it('B9 B10 sets variables literally, those of the call over those of the buildspec', async () => {
      const { output } = await bench.run(
        { env: { variables: { X: 'spec', P: '$PATH:/x' } }, phases: { build: { commands: ['echo "$X $P"'] } } },
        { job: { environment: [{ name: 'X', value: 'call' }] } },
      )
      assert.deepEqual(output, ['call $PATH:/x'])
    })

    it('B11 lets commands use secrets and masks them in the log, encoded too', async () => {
      const { output, lines } = await bench.run(
        {
          env: { 'parameter-store': { TOKEN: '/t' } },
          phases: {
            build: { commands: ['echo "<$TOKEN>"; printf %s "$TOKEN" | base64', 'test "$TOKEN" = hunter2-hunter2'] },
          },
        },
        { secrets: { TOKEN: 'hunter2-hunter2' } },
      )
      assert.deepEqual(output, ['<***>', '***'])
      assert.ok(!lines.join('\n').includes('hunter2'))
    })

    it('masks its own credentials', async () => {
      const { output } = await bench.run({ phases: { build: { commands: ['env | grep ^AWS_ | sort'] } } })
      assert.deepEqual(output.slice(0, 1), ['AWS_ACCESS_KEY_ID=***'])
      assert.ok(output.includes('AWS_SECRET_ACCESS_KEY=***') && output.includes('AWS_SESSION_TOKEN=***'))
    })

    it('B14 exports the values variables have at the end of post_build', async () => {
      const { exportedVariables } = await bench.run({
        env: { variables: { TAG: 'old' }, 'exported-variables': ['TAG', 'AWS_FOO', 'UNSET'] },
        phases: { post_build: { commands: ['TAG=new; AWS_FOO=1'] } },
      })
      assert.deepEqual(exportedVariables, [
        { name: 'TAG', value: 'new' },
        { name: 'UNSET', value: '' },
      ])
    })

    it('B15 runs commands in bash when asked', async () => {
      const { status } = await bench.run({ env: { shell: 'bash' }, phases: { build: { commands: ['[[ a == a ]]'] } } })
      assert.equal(status, 'SUCCEEDED')
    })

    it('B17 takes the status of a block from its last line', async () => {
      const { status, output } = await bench.run(
        'version: 0.2\nphases:\n  build:\n    commands:\n      - |\n        false\n        echo "it\'s fine"\n',
      )
      assert.deepEqual([status, ...output], ['SUCCEEDED', "it's fine"])
    })

    it('lets exit end its own command only', async () => {
      const { status, output } = await bench.run({
        phases: { build: { commands: ['export A=1; cd /; exit 0', 'echo "$A $PWD"', 'exit 4', 'echo never'] } },
      })
      assert.deepEqual([status, ...output], ['FAILED', '1 /'])
    })

    it('runs each command of version 0.1 in a shell of its own', async () => {
      const { output } = await bench.run(
        'version: 0.1\nphases:\n  build:\n    commands: [ "X=1; cd /", "echo [$X]" ]\n',
      )
      assert.deepEqual(output, ['[]'])
    })

    it('gives commands real pipes, so that /dev/stdout can be opened', async () => {
      const { output } = await bench.run({
        phases: { build: { commands: ['echo a > /dev/stdout', 'echo b | tee /dev/stderr > /dev/null'] } },
      })
      assert.deepEqual(output, ['a', 'b'])
    })

    it('keeps background processes until its end', async () => {
      const { output } = await bench.run({
        phases: {
          pre_build: { commands: ['sleep 100 & echo $! > pid'] },
          post_build: { commands: ['kill -0 $(cat pid) && echo alive'] },
        },
      })
      assert.deepEqual(output, ['alive'])
    })

    it('loses no output of a command that writes a lot', async () => {
      const { output } = await bench.run({ phases: { build: { commands: ['seq 1 200000'] } } })
      assert.equal(output.length, 200_000)
      assert.equal(output.at(-1), '200000')
    })

    it('B26 fails in DOWNLOAD_SOURCE when the buildspec is missing or broken', async () => {
      const missing = await bench.run('', { job: { buildspec: { type: 'File', path: 'ci/build.yml' } } })
      assert.deepEqual(phaseList(missing), ['DOWNLOAD_SOURCE FAILED', 'FINALIZING SUCCEEDED'])
      assert.match(missing.phases[0]?.ended?.context.message ?? '', /YAML file does not exist: .*\/src\/ci\/build\.yml/)
      const broken = await bench.run('version: 0.2\nphases:\n\tbuild: x\n')
      assert.equal(broken.phases[0]?.ended?.context.statusCode, 'YAML_FILE_ERROR')
      assert.match(broken.phases[0]?.ended?.context.message ?? '', /inline buildspec line 3: /)
    })

    it('B27 is TIMED_OUT after its timeout, and nothing of it lives on', async () => {
      const result = await bench.run(
        { phases: { build: { commands: [`setsid sleep ${LONG} & sleep ${LONG}`] } } },
        { job: { timeoutSeconds: 2 } },
      )
      assert.equal(result.status, 'TIMED_OUT')
      assert.deepEqual(phaseList(result).at(-1), 'BUILD TIMED_OUT')
      assert.deepEqual(await processes(LONG), [])
    })

    it('B28 is STOPPED when somebody stops it, whatever it started', async () => {
      const stop = new AbortController()
      const result = await bench.run(
        {
          phases: {
            build: { commands: [`(setsid sh -c "sleep ${LONG} & sleep ${LONG}" &) ; echo ready; sleep ${LONG}`] },
            post_build: { commands: ['echo no'] },
          },
        },
        {
          signal: stop.signal,
          onLine: (line) => line === 'ready' && stop.abort(new BuildStopped('The build was stopped')),
        },
      )
      assert.equal(result.status, 'STOPPED')
      assert.deepEqual(result.output, ['ready'])
      assert.deepEqual(await processes(LONG), [])
    })

    it('leaves no folder behind but the one of the next build', async () => {
      const folders = (await readdir(bench.folder)).filter((name) => !name.startsWith('pipes'))
      assert.ok(folders.length <= 1, folders.join())
    })

    it('says every phase in the form people search for', async () => {
      const { lines } = await bench.run({ phases: { build: { commands: ['true'] } } })
      for (const part of ['Entering phase BUILD', 'Running command true', 'Phase complete: BUILD State: SUCCEEDED'])
        assert.ok(
          lines.some(
            (line) => /^\[Container\] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6} /.test(line) && line.endsWith(part),
          ),
          part,
        )
    })
  })
}

/** seconds to sleep; of this test run alone, since it is looked for among all processes of the machine */
const LONG = String(1_000_000 + process.pid)

/** Those that sleep so long. A killed process may take a moment to be gone: what is left after a second stays. */
async function processes(argument: string): Promise<readonly string[]> {
  const { readFile } = await import('node:fs/promises')
  const look = async (): Promise<readonly string[]> => {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
    return lines.filter((line) => line.includes(`sleep\0${argument}`))
  }
  for (const until = Date.now() + 1000; Date.now() < until;) if ((await look()).length === 0) return []
  return await look()
}
