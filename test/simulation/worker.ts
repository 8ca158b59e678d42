/** Plays blocks of seeds for `simulate.ts`. */
import { parentPort, workerData } from 'node:worker_threads'
import { add, noFigures, type Figures } from './figures.ts'
import { generate } from './generate.ts'
import { simulate } from './simulation.ts'

export interface Block {
  readonly from: number
  readonly count: number
}

export interface Played extends Block {
  readonly figures: Figures
  readonly failed: readonly { readonly seed: number; readonly violations: readonly string[] }[]
}

const { steps } = workerData as { readonly steps: number }

parentPort?.on('message', (block: Block) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows; this is a thread
  void play(block).then((played) => parentPort?.postMessage(played))
})

async function play({ from, count }: Block): Promise<Played> {
  const figures = noFigures()
  const failed: { readonly seed: number; readonly violations: readonly string[] }[] = []
  for (let seed = from; seed < from + count; seed += 1) {
    try {
      const outcome = await simulate(generate(seed, { steps }))
      add(figures, outcome.figures)
      if (outcome.violations.length > 0) failed.push({ seed, violations: outcome.violations })
    } catch (error) {
      failed.push({ seed, violations: [`the simulation itself failed: ${String(error)}`] })
    }
  }
  return { from, count, figures, failed }
}
