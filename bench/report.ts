/** How benchmarks speak: figures, the floor they are held against, and the aim. They print; they never pass or fail. */

/** Median of the samples; of an even number, the lower of the two in the middle. */
export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
}

/** Median with the range of the samples: on a busy machine the range says how much the median is worth. */
export function spread(samples: readonly number[], unit: string): string {
  return `${format(median(samples))} ${unit} (${format(Math.min(...samples))}-${format(Math.max(...samples))}, n=${samples.length})`
}

export function heading(text: string): void {
  console.log(`\n${text}`)
}

export function figure(name: string, value: string, aim?: string): void {
  console.log(`  ${name.padEnd(44)} ${value}${aim === undefined ? '' : `   aim ${aim}`}`)
}

/** @returns ms that the work took */
export async function timed(work: () => unknown): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}

export const perSecond = (count: number, ms: number): number => (count * 1000) / ms

export const format = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value >= 10 ? value.toFixed(1) : value.toFixed(2)
