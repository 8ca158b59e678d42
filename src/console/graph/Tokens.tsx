import { memo, useMemo } from 'react'
import { describeToken } from './describe.ts'
import { Glyph } from './Glyph.tsx'
import { useGraph, useView } from './graph-store.ts'
import type { Layout } from './layout.ts'
import { tokenNames, type Picture, type Token } from './model.ts'
import { styleOf } from './state-style.ts'
import { tokenSpots, type TokenSpot } from './token-spots.ts'

/** Executions on their way. They move by `transform` alone, so that the rest of the picture is not painted again. */
export function Tokens({ picture, layout }: { picture: Picture; layout: Layout }) {
  const { tokens } = picture
  const spots = useMemo(() => new Map(tokenSpots(layout, tokens).map((spot) => [spot.id, spot])), [layout, tokens])
  const names = useMemo(() => tokenNames(tokens), [tokens])
  const level = useView((view) => view.level)
  return (
    <div className="pg-tokens" data-level={level}>
      {tokens.map((token) => {
        const spot = spots.get(token.id)
        const name = names.get(token.id) ?? ''
        return spot === undefined ? undefined : (
          <TokenPill key={token.id} token={token} name={name} {...spot} why={describeToken(token, picture, name)} />
        )
      })}
    </div>
  )
}

const TokenPill = memo(function TokenPill({
  token,
  name,
  x,
  y,
  depth,
  why,
}: Omit<TokenSpot, 'id'> & { token: Token; name: string; why: string }) {
  const key = `token:${token.id}`
  const { select, hover } = useGraph()
  const isSelected = useView(({ selected }) => selected === key)
  const inThread = useView(({ thread }) => (thread === undefined ? undefined : thread.tokens.has(token.id)))
  const { tone } = styleOf(token.look)
  const summary = token.revisions[0]?.summary
  return (
    <button
      type="button"
      className="pg-token nodrag nopan"
      data-key={key}
      data-tone={tone}
      data-place={token.place.at}
      data-selected={isSelected || undefined}
      data-thread={inThread}
      aria-label={why}
      aria-pressed={isSelected}
      title={summary === undefined ? why : `${why}\n${summary}`}
      style={{ transform: `translate(${x}px, ${y}px)`, zIndex: 100 + depth }}
      onPointerEnter={() => hover(token.id)}
      onPointerLeave={() => hover(undefined)}
      onFocus={() => hover(token.id)}
      onBlur={() => hover(undefined)}
      onClick={() => select(key)}
    >
      <span className="pg-token-face">
        <Glyph look={token.look} size={12} />
        <span>{name}</span>
      </span>
    </button>
  )
})
