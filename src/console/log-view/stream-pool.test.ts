import assert from 'node:assert/strict'
import { it, mock } from 'node:test'
import { createStreamPool } from './stream-pool.ts'

it('a few logs are read at a time, the others get their turns', () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  const said: string[] = []
  const pool = createStreamPool(2, 100)
  const leave = new Map(
    ['a', 'b', 'c'].map((name) => [
      name,
      pool.enter({ start: () => said.push(`+${name}`), pause: () => said.push(`-${name}`) }),
    ]),
  )
  assert.deepEqual(said.splice(0), ['+a', '+b'])
  mock.timers.tick(100)
  assert.deepEqual(said.splice(0), ['-a', '+c'])
  mock.timers.tick(100)
  assert.deepEqual(said.splice(0), ['-b', '+a'])
  leave.get('c')?.()
  assert.deepEqual(said.splice(0), ['+b'])
  mock.timers.tick(1000)
  assert.deepEqual(said.splice(0), [])
  leave.get('a')?.()
  leave.get('b')?.()
  mock.timers.reset()
})
