import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useLayoutEffect, useRef, useState } from 'react'
import { FleetRowView } from './FleetRowView.tsx'
import type { FleetGroup, FleetRow } from './model.ts'

type Item =
  | { readonly kind: 'title'; readonly title: string; readonly count: number }
  | { readonly kind: 'row'; readonly row: FleetRow }

const ROW_PX = 74
const TITLE_PX = 48

/** Only the rows on the screen and a few around it are there: hundreds scroll like ten. */
export function FleetList(props: {
  groups: readonly FleetGroup[]
  stars: ReadonlySet<string>
  onStar: (name: string) => void
}) {
  const { groups, stars, onStar } = props
  const list = useRef<HTMLUListElement>(null)
  const [top, setTop] = useState(0)
  useLayoutEffect(() => setTop(list.current?.offsetTop ?? 0), [])
  const items = groups.flatMap(({ title, rows }): readonly Item[] => [
    ...(title === '' ? [] : [{ kind: 'title' as const, title, count: rows.length }]),
    ...rows.map((row) => ({ kind: 'row' as const, row })),
  ])
  const virtual = useWindowVirtualizer({
    count: items.length,
    estimateSize: (index) => (items[index]?.kind === 'title' ? TITLE_PX : ROW_PX),
    getItemKey: (index) => keyOf(items[index]),
    overscan: 8,
    scrollMargin: top,
  })
  return (
    <ul ref={list} className="fleet-rows" aria-label="Pipelines" style={{ height: virtual.getTotalSize() }}>
      {virtual.getVirtualItems().map(({ index, key, start }) => {
        const item = items[index]
        if (item === undefined) return null
        return (
          <li
            key={key}
            ref={virtual.measureElement}
            data-index={index}
            aria-setsize={items.length}
            aria-posinset={index + 1}
            aria-label={item.kind === 'row' ? item.row.name : item.title}
            style={{ transform: `translateY(${start - top}px)` }}
          >
            {item.kind === 'row' ? (
              <FleetRowView row={item.row} starred={stars.has(item.row.name)} onStar={onStar} />
            ) : (
              <h2 className="fleet-title">
                {item.title} <span className="quiet">({item.count})</span>
              </h2>
            )}
          </li>
        )
      })}
    </ul>
  )
}

const keyOf = (item: Item | undefined): string =>
  item?.kind === 'row' ? `row ${item.row.name}` : `title ${item?.title ?? ''}`
