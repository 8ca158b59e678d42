import { useHref } from 'react-router'
import { paths } from '../../paths.ts'
import { duration } from '../../ui/time.ts'
import type { Trend } from './trend.ts'

const WIDTH = 900
const HEIGHT = 140

/** A bar a build; each leads to it. Failed ones have a mark besides their colour; the line is the median. */
export function TrendChart({ project, trend: { points, median, p95 } }: { project: string; trend: Trend }) {
  const base = useHref('/').replace(/\/$/, '')
  const longest = Math.max(1, ...points.map(({ ms }) => ms))
  const step = Math.min(28, WIDTH / Math.max(1, points.length))
  const y = (ms: number): number => HEIGHT - (ms / longest) * (HEIGHT - 16)
  return (
    <figure className="trend">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="group" aria-label={`Durations of the last ${points.length} builds`}>
        {points.map(({ id, number, ms, succeeded }, index) => (
          <a
            key={id}
            href={base + paths.build(project, id)}
            aria-label={`Build ${number}: ${succeeded ? 'succeeded' : 'failed'} in ${duration(ms)}`}
          >
            <title>{`Build ${number}: ${duration(ms)}`}</title>
            <rect
              data-succeeded={succeeded}
              x={index * step}
              y={y(ms)}
              width={Math.max(2, step - 2)}
              height={HEIGHT - y(ms)}
              rx={2}
            />
            {!succeeded && <circle cx={index * step + step / 2 - 1} cy={y(ms) - 6} r={4} />}
          </a>
        ))}
        {median !== undefined && <line x1={0} x2={WIDTH} y1={y(median)} y2={y(median)} />}
      </svg>
      <figcaption className="quiet">
        {median === undefined
          ? 'No build succeeded yet.'
          : `Median ${duration(median)}, 95 % within ${duration(p95 ?? median)}.`}
      </figcaption>
    </figure>
  )
}
