/** The few random histories that every run of the tests plays; `npm run simulate` plays as many as anybody has time for. */
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { generate } from './generate.ts'
import { simulate } from './simulation.ts'

const FIXED_SEEDS = 60

test('given random histories of always the same seeds, then no rule is broken and everything ends', async () => {
  for (let seed = 1; seed <= FIXED_SEEDS; seed += 1) {
    const { violations, step } = await simulate(generate(seed))
    assert.deepEqual(violations, [], `seed ${seed}, step ${step}: npm run simulate -- --seed ${seed}`)
  }
})

test('given a random history that nobody has seen before, then no rule is broken and everything ends', async (context) => {
  const seed = randomInt(2 ** 31)
  context.diagnostic(`seed ${seed}`)
  const { violations, step } = await simulate(generate(seed))
  assert.deepEqual(violations, [], `step ${step}: npm run simulate -- --seed ${seed}`)
})

test('given a seed, when it is played twice, then the same happens in the same order at the same times', async () => {
  const played = async (): Promise<readonly string[]> => {
    const lines: string[] = []
    await simulate(generate(7), {}, (line) => lines.push(line))
    return lines
  }
  const first = await played()
  assert.ok(first.length > 50)
  assert.deepEqual(await played(), first)
})
