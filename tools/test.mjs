// Runs node:test over glob patterns and closes with the one line that people and CI read: "N passed, N failed, N skipped".
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { globSync } from 'node:fs'

const files = [...new Set(process.argv.slice(2).flatMap((pattern) => globSync(pattern)))].toSorted((a, b) =>
  a.localeCompare(b),
)
if (files.length === 0) {
  console.error(`no test file matches ${process.argv.slice(2).join(' ')}`)
  process.exit(1)
}

const count = { passed: 0, failed: 0, skipped: 0 }
const skips = []
const stream = run({ files, concurrency: 2, timeout: 300_000 })
const tally = (kind) => (test) => {
  if (test.skip !== undefined) {
    count.skipped += 1
    skips.push(`${test.name}: ${typeof test.skip === 'string' ? test.skip : 'no reason given'}`)
  } else if (test.todo === undefined && test.details?.type !== 'suite') count[kind] += 1
}
stream.on('test:pass', tally('passed'))
stream.on('test:fail', tally('failed'))
stream.on('end', () => {
  for (const skip of skips) console.log(`skipped: ${skip}`)
  console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
  process.exitCode = count.failed > 0 || count.passed === 0 ? 1 : 0
})
stream.compose(spec).pipe(process.stdout)
