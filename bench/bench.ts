/** `npm run bench [-- name …]`: prints figures, ratios and aims, one benchmark after the other. Asserts nothing. */
import { availableParallelism } from 'node:os'

const BENCHMARKS = {
  transitions: () => import('./transitions.ts'),
  startup: () => import('./startup.ts'),
  pipeline: () => import('./pipeline.ts'),
  push: () => import('./push.ts'),
  'pipeline-state': () => import('./pipeline-state.ts'),
  history: () => import('./history.ts'),
  burst: () => import('./burst.ts'),
  approvals: () => import('./approvals.ts'),
  console: () => import('./console.ts'),
} satisfies Record<string, () => Promise<{ run(): Promise<void> }>>

const chosen = process.argv.slice(2)
const unknown = chosen.filter((name) => !(name in BENCHMARKS))
if (unknown.length > 0) {
  console.error(`no such benchmark: ${unknown.join(', ')}; there are ${Object.keys(BENCHMARKS).join(', ')}`)
  process.exit(1)
}
console.log(`Node ${process.versions.node}, ${availableParallelism()} processors`)
for (const [name, load] of Object.entries(BENCHMARKS)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  const { run } = await load()
  await run()
}
