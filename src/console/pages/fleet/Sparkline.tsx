import { duration } from '../../ui/time.ts'
import type { PastRun } from './model.ts'

const WIDTH = 4
const HEIGHT = 22

/** How long the last runs took; one that did not succeed has a mark on top besides its colour. */
export function Sparkline({ past, name }: { past: readonly PastRun[]; name: string }) {
  const longest = Math.max(1, ...past.map(({ ms }) => ms))
  const last = past.at(-1)
  const failed = past.filter(({ status }) => status !== 'Succeeded').length
  const label =
    last === undefined
      ? `${name} has no finished run`
      : `The last ${past.length} runs of ${name}: the newest took ${duration(last.ms)}, ${failed} did not succeed`
  return (
    <svg className="sparkline" role="img" aria-label={label} width={past.length * (WIDTH + 1)} height={HEIGHT + 4}>
      {past.map(({ id, ms, status }, index) => {
        const height = Math.max(2, Math.round((ms / longest) * HEIGHT))
        const x = index * (WIDTH + 1)
        return (
          <g key={id} data-status={status}>
            <title>{`${status}, ${duration(ms)}`}</title>
            <rect x={x} y={HEIGHT + 4 - height} width={WIDTH} height={height} rx={1} />
            {status !== 'Succeeded' && <circle cx={x + WIDTH / 2} cy={HEIGHT + 2 - height - 1} r={2} />}
          </g>
        )
      })}
    </svg>
  )
}
