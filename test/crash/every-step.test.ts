/**
 * `kill -9` at every step there is: each write, each dispatch, each outcome, and in the middle of each piece of work, one after the
 * other until the run is over before the point is reached. Then the engine goes on with what is on disk.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runToEnd, type History, type Point } from './engine-world.ts'

const PROGRAM = fileURLToPath(new URL('engine-that-crashes.ts', import.meta.url))

/** `after-write` comes by at every commit of the engine too. Point -> at how many passes at least the run comes to it: whoever finds fewer has lost steps */
const POINTS = {
  'after-write': 12,
  'before-dispatch': 8,
  'at-work': 8,
  'after-provider': 8,
  'before-outcome-commit': 6,
} as const satisfies Record<Exclude<Point, 'after-commit'>, number>

/** Longer than any run: a loop that does not end is a fault of its own. */
const MOST_PASSES = 80

/** Half of what a child takes is compiling; all of them compile the same. */
const compiled = await mkdtemp(join(tmpdir(), 'pipewright-compiled-'))
after(() => rm(compiled, { recursive: true, force: true }))

const undisturbed: Promise<History> = withFolder((folder) => runToEnd(folder))

describe('a run of three stages with parallel actions and conditions', { concurrency: 2 }, () => {
  test('given no crash, then everything succeeded, nothing was repeated and nothing is left over', async () => {
    const { status, actions, rules, repeated, left } = await undisturbed
    assert.deepEqual([status, repeated, left], ['Succeeded', [], []])
    assert.deepEqual([actions.length, rules.length], [7, 3])
  })

  for (const [point, least] of Object.entries(POINTS)) {
    test(`given a kill at each ${point} in turn, then the history is the same and no finished work is repeated`, async () => {
      let pass = 1
      while (pass < MOST_PASSES && (await killedAt(point, pass))) pass += 1
      assert.ok(pass > least, `the run came to only ${pass - 1} passes of ${point}`)
      assert.ok(pass < MOST_PASSES, 'the run does not end')
    })
  }
})

/** @returns whether the run came that far */
async function killedAt(point: string, pass: number): Promise<boolean> {
  return await withFolder(async (folder) => {
    const child = spawn(process.execPath, [PROGRAM, folder, point, `${pass}`], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, NODE_COMPILE_CACHE: compiled },
    })
    const ended = await new Promise<string>((resolve) =>
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`)),
    )
    if (ended === 'exit code 0') return false
    assert.equal(ended, 'SIGKILL')
    assert.deepEqual(await runToEnd(folder), await undisturbed, `after a kill at pass ${pass} of ${point}`)
    return true
  })
}

async function withFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'pipewright-steps-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
