/** Who simulates must show that bugs are found: here they are put in on purpose. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generate } from './generate.ts'
import { PLANTED_BUGS } from './planted-bugs.ts'
import type { Sabotage } from './server.ts'
import { kindOf, shrink } from './shrink.ts'
import { simulate } from './simulation.ts'

/** Each is found much sooner; the order of seeds is fixed. */
const SEEDS = 120

async function firstToFind(sabotage: Sabotage): Promise<{ seed: number; violations: readonly string[] } | undefined> {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { violations } = await simulate(generate(seed), sabotage)
    if (violations.length > 0) return { seed, violations }
  }
  return undefined
}

for (const [bug, sabotage] of Object.entries(PLANTED_BUGS)) {
  test(`given ${bug}, when random histories are played, then one of them finds it`, async (context) => {
    const found = await firstToFind(sabotage)
    assert.ok(found, `${SEEDS} histories did not find it`)
    context.diagnostic(`seed ${found.seed}: ${found.violations[0]}`)
  })
}

test('given an older execution that supersedes a newer one, when the history that found it is shrunk, then what is left shows just that', async () => {
  const sabotage = PLANTED_BUGS['an older execution that supersedes a newer one'] ?? {}
  const found = await firstToFind(sabotage)
  assert.ok(found)
  const kind = kindOf(found.violations[0])
  const fails = async (candidate: ReturnType<typeof generate>): Promise<boolean> =>
    kindOf((await simulate(candidate, sabotage)).violations[0]) === kind
  const smallest = await shrink(generate(found.seed), fails)
  assert.ok(await fails(smallest), 'it still fails in the same way')
  // one execution waits somewhere, a newer one comes there too, and nothing else happens
  assert.ok(smallest.steps.length <= 5, JSON.stringify(smallest.steps))
  assert.ok(smallest.steps.every(({ type }) => ['start', 'disable', 'result'].includes(type)))
  assert.ok(smallest.steps.every(({ commits, pipeline }) => commits === undefined && pipeline === undefined))
  assert.deepEqual(
    smallest.pipelines.map(({ mode, stages }) => `${mode} ${stages.map(({ actions }) => actions.length).join(' ')}`),
    ['SUPERSEDED 1 1'],
  )
  assert.deepEqual((await simulate(smallest)).violations, [], 'without the bug nothing is wrong with it')
})
