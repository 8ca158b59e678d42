/**
 * The same run on a store that fails before and after the work, waits, and does things twice: whatever it does, the history is the
 * same. The engine goes on by itself; only callers ask again.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { faultyStore, type Faults } from '../support/faulty-store.ts'
import { runToEnd } from './engine-world.ts'

/** Give it to see a failure again: `PIPEWRIGHT_SEED=… npm run test:crash`. */
const SEED = Number(process.env['PIPEWRIGHT_SEED'] ?? Date.now() % 2 ** 31)
const RUNS_EACH = Number(process.env['PIPEWRIGHT_RUNS'] ?? 8)

const KINDS: Readonly<Record<string, Omit<Faults, 'seed'>>> = {
  'fails before the work': { failBefore: 0.25 },
  'did the work, but says that it failed': { failAfter: 0.25 },
  'lets others overtake': { delay: 0.5 },
  'does the work twice': { duplicate: 0.25 },
  'does all of that': { failBefore: 0.1, failAfter: 0.1, delay: 0.3, duplicate: 0.1 },
}

for (const [what, faults] of Object.entries(KINDS)) {
  test(
    `given a store that ${what}, then the history is the same (seeds from ${SEED})`,
    { timeout: 60_000 },
    async () => {
      const undisturbed = await onNewFolder((folder) => runToEnd(folder))
      for (let seed = SEED; seed < SEED + RUNS_EACH; seed += 1) {
        const history = await onNewFolder((folder) =>
          runToEnd(folder, { wrap: (store) => faultyStore(store, { seed, ...faults }) }),
        )
        assert.deepEqual(history, undisturbed, `seed ${seed}`)
      }
    },
  )
}

async function onNewFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-faults-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
