import type { Look } from './model.ts'
import { SHAPE_PATHS, styleOf } from './state-style.ts'

/** The shape of a look in its colour. The word for it stands beside, or in the name of what it belongs to. */
export function Glyph({ look, size = 16 }: { look: Look; size?: number }) {
  const { shape, tone, pulses } = styleOf(look)
  return (
    <svg
      className="pg-glyph"
      data-tone={tone}
      data-pulses={pulses || undefined}
      viewBox="0 0 16 16"
      width={size}
      height={size}
      aria-hidden="true"
    >
      <path d={SHAPE_PATHS[shape]} />
    </svg>
  )
}
