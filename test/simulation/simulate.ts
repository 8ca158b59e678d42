/** `npm run simulate -- --seeds 1000`: see docs/simulation.md. */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import type { Case } from './cases.ts'
import { add, noFigures } from './figures.ts'
import { generate } from './generate.ts'
import { asTest, happenings, report } from './report.ts'
import { kindOf, shrink } from './shrink.ts'
import { simulate } from './simulation.ts'
import type { Block, Played } from './worker.ts'

const HELP = `npm run simulate -- [options]

  --seeds N        how many random histories to play (default 1000)
  --executions N   play until this many executions were started, whatever --seeds says
  --minutes N      no longer than this
  --from N         the first seed (default: a random one, which is printed)
  --seed N         play this one only, and tell what happens
  --steps N        the longest history (default 120 steps)
  --workers N      how many threads (default: as many as there are processors)
  --details        how often what happened
`

const BLOCK = 50

/** So many different failures are made smaller; after that something is so wrong that more of them tell nothing. */
const SHRUNK = 3

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    executions: { type: 'string' },
    minutes: { type: 'string' },
    from: { type: 'string' },
    seed: { type: 'string' },
    steps: { type: 'string', default: '120' },
    workers: { type: 'string', default: `${availableParallelism()}` },
    details: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const steps = Number(values.steps)

if (values.help) console.log(HELP)
else process.exitCode = values.seed === undefined ? await playMany() : await replay(Number(values.seed))

async function replay(seed: number): Promise<number> {
  const first = generate(seed, { steps })
  for (const pipeline of first.pipelines) console.log(JSON.stringify(pipeline))
  const { violations, figures } = await simulate(first, {}, (line) => console.log(line))
  console.log(happenings(figures))
  if (violations.length > 0) await explain(seed, violations)
  console.log(violations.length === 0 ? 'no violation' : violations.join('\n'))
  return Math.min(violations.length, 1)
}

async function playMany(): Promise<number> {
  const first = values.from === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.from)
  const enough = values.executions === undefined ? Infinity : Number(values.executions)
  const last = values.executions === undefined ? first + Number(values.seeds) : Infinity
  const longest = values.minutes === undefined ? Infinity : Number(values.minutes) * 60
  const workers = Number(values.workers)
  const figures = noFigures()
  const failed: Played['failed'][number][] = []
  let next = first
  let seeds = 0
  console.log(`from seed ${first}`)
  const since = performance.now()
  const seconds = (): number => (performance.now() - since) / 1000

  function block(): Block | undefined {
    const left = last - next
    if (left <= 0 || figures.executions >= enough || seconds() >= longest || failed.length >= SHRUNK) return undefined
    const from = next
    next += Math.min(BLOCK, left)
    return { from, count: next - from }
  }

  let toldAt = 0
  function played({ count, figures: more, failed: found }: Played): void {
    seeds += count
    add(figures, more)
    failed.push(...found)
    if (seconds() - toldAt < 60) return
    toldAt = seconds()
    const done = figures.executions.toLocaleString('en')
    console.log(`${(toldAt / 60).toFixed(0)} min: ${done} executions, ${failed.length} failed seeds`)
  }

  await Promise.all(Array.from({ length: workers }, () => work(block, played)))
  const { user, system } = process.cpuUsage()
  const cpuSeconds = (user + system) / 1_000_000
  const totals = { seeds, figures, violations: failed.length, seconds: seconds(), cpuSeconds, workers }
  for (const { seed, violations } of failed.slice(0, SHRUNK)) await explain(seed, violations)
  if (values.details) console.log(happenings(figures))
  console.log(report(totals))
  return Math.min(failed.length, 1)
}

/** One thread, until there is nothing left to play. */
function work(block: () => Block | undefined, played: (result: Played) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('worker.ts', import.meta.url), {
      workerData: { steps },
      // most of what a history leaves behind is garbage by its end
      resourceLimits: { maxYoungGenerationSizeMb: 64 },
    })
    const goOn = (): void => {
      const next = block()
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows; this is a thread
      if (next !== undefined) worker.postMessage(next)
      else worker.terminate().then(() => resolve(), reject)
    }
    worker.on('error', reject)
    worker.on('message', (result: Played) => {
      played(result)
      goOn()
    })
    goOn()
  })
}

async function explain(seed: number, violations: readonly string[]): Promise<void> {
  const first = generate(seed, { steps })
  const kind = kindOf(violations[0])
  const violationsOf = async (candidate: Case): Promise<readonly string[]> =>
    simulate(candidate).then(
      (outcome) => outcome.violations,
      (error: unknown) => [`the simulation itself failed: ${String(error)}`],
    )
  const smallest = await shrink(first, async (candidate) => kindOf((await violationsOf(candidate))[0]) === kind)
  console.log(`seed ${seed}: ${violations.join('; ')}\n\n${asTest(seed, smallest, await violationsOf(smallest))}\n`)
}
