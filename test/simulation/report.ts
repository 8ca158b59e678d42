/** What people read: the figures, and a failing case as a test that can be pasted. */
import type { Case } from './cases.ts'
import type { Figures } from './figures.ts'

export interface Totals {
  readonly seeds: number
  readonly figures: Figures
  readonly violations: number
  readonly seconds: number
  /** of all threads: on a machine that does other things too, this says more */
  readonly cpuSeconds: number
  readonly workers: number
}

export function report({ seeds, figures, violations, seconds, cpuSeconds, workers }: Totals): string {
  const rows: readonly (readonly [string, number])[] = [
    ['seeds', seeds],
    ['executions', figures.executions],
    ['transitions', figures.transitions],
    ['events', figures.events],
    ['commits', figures.commits],
    ['faults', figures.faults],
    ['violations', violations],
  ]
  return [
    ...rows.map(([name, value]) => `${name.padEnd(12)} ${value.toLocaleString('en').padStart(14)}`),
    `in ${(seconds / 60).toFixed(1)} minutes (${(cpuSeconds / 60).toFixed(1)} of processors) ` +
      `with ${workers} ${workers === 1 ? 'worker' : 'workers'}: ` +
      `${Math.round(figures.executions / seconds).toLocaleString('en')} executions a second`,
  ].join('\n')
}

/** How often what happened, most frequent first within each kind. */
export function happenings({ counts }: Figures): string {
  return Object.entries(counts)
    .toSorted(([a, timesA], [b, timesB]) => kind(a).localeCompare(kind(b)) || timesB - timesA)
    .map(([what, times]) => `${times.toLocaleString('en').padStart(12)}  ${what}`)
    .join('\n')
}

const kind = (what: string): string => what.slice(0, what.indexOf(':'))

export function asTest(seed: number, smallest: Case, violations: readonly string[]): string {
  return [
    `test('seed ${seed}: ${violations[0]?.replaceAll("'", '’')}', async () => {`,
    '  await assertNoViolation({',
    '    pipelines: [',
    ...smallest.pipelines.map((pipeline) => `      ${literal(pipeline)},`),
    '    ],',
    '    steps: [',
    ...smallest.steps.map((step) => `      ${literal(step)},`),
    '    ],',
    '  })',
    '})',
  ].join('\n')
}

/** JSON as this repository writes object literals. */
const literal = (value: unknown): string =>
  JSON.stringify(value)
    .replaceAll(/"([a-zA-Z]+)":/g, ' $1: ')
    .replaceAll('"', "'")
    .replaceAll(/([^{[ ]),(?=\S)/g, '$1, ')
    .replaceAll(/([^\s{[])\}/g, '$1 }')
    .replaceAll(/: +/g, ': ')
    .replaceAll(/, +/g, ', ')
